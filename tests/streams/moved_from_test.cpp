// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/async_client.hpp>
#include <kdb/client.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "tests/fixtures/server.hpp"
#include "tests/fixtures/ways_in.hpp"

// What was moved from answers `closed`. Debug builds of the library stop there instead, each in a process of its own here.

using namespace kdb;
using namespace std::chrono_literals;
using boost::asio::use_future;
using fixtures::code_of, fixtures::require_done;

namespace {

#ifdef NDEBUG

template <class Call>
void expect_refused(const char* name, Call call) {
  BOOST_TEST_CONTEXT(name) {
    const auto refused = call();
    BOOST_TEST(code_of(refused) == errc::closed);
    BOOST_TEST(refused.error().message.find("moved from") != std::string::npos);
    BOOST_TEST(!refused.error().outcome_unknown);
  }
}

#else

template <class Call>
void expect_refused(const char* name, Call call) {
  const auto child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::close(STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL); // Boost.Test has a handler.
    static_cast<void>(call());
    ::_exit(0);
  }
  auto status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT), name);
}

#endif

struct fixture {
  fixtures::server server;
  fixtures::own_names named;
  const std::string stream = named("s"), empty = named("empty");
  boost::asio::thread_pool thread{1};
  client db = client::connect(server.settings()).value();
  async_client async_db = async_client::connect(thread.get_executor(), server.settings()).value();
  const group_name group{stream, "g"};

