// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/actors/subscription_fixture.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(subscription_actor_)

BOOST_AUTO_TEST_CASE(a_failure_before_the_confirmation_is_the_answer_and_nothing_else_comes) {
  for (const auto code : {errc::unavailable, errc::access_denied, errc::deadline_exceeded}) {
    subscription_fixture f;
    f.start();
    f.fails(code);
    BOOST_REQUIRE(!f.begun.pending());
    BOOST_TEST((f.begun.code() == code));
    f.expect_exit(f.tested);
    f.advance(any_pause);
    BOOST_TEST(f.script->ends.empty());
    BOOST_TEST(f.calls_made() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(without_a_node_it_does_not_begin) {
  subscription_fixture f;
  f.link->at_once = unexpected{failure_of(errc::discovery_failed)};
  f.start();
  BOOST_TEST((f.begun.code() == errc::discovery_failed));
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(killed_before_it_began_it_tells_only_who_asked) {
  subscription_fixture f;
  f.start();
  f.kill(f.tested);
  BOOST_TEST((f.begun.code() == errc::closed));
  BOOST_TEST(f.script->ends.empty());
  BOOST_TEST(f.call().cancelled);
}

BOOST_AUTO_TEST_CASE(killed_before_it_was_asked_to_begin_it_tells_the_subscriber_nothing) {
  subscription_fixture f;
  auto spawned = f.keep(f.sys.spawn(subscription, subscription_plan{stream_plan{"s", {}}, f.receiver}, f.context));
  f.kill(spawned);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(the_budget_of_tries_ends_it_with_the_last_error) {
  subscription_fixture f;
  f.run();
  f.arrives(events(0));
  int failures = 0;
  for (; f.script->ends.empty() && failures < 100; ++failures) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  BOOST_TEST(failures == 31);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  const auto& end = f.script->ends[0];
  BOOST_TEST((end.reason == end_reason::connection_lost));
  BOOST_REQUIRE(end.cause.has_value());
  BOOST_TEST((end.cause->code == errc::unavailable));
  BOOST_TEST((end.last == last_delivered{stream_revision{0}}));
  BOOST_TEST(end.node == "node1:2113");
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(a_final_error_ends_it_after_what_is_ready) {
  struct {
    errc code;
    end_reason reason;
  } const rows[] = {
    {errc::stream_deleted, end_reason::stream_deleted}, {errc::access_denied, end_reason::access_denied},
    {errc::unauthenticated, end_reason::access_denied}, {errc::invalid_position, end_reason::invalid},
    {errc::protocol_error, end_reason::server_error},
  };
  for (const auto& row : rows) {
    subscription_fixture f{manner::later};
    f.run();
    f.arrives(events(0));
    f.arrives(events(1));
    f.fails(row.code);
    BOOST_TEST(f.script->ends.empty());
    f.answer_batch();
    BOOST_TEST(f.script->ends.empty());
    f.answer_batch();
    BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
    BOOST_TEST((f.script->ends[0].reason == row.reason));
    BOOST_TEST((f.script->ends[0].cause->code == row.code));
    BOOST_TEST((f.script->ends[0].last == last_delivered{stream_revision{1}}));
    f.expect_exit(f.tested);
    f.advance(any_pause);
    BOOST_TEST(f.calls_made() == 1u);
  }
}

// It can't read its users yet.
BOOST_AUTO_TEST_CASE(a_node_that_has_just_started_may_refuse_credentials_that_have_worked) {
  subscription_fixture f;
  f.run();
  f.fails(errc::unavailable);
  for (int i = 0; i < 2; ++i) {
    f.advance(any_pause);
    f.fails(errc::unauthenticated);
    BOOST_TEST(f.script->ends.empty());
  }
  f.advance(any_pause);
  f.confirm();
  f.arrives(events(0));
  BOOST_TEST(f.script->batches.size() == 1u);
}

BOOST_AUTO_TEST_CASE(credentials_that_stay_refused_after_a_loss_end_it) {
  subscription_fixture f;
  f.run();
  f.fails(errc::unavailable);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(f.script->ends.empty());
    f.advance(any_pause);
    f.fails(errc::unauthenticated);
  }
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::access_denied));
  BOOST_TEST((f.script->ends[0].cause->code == errc::unauthenticated));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_in_any_state_and_answers_when_the_end_was_sent) {
  for (const int state : {0, 1, 2, 3}) { // Idle, batches at the subscriber, between two calls, final error known.
    subscription_fixture f{manner::later};
    f.run();
    if (state != 0) {
      f.arrives(events(0));
      f.arrives(events(1));
    }
    if (state == 2)
      f.fails(errc::unavailable);
    if (state == 3)
      f.fails(errc::stream_deleted);
    const auto done = f.ask<void>(f.tested, cancel{});
    BOOST_TEST(done.succeeded());
    BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
    BOOST_TEST((f.script->ends[0].reason == end_reason::cancelled));
    BOOST_TEST(!f.script->ends[0].cause.has_value());
    f.expect_exit(f.tested);
    BOOST_TEST(f.calls().reads[0]->cancelled);
    f.advance(any_pause);
    if (state != 0)
      f.answer_batch(); // Too late.
    BOOST_TEST(f.script->ends.size() == 1u);
    BOOST_TEST(f.calls_made() == 1u);
    BOOST_TEST(!f.script->batch_after_end);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_subscriber) {
  for (const bool busy : {false, true}) {
    subscription_fixture f{manner::later};
    f.run();
    if (busy)
      f.arrives(events(0));
    f.kill(f.receiver);
    f.expect_exit(f.tested);
    BOOST_TEST(f.call().cancelled);
  }
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_is_dead_already_ends_it_before_it_begins) {
  subscription_fixture f;
  f.kill(f.receiver);
  f.start();
  BOOST_REQUIRE(!f.begun.pending());
  BOOST_TEST((f.begun.code() == errc::subscriber_failed || f.begun.code() == errc::closed));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_throws_ends_it) {
  subscription_fixture f{manner::throws};
  f.run();
  f.arrives(events(0));
  f.expect_exit(f.tested);
  BOOST_TEST(f.call().cancelled);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_refuses_a_batch_ends_it_and_is_told) {
  subscription_fixture f{manner::refuses};
  f.run();
  f.arrives(events(0));
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::subscriber_failed));
  BOOST_TEST((f.script->ends[0].cause->code == errc::subscriber_failed));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_answer_with_more_than_it_has_to) {
  subscription_fixture f{manner::answers_with_a_number};
  f.run();
  for (std::uint64_t i = 0; i < 10; ++i)
    f.arrives(events(i));
  BOOST_TEST(f.received().size() == 10u);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_take_all_the_time_it_wants) {
  subscription_fixture f{manner::later};
  f.run();
  f.arrives(events(0));
  f.arrives(events(1));
  f.advance(2h);
  BOOST_TEST(f.script->batches.size() == 1u);
  f.answer_batch();
  BOOST_TEST(f.script->batches.size() == 2u);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(items_that_are_no_events_are_delivered_too) {
  subscription_fixture f;
  f.run();
  f.arrives(caught_up_batch());
  BOOST_REQUIRE_EQUAL(f.script->batches.size(), 1u);
  BOOST_TEST(f.script->batches[0].size() == 1u);
}

BOOST_AUTO_TEST_CASE(killed_it_tells_the_end_once) {
  subscription_fixture f;
  f.run();
  f.arrives(events(0));
  f.kill(f.tested);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::closed));
}

BOOST_AUTO_TEST_CASE(stopped_it_ends_like_one_that_is_cancelled) {
  for (const bool confirmed : {false, true}) {
    subscription_fixture f;
    std::stop_source source;
    f.start(stream_start, {.stop = source.get_token()});
    if (confirmed)
      f.confirm();
    source.request_stop();
    f.drain();
    BOOST_TEST(f.call().cancelled);
    if (confirmed)
      BOOST_TEST((f.script->ends.at(0).reason == end_reason::cancelled));
    else
      BOOST_TEST((f.begun.code() == errc::cancelled));
    BOOST_TEST(f.script->ends.size() == (confirmed ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_SUITE_END()
