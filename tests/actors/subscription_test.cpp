// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/actors/heard_log.hpp"
#include "tests/actors/subscription_fixture.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(subscription_actor_)

BOOST_AUTO_TEST_CASE(the_first_confirmation_answers_once) {
  subscription_fixture f;
  f.start();
  BOOST_TEST(f.begun.pending());
  f.confirm();
  BOOST_TEST(f.begun.succeeded());
  f.fails(errc::unavailable);
  f.advance(any_pause);
  f.confirm();
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(events_without_a_confirmation_are_an_error_and_not_delivered) {
  subscription_fixture f{manner::later}; // One that never answers must not hold up who subscribes.
  f.start();
  f.arrives(events(0));
  BOOST_TEST((f.begun.code() == errc::protocol_error));
  BOOST_TEST(f.script->batches.empty());
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(the_deadline_bounds_the_start_alone) {
  subscription_fixture f;
  f.link->at_once.reset();
  f.start(stream_start, {.deadline = 1000ms});
  f.advance(300ms);
  f.answer_asks(f.make_node(2));
  BOOST_TEST((f.call().settings.start_timeout == std::optional{700ms}));
  BOOST_TEST(!f.call().settings.deadline.has_value());
  f.use(f.make_node(3));
  f.transports[1]->reads[0]->confirm();
  f.drain();
  f.advance(1h);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(batches_are_handed_over_one_at_a_time_and_answers_are_credit) {
  subscription_fixture f{manner::later};
  f.run();
  constexpr auto ahead = subscription_state::batches_ahead;
  BOOST_TEST(f.call().open_demand() == ahead);
  for (std::uint64_t i = 0; i < ahead; ++i)
    f.arrives(events(i));
  BOOST_TEST(f.call().open_demand() == 0u);
  for (std::uint64_t answered = 0; answered < ahead; ++answered) {
    BOOST_TEST(f.script->batches.size() == answered + 1);
    BOOST_TEST(f.call().open_demand() == answered);
    f.answer_batch();
  }
  BOOST_TEST(f.script->batches.size() == ahead);
  BOOST_TEST(f.call().open_demand() == ahead);
}

BOOST_AUTO_TEST_CASE(resuming_does_not_add_to_what_may_be_under_way) {
  subscription_fixture f{manner::later};
  f.run();
  constexpr auto ahead = subscription_state::batches_ahead;
  f.arrives(events(0));
  f.arrives(events(1));
  for (int i = 0; i < 3; ++i) {
    f.fails(errc::too_busy);
    f.advance(any_pause);
  }
  BOOST_TEST(f.call().open_demand() + 2 <= ahead); // One with the subscriber, one ready.
  f.answer_batch();
  f.answer_batch();
  BOOST_TEST(f.call().open_demand() == ahead);
}

BOOST_AUTO_TEST_CASE(after_a_retryable_failure_it_goes_on_behind_the_last_event_received) {
  for (const auto code : {errc::unavailable, errc::not_leader, errc::server_stopping, errc::consumer_too_slow, errc::too_busy}) {
    subscription_fixture f;
    f.run();
    f.arrives(events(0, 3));
    f.use(f.make_node(2));
    f.transports[0]->reads[0]->end(unexpected{failure_of(code)});
    f.drain();
    f.advance(any_pause);
    BOOST_REQUIRE_EQUAL(f.calls_made(), 2u);
    BOOST_TEST((f.from_of_last_call() == stream_position{stream_revision{2}}));
    const auto lost = policy::concerns_node(failure_of(code));
    BOOST_TEST(f.link->losses.size() == (lost ? 1u : 0u));
    f.confirm();
    f.arrives(events(3));
    BOOST_TEST((f.received() == numbers{0, 1, 2, 3}));
    BOOST_TEST(f.script->ends.empty());
  }
}

BOOST_AUTO_TEST_CASE(without_an_event_it_goes_on_where_it_was_asked_to_begin) {
  subscription_fixture f;
  f.run(stream_end);
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST(f.from_of_last_call().is_end());
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_it_in_order_is_resumed_too) {
  subscription_fixture f;
  f.run();
  f.ends({});
  f.advance(any_pause);
  BOOST_TEST(f.calls_made() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_received_and_not_delivered_is_not_asked_for_again) {
  subscription_fixture f{manner::later};
  f.run();
  f.arrives(events(0));
  f.arrives(events(1));
  f.arrives(events(2));
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST((f.from_of_last_call() == stream_position{stream_revision{2}}));
  for (int i = 0; i < 3; ++i)
    f.answer_batch();
  BOOST_TEST((f.received() == numbers{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(a_subscription_to_all_resumes_by_position) {
  subscription_fixture f;
  f.start(subscription_plan{all_plan{}, f.receiver});
  f.confirm();
  f.arrives(events(4));
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST((std::get<wire::all_source>(f.call().request.source).from == all_position{log_position{40, 40}}));
}

BOOST_AUTO_TEST_CASE(pauses_between_tries_grow_and_stay_bounded) {
  subscription_fixture f;
  f.run();
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 12; ++i) {
    const auto before = f.calls_made();
    f.fails(errc::unavailable);
    BOOST_TEST(f.calls_made() == before);
    auto pause = 0ms;
    for (; f.calls_made() == before && pause < any_pause; pause += 10ms)
      f.advance(10ms);
    pauses.push_back(pause);
  }
  BOOST_TEST((pauses.front() >= 50ms && pauses.front() <= 110ms));
  BOOST_TEST((pauses.back() >= 2500ms && pauses.back() <= 5010ms));
}

BOOST_AUTO_TEST_CASE(an_event_makes_the_next_pause_short_again) {
  subscription_fixture f;
  f.run();
  for (int i = 0; i < 10; ++i) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  f.arrives(events(0));
  const auto before = f.calls_made();
  f.fails(errc::unavailable);
  f.advance(110ms);
  BOOST_TEST(f.calls_made() == before + 1);
}

BOOST_AUTO_TEST_CASE(having_no_node_for_a_while_is_a_failure_to_resume_from) {
  subscription_fixture f;
  f.run();
  f.link->at_once = unexpected{failure_of(errc::discovery_failed)};
  f.fails(errc::unavailable);
  f.advance(3 * any_pause);
  BOOST_TEST(f.script->ends.empty());
  f.use(f.make_node(2));
  f.advance(any_pause);
  BOOST_TEST(f.calls().reads.size() == 1u);
}

BOOST_AUTO_TEST_CASE(late_words_of_an_earlier_call_are_ignored) {
  subscription_fixture f;
  f.run();
  f.arrives(events(0));
  auto old = f.calls().reads[0];
  f.fails(errc::unavailable);
  const auto address = caf::actor_cast<caf::actor>(f.tested);
  f.tell(address, batch_arrived{1, events(7)}); // Between two calls.
  f.advance(any_pause);
  f.tell(address, batch_arrived{1, events(8)});
  f.tell(address, read_ended{1, unexpected{failure_of(errc::access_denied)}});
  f.tell(address, subscription_confirmed{1});
  BOOST_TEST((f.received() == numbers{0}));
  BOOST_TEST(f.script->ends.empty());
}

// -- the watchdog ---------------------------------------------------------------------------------

namespace {

struct watched_fixture : subscription_fixture {
  explicit watched_fixture(manner how = manner::at_once) : subscription_fixture{how} {
    subscription_plan plan{stream_plan{"s", {.resume = {.watchdog = 10s}}}, receiver};
    start(std::move(plan));
    confirm();
    feed = calls().reads.at(0);
  }
  /// The watchdog's question, if it asked.
  std::shared_ptr<scripted_read> question() { return calls().reads.size() > 1 ? calls().reads.back() : nullptr; }
  void head_is(std::uint64_t revision) {
    question()->batch(events(revision));
    drain();
  }
  std::shared_ptr<scripted_read> feed;
};

} // namespace

BOOST_AUTO_TEST_CASE(silence_while_there_is_more_begins_a_new_call_behind_what_was_received) {
  watched_fixture f;
  f.feed->batch(events(0, 3));
  f.drain();
  f.advance(20s);
  BOOST_REQUIRE(f.question());
  BOOST_TEST((f.question()->request.direction == backwards));
  f.head_is(3);
  f.advance(1s);
  BOOST_TEST(f.feed->cancelled);
  f.advance(any_pause);
  BOOST_TEST((f.from_of_last_call() == stream_position{stream_revision{2}}));
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(silence_is_fine_when_there_is_no_more) {
  watched_fixture f;
  f.feed->batch(events(0, 3));
  f.drain();
  for (std::size_t looks = 1; looks <= 3; ++looks) {
    f.advance(10s);
    while (f.calls().reads.size() < looks + 1)
      f.advance(10s);
    f.head_is(2);
    f.advance(1s);
    BOOST_TEST(!f.feed->cancelled);
  }
}

BOOST_AUTO_TEST_CASE(what_arrives_while_the_watchdog_looks_calms_it) {
  watched_fixture f;
  f.advance(20s);
  f.head_is(0);
  f.feed->batch(events(0));
  f.drain();
  f.advance(1s);
  BOOST_TEST(!f.feed->cancelled);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_takes_its_time_is_no_silence) {
  watched_fixture f{manner::later};
  f.feed->batch(events(0));
  f.drain();
  f.advance(60s);
  BOOST_TEST(!f.question());
}

BOOST_AUTO_TEST_CASE(without_a_watchdog_nobody_looks) {
  subscription_fixture f;
  f.run();
  f.advance(1h);
  BOOST_TEST(f.calls_made() == 1u);
}

BOOST_AUTO_TEST_CASE(failures_far_apart_do_not_use_the_budget_up) {
  subscription_fixture f;
  f.run();
  for (int i = 0; i < 100; ++i) {
    f.fails(errc::unavailable);
    f.advance(20s + any_pause);
    f.confirm();
  }
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(a_loss_is_two_lines_of_the_log_however_often_it_tries) {
  heard_log heard;
  subscription_fixture f;
  f.context = with_log(*f.context, heard.log());
  f.run();
  for (int attempt = 0; attempt < 3; ++attempt) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  f.confirm();
  f.fails(errc::too_busy);
  f.advance(any_pause);
  f.confirm();
  const auto lines = heard.finish();
  BOOST_REQUIRE(lines.size() == 4u);
  BOOST_TEST(lines[0].starts_with("info the subscription to s was lost, and resumes: unavailable"), lines[0]);
  BOOST_TEST(lines[1] == "info the subscription to s has resumed on node1:2113 after 2 failed attempts");
  BOOST_TEST(lines[2].starts_with("info the subscription to s was lost, and resumes: too_busy"), lines[2]);
  BOOST_TEST(lines[3] == "info the subscription to s has resumed on node1:2113");
  const auto records = heard.records();
  BOOST_TEST(records[0].find(R"("event":"subscription.lost")") != std::string::npos, records[0]);
  BOOST_TEST(
    records[1].ends_with(R"("db.kurrentdb.stream":"s","server.address":"node1","server.port":2113,"kurrentdb.attempts":2})"),
    records[1]);
}

BOOST_AUTO_TEST_SUITE_END()