  fixture() {
    require_done(db.append_to_stream(stream, stream_state::any, {new_event::json("t", "{}"), new_event::json("t", "{}")}));
    require_done(db.create_group(stream, "g"));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(moved_from, fixture)

BOOST_AUTO_TEST_CASE(a_reading_has_ended_with_closed) {
  auto reading = db.read_stream(stream);
  auto moved = std::move(reading);
  expect_refused("next", [&] { return reading.next(); });
  expect_refused("finish", [&] { return reading.finish(); });
  BOOST_TEST((reading.batches().begin() == std::default_sentinel));
  BOOST_TEST((reading.events().begin() == std::default_sentinel));
  BOOST_TEST(!reading.bounds().last.has_value());
  require_done(moved.next());
  reading = db.read_stream(stream); // It can be assigned to.
  require_done(reading.next());
}

BOOST_AUTO_TEST_CASE(a_subscription_has_ended_with_closed) {
  auto subscription = db.subscribe_to_stream(stream).value();
  auto moved = std::move(subscription);
  expect_refused("next", [&] { return subscription.next(1s); });
  BOOST_TEST(!subscription.ended().has_value());
  subscription.cancel();
  require_done(moved.next(20s));
  subscription = std::move(moved);
  require_done(subscription.next(1s));
}

BOOST_AUTO_TEST_CASE(a_consumer_has_ended_with_closed) {
  auto consumer = db.consume(group).value();
  auto moved = std::move(consumer);
  expect_refused("next", [&] { return consumer.next(1s); });
  const auto batch = moved.next(20s);
  require_done(batch);
  const auto token = (*batch->begin()).token;
  expect_refused("ack of a batch", [&] { return consumer.ack(*batch); });
  expect_refused("ack of an event", [&] { return consumer.ack(token); });
  expect_refused("nack of a batch", [&] { return consumer.nack(*batch, nack_action::park); });
  expect_refused("nack of an event", [&] { return consumer.nack(token, nack_action::park); });
  expect_refused("answer", [&] { return consumer.answer(*batch, batch_outcomes::all(outcome::ack())); });
  BOOST_TEST(!consumer.ended().has_value());
  consumer.cancel();
  require_done(moved.ack(*batch));
  consumer = std::move(moved);
  require_done(consumer.next(1s));
}

BOOST_AUTO_TEST_CASE(a_watch_has_ended_with_closed) {
  auto watch = db.watch_statistics({.refresh_period = 1ms});
  auto moved = std::move(watch);
  expect_refused("next", [&] { return watch.next(); });
  expect_refused("finish", [&] { return watch.finish(); });
  BOOST_TEST((watch.each().begin() == std::default_sentinel));
  watch.cancel();
  require_done(moved.next());
  watch = std::move(moved);
  require_done(watch.next());
}

BOOST_AUTO_TEST_CASE(an_async_reading_has_ended_with_closed) {
  auto reading = async_db.read_stream(stream);
  auto moved = std::move(reading);
  expect_refused("next", [&] { return reading.next(use_future).get(); });
  BOOST_TEST(!reading.bounds().last.has_value());
  reading.cancel();
  require_done(moved.next(use_future).get());
  reading = async_db.read_stream(stream);
  require_done(reading.next(use_future).get());
}

BOOST_AUTO_TEST_CASE(an_async_subscription_has_ended_with_closed) {
  auto subscription = async_db.subscribe_to_stream(stream, {}, use_future).get().value();
  auto moved = std::move(subscription);
  expect_refused("next", [&] { return subscription.next(use_future).get(); });
  BOOST_TEST(!subscription.ended().has_value());
  subscription.cancel();
  require_done(moved.next(use_future).get());
}

BOOST_AUTO_TEST_CASE(an_async_consumer_has_ended_with_closed) {
  auto consumer = async_db.consume(group, {}, use_future).get().value();
  auto moved = std::move(consumer);
  expect_refused("next", [&] { return consumer.next(use_future).get(); });
  const auto batch = moved.next(use_future).get();
  require_done(batch);
  const auto token = (*batch->begin()).token;
  expect_refused("ack", [&] { return consumer.ack(*batch, use_future).get(); });
  expect_refused("nack", [&] { return consumer.nack(*batch, nack_action::park, "", use_future).get(); });
  expect_refused("answer of a batch",
                 [&] { return consumer.answer(*batch, batch_outcomes::all(outcome::ack()), use_future).get(); });
  expect_refused("answer of events", [&] { return consumer.answer({token}, outcome::ack(), use_future).get(); });
  BOOST_TEST(!consumer.ended().has_value());
  consumer.cancel();
  require_done(moved.ack(*batch, use_future).get());
}

BOOST_AUTO_TEST_CASE(an_async_watch_has_ended_with_closed) {
  auto watch = async_db.watch_statistics({}, use_future).get().value();
  auto moved = std::move(watch);
  expect_refused("next", [&] { return watch.next(use_future).get(); });
  watch.cancel();
  require_done(moved.next(use_future).get());
}

// Moving a client copies it.
BOOST_AUTO_TEST_CASE(a_client_goes_on) {
  const auto moved = std::move(db);
  require_done(db.get_current_version(stream));
  require_done(moved.get_current_version(stream));
  const auto async_moved = std::move(async_db);
  require_done(async_db.get_current_version(stream, use_future).get());
  require_done(async_moved.get_current_version(stream, use_future).get());
}

// What is replaced by an assignment ends, as if it were destroyed: nobody waits for it in vain.
BOOST_AUTO_TEST_CASE(an_assignment_ends_what_it_replaces) {
  const auto ends = [](auto pending, errc expected) {
    BOOST_REQUIRE((pending.wait_for(20s) == std::future_status::ready));
    BOOST_TEST(code_of(pending.get()) == expected);
  };
  const auto follow = [&] { return async_db.subscribe_to_stream(empty, {.from = stream_start}, use_future).get().value(); };
  auto subscription = follow();
  require_done(subscription.next(use_future).get()); // Caught up.
  auto news = subscription.next(use_future);
  subscription = follow();
  ends(std::move(news), errc::cancelled);

  auto watch = async_db.watch_statistics({.refresh_period = 1h}, use_future).get().value();
  require_done(watch.next(use_future).get());
  auto sample = watch.next(use_future);
  watch = async_db.watch_statistics({}, use_future).get().value();
  ends(std::move(sample), errc::cancelled);

  require_done(db.create_group(empty, "g"));
  auto consumer = async_db.consume({empty, "g"}, {}, use_future).get().value();
  auto events = consumer.next(use_future);
  consumer = async_db.consume({empty, "g"}, {}, use_future).get().value();
  ends(std::move(events), errc::cancelled);

  auto nowhere = async_client::connect(thread.get_executor(), "kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=-1").value();
  auto reading = nowhere.read_stream(stream);
  auto batch = reading.next(use_future);
  reading = async_db.read_stream(stream);
  ends(std::move(batch), errc::closed);
}

BOOST_AUTO_TEST_SUITE_END()
