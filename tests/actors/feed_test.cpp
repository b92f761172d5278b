// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <memory>
#include <thread>
#include <vector>

#include "actors/pulling/feed.hpp"
#include "actors/workers/reader.hpp"
#include "tests/actors/scripted_connection.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using detail::feed;

namespace {

using numbers = std::vector<std::uint64_t>;

/// Keeps what it completes with.
struct recorded final : detail::completion<event_batch> {
  void complete(result<event_batch> given) override { outcome = std::move(given); }
  std::optional<result<event_batch>> outcome;
};

struct feed_fixture : worker_fixture {
  /// Closes on behalf of the handle that a program would have.
  ~feed_fixture() { tested->close({.code = errc::closed, .message = "the test is over"}); }

  /// Delivers as a subscription does. The answer is the credit for the next batch.
  answer<void> deliver(event_batch batch) { return ask<void>(tested->address(), std::move(batch)); }
  std::shared_ptr<recorded> take() {
    auto taker = std::make_shared<recorded>();
    tested->take(taker);
    drain();
    return taker;
  }
  void end(end_reason reason) { tell(tested->address(), subscription_ended{.reason = reason}); }

  std::shared_ptr<feed<event_batch>> tested = feed<event_batch>::open(sys);
};

} // namespace

BOOST_AUTO_TEST_SUITE(feeds)

BOOST_AUTO_TEST_CASE(credit_is_given_when_a_batch_is_taken) {
  feed_fixture f;
  const auto credit = f.deliver(events(0, 2));
  BOOST_TEST(credit.pending());
  const auto taker = f.take();
  BOOST_REQUIRE(taker->outcome);
  BOOST_TEST((revisions(taker->outcome->value()) == numbers{0, 1}));
  BOOST_TEST(credit.succeeded());
}

BOOST_AUTO_TEST_CASE(who_waits_gets_what_comes) {
  feed_fixture f;
  const auto taker = f.take();
  BOOST_TEST(!taker->outcome);
  const auto credit = f.deliver(events(7));
  BOOST_REQUIRE(taker->outcome);
  BOOST_TEST((revisions(taker->outcome->value()) == numbers{7}));
  BOOST_TEST(credit.succeeded());
}

BOOST_AUTO_TEST_CASE(one_may_wait_at_a_time) {
  feed_fixture f;
  const auto first = f.take();
  const auto second = f.take();
  BOOST_TEST(!first->outcome);
  BOOST_REQUIRE(second->outcome);
  BOOST_TEST((second->outcome->error().code == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(who_stops_waiting_loses_no_batch) {
  feed_fixture f;
  const auto first = f.take();
  f.tested->stop_waiting();
  BOOST_REQUIRE(first->outcome);
  BOOST_TEST((first->outcome->error().code == errc::cancelled));
  f.deliver(events(3));
  BOOST_TEST((revisions(f.take()->outcome->value()) == numbers{3}));
}

BOOST_AUTO_TEST_CASE(the_end_comes_after_what_is_ready_and_stays) {
  feed_fixture f;
  f.deliver(events(0));
  f.end(end_reason::stream_deleted);
  BOOST_TEST(!f.tested->ended());
  BOOST_TEST((revisions(f.take()->outcome->value()) == numbers{0}));
  BOOST_REQUIRE(f.tested->ended());
  BOOST_TEST((f.tested->ended()->reason == end_reason::stream_deleted));
  BOOST_TEST(!*f.take()->outcome);
  BOOST_TEST(!*f.take()->outcome);
}

BOOST_AUTO_TEST_CASE(a_thread_waits_no_longer_than_it_says) {
  feed_fixture f;
  BOOST_TEST(f.tested->wait(0ms).value().empty());
  BOOST_TEST(f.tested->wait(5ms).value().empty());
  BOOST_TEST((f.tested->wait(-1ms).error().code == errc::invalid_argument));
  f.deliver(events(1));
  BOOST_TEST((revisions(f.tested->wait(0ms).value()) == numbers{1}));
}

BOOST_AUTO_TEST_CASE(a_thread_that_waits_gets_what_comes) {
  feed_fixture f;
  result<event_batch> got;
  std::thread waiting{[&] { got = f.tested->wait(std::chrono::milliseconds::max()); }};
  const auto credit = f.deliver(events(4));
  waiting.join();
  f.drain();
  BOOST_TEST((revisions(got.value()) == numbers{4}));
  BOOST_TEST(credit.succeeded());
}

BOOST_AUTO_TEST_CASE(whoever_delivers_learns_that_it_was_closed) {
  feed_fixture f;
  auto down = std::make_shared<bool>(false);
  f.as_self([&](caf::event_based_actor* self) {
    any_caf::monitoring{self, [down](caf::down_msg&) { *down = true; }}.watch(f.tested->address());
  });
  const auto taker = f.take();
  f.tested->close({.code = errc::cancelled, .message = "enough"});
  f.drain();
  BOOST_TEST(*down);
  BOOST_REQUIRE(taker->outcome);
  BOOST_TEST((taker->outcome->error().code == errc::cancelled));
  BOOST_TEST(f.deliver(events(0)).succeeded()); // What was under way is answered all the same.
  BOOST_TEST((f.take()->outcome->error().code == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(a_reading_is_asked_ahead_and_ends_with_an_empty_batch) {
  feed_fixture f;
  const auto client = f.sys.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&f, self](const read_stream&) -> reader_actor {
      return f.sys.spawn(reader, read_plan{{.source = wire::stream_source{"s", stream_start}}, {}}, f.context,
                         self->current_sender());
    }};
  });
  f.tested->read(client, read_stream{"s", {}});
  f.drain();
  BOOST_TEST(f.tested->await_start().has_value());
  auto& call = *f.calls().reads.at(0);
  call.batch(events(0, 2));
  call.batch(events(2));
  call.batch(events(3));
  call.end({});
  f.drain();
  BOOST_TEST((revisions(f.tested->wait(0ms).value()) == numbers{0, 1}));
  f.drain();
  BOOST_TEST((revisions(f.tested->wait(0ms).value()) == numbers{2}));
  f.drain();
  BOOST_TEST((revisions(f.tested->wait(0ms).value()) == numbers{3}));
  f.drain();
  BOOST_TEST(f.tested->wait(std::chrono::milliseconds::max()).value().empty());
}

BOOST_AUTO_TEST_CASE(a_reading_that_is_refused_says_why) {
  feed_fixture f;
  const auto client = f.sys.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const read_stream&) { return to_caf({.code = errc::invalid_argument, .message = "no name"}); }};
  });
  f.tested->read(client, read_stream{"", {}});
  f.drain();
  BOOST_TEST((f.tested->await_start().error().code == errc::invalid_argument));
  BOOST_TEST((f.tested->wait(0ms).error().code == errc::invalid_argument));
}

BOOST_AUTO_TEST_SUITE_END()
