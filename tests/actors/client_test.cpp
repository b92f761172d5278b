// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/actors/client_fixture.hpp"
#include "tests/fixtures/recorder.hpp"

#include <memory>
#include <optional>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

void expect_closed(client_fixture& f) {
  BOOST_TEST((f.append().code() == errc::closed));
  BOOST_TEST((f.read().code() == errc::closed));
  BOOST_TEST((f.subscribe().code() == errc::closed));
  BOOST_TEST((f.ask<connected>(f.tested, wait_connected{}).code() == errc::closed));
  BOOST_TEST((f.ask<log_position>(f.tested, get_commit_position{}).code() == errc::closed));
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_actor_)

BOOST_AUTO_TEST_CASE(nothing_is_dialled_before_somebody_asks_for_something) {
  client_fixture f;
  f.advance(1h);
  BOOST_TEST(f.transports.empty());
}

BOOST_AUTO_TEST_CASE(an_append_goes_through) {
  client_fixture f;
  f.connect();
}

BOOST_AUTO_TEST_CASE(a_read_goes_through) {
  client_fixture f;
  f.connect();
  const auto reading = f.read();
  const auto first = f.ask<event_batch>(reading.value(), next{});
  f.calls().reads.at(0)->batch(events(0, 3));
  f.drain();
  BOOST_TEST(first.value().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_read_without_events_has_an_error_only_for_what_cant_be_sent) {
  client_fixture f;
  BOOST_TEST((f.ask<reader_actor>(f.tested, read_stream{.stream = ""}).code() == errc::invalid_argument));
  BOOST_TEST(
    (f.ask<reader_actor>(f.tested, read_stream{.stream = "s", .options = {.limit = 0}}).code() == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(a_subscription_goes_through) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  BOOST_TEST(started.pending());
  f.calls().reads.at(0)->confirm();
  f.calls().reads.at(0)->batch(events(0));
  f.drain();
  BOOST_TEST(started.succeeded());
  BOOST_TEST(f.batches == 1u);
}

BOOST_AUTO_TEST_CASE(a_subscription_needs_a_subscriber) {
  client_fixture f;
  BOOST_TEST((f.ask<subscription_actor>(f.tested, subscribe_to_stream{.stream = "s"}).code() == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_outlasts_failed_rounds) {
  client_fixture f;
  const auto waits = f.ask<connected>(f.tested, wait_connected{10s});
  for (std::size_t i = 1; i <= 4; ++i) {
    BOOST_REQUIRE_EQUAL(f.transports.size(), i);
    f.node_fails();
    f.advance(100ms * (1 << i)); // The longest pause there can be.
  }
  BOOST_TEST(waits.pending());
  f.node_answers();
  BOOST_REQUIRE(waits.succeeded());
  BOOST_TEST(waits.value().server_version == "26.1.1");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_waits_no_longer_than_said) {
  client_fixture f;
  const auto waits = f.ask<connected>(f.tested, wait_connected{1s});
  f.advance(999ms);
  BOOST_TEST(waits.pending());
  f.advance(2ms);
  BOOST_REQUIRE(!waits.pending());
  BOOST_TEST((waits.code() == errc::deadline_exceeded));
  BOOST_TEST((f.ask<connected>(f.tested, wait_connected{0ms}).code() == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(no_failure_leaves_it_dead) {
  client_fixture f;
  const auto first = f.append();
  f.node_fails();
  BOOST_TEST((first.code() == errc::discovery_failed));
  f.advance(100ms);
  f.connect();
  f.advance(1s);
  f.calls().appends.at(0)->end(unexpected{node_gone()});
  f.drain();
  f.connect();
  BOOST_TEST(f.transports.size() == 3u);
}

BOOST_AUTO_TEST_CASE(an_appender_that_dies_is_replaced_and_what_it_had_sent_is_unknown) {
  client_fixture f;
  f.connect();
  const auto pending = f.append();
  const auto before = f.worker("kdb.appender");
  f.kill(before);
  BOOST_TEST((pending.code() == errc::unavailable)); // The client is not closed.
  BOOST_TEST(pending.why().outcome_unknown);
  BOOST_TEST((f.worker("kdb.appender") != nullptr));
  BOOST_TEST((f.worker("kdb.appender") != before));
  const auto again = f.append();
  auto& call = *f.calls().appends.back();
  call.reply(call.correlations().back(), append_result{});
  f.drain();
  BOOST_TEST(again.succeeded());
}

BOOST_AUTO_TEST_CASE(a_connection_that_dies_is_replaced_under_its_workers) {
  client_fixture f;
  f.connect();
  const auto pending = f.append();
  const auto before = f.worker("kdb.connection");
  f.kill(before);
  BOOST_TEST((f.worker("kdb.connection") != nullptr));
  BOOST_TEST((f.worker("kdb.connection") != before));
  BOOST_TEST(pending.pending()); // Its call knows nothing of it.
  f.reply(1);
  BOOST_TEST(pending.succeeded());
  const auto reading = f.read(); // Needs a node from the new one.
  const auto first = f.ask<event_batch>(reading.value(), next{});
  f.node_answers();
  f.calls().reads.at(0)->batch(events(0));
  f.drain();
  BOOST_TEST(first.succeeded());
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_that_dies_fails_for_now_and_not_for_good) {
  client_fixture f;
  const auto append = f.append();
  f.kill(f.worker("kdb.connection"));
  BOOST_TEST((append.code() == errc::unavailable));
  BOOST_TEST(append.why().retry_can_help);
  BOOST_TEST(!append.why().outcome_unknown);
  f.connect();
}

BOOST_AUTO_TEST_CASE(a_subscription_whose_connection_died_resumes_with_the_new_one) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  auto& first = *f.calls().reads.at(0);
  first.confirm();
  f.drain();
  f.kill(f.worker("kdb.connection"));
  first.end(unexpected{node_gone()});
  f.advance(100ms);
  f.node_answers();
  BOOST_REQUIRE_EQUAL(f.calls().reads.size(), 1u);
  f.calls().reads[0]->confirm();
  f.calls().reads[0]->batch(events(0));
  f.drain();
  BOOST_TEST(f.batches == 1u);
  BOOST_TEST(f.ends.empty());
}

BOOST_AUTO_TEST_CASE(workers_that_die_too_often_end_the_client_with_a_reason) {
  client_fixture f{[](settings& how) { how.max_restarts = 2; }};
  std::optional<error> reason;
  const auto watcher = f.keep(f.sys.spawn([&](caf::event_based_actor* me) -> caf::behavior {
    any_caf::monitoring{me, [&](const caf::down_msg& what) { reason = error::from(what.reason); }}.watch(f.tested);
    return {[](int) {}};
  }));
  f.tell(f.tested, observe{f.observer});
  for (int i = 0; i < 2; ++i)
    f.kill(f.worker("kdb.appender"));
  BOOST_TEST(!reason);
  f.kill(f.worker("kdb.management"));
  f.drain();
  BOOST_REQUIRE(reason);
  BOOST_TEST((reason->code == errc::internal));
  f.expect_exit(f.tested);
  BOOST_REQUIRE(!f.changes.empty());
  BOOST_TEST((std::get<client_closed>(f.changes.back()).cause.value().code == errc::internal));
}

BOOST_AUTO_TEST_CASE(restarts_of_workers_are_measured) {
  const auto meter = std::make_shared<fixtures::recording_meter>();
  client_fixture f{[&](settings& how) { how.meter = meter; }};
  const auto restarts = [&](const char* worker) {
    return meter->of("kurrentdb.client.worker.restarts", {{"kurrentdb.worker", worker}}).sum;
  };
  f.kill(f.worker("kdb.appender"));
  f.kill(f.worker("kdb.appender"));
  f.kill(f.worker("kdb.management"));
  f.drain();
  BOOST_TEST(restarts("appender") == 2);
  BOOST_TEST(restarts("management") == 1);
  BOOST_TEST(restarts("connection") == 0);
}

BOOST_AUTO_TEST_CASE(restarts_are_forgiven_after_their_span) {
  client_fixture f{[](settings& how) { how.max_restarts = 1; }};
  for (int i = 0; i < 5; ++i) {
    f.kill(f.worker("kdb.appender"));
    f.advance(60s);
  }
  f.connect();
}

BOOST_AUTO_TEST_CASE(observers_get_every_change_and_first_how_it_is_now) {
  client_fixture f;
  f.tell(f.tested, observe{f.observer});
  BOOST_TEST(f.changes.empty());
  const auto first = f.append();
  f.node_fails();
  BOOST_REQUIRE_EQUAL(f.changes.size(), 1u);
  BOOST_TEST(std::get<reconnecting>(f.changes[0]).attempt == 1u);
  f.advance(100ms);
  f.connect();
  BOOST_REQUIRE_EQUAL(f.changes.size(), 2u);
  BOOST_TEST((std::get<connected>(f.changes[1]).node == endpoint{"127.0.0.1", 2113}));
  f.tell(f.tested, observe{f.observer}); // Again: only how it is now.
  BOOST_TEST(f.changes.size() == 3u);
  f.close();
  BOOST_REQUIRE_EQUAL(f.changes.size(), 4u);
  BOOST_TEST(!std::get<client_closed>(f.changes[3]).cause.has_value());
}

BOOST_AUTO_TEST_CASE(what_the_server_offers_and_the_members_of_its_cluster_can_be_asked_for) {
  client_fixture f;
  f.connect();
  const auto info = f.ask<server_info>(f.tested, get_server_info{});
  BOOST_TEST(info.value().version == "26.1.1");
  BOOST_TEST((info.value().node == endpoint{"127.0.0.1", 2113}));
  BOOST_TEST(!info.value().offers.empty());
  const auto members = f.ask<std::vector<cluster_member>>(f.tested, read_gossip{});
  f.calls().exchanges.back()->end(std::vector{std::string{}});
  f.drain();
  BOOST_TEST(members.value().empty());
}

// -- retries --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_is_tried_again_as_often_as_it_says_where_that_is_safe) {
  struct sample {
    errc why;
    bool unknown;
    stream_state expected;
    bool again;
  };
  const sample samples[] = {
    {errc::too_busy, false, stream_state::any, true},
    {errc::server_timeout, true, stream_state::any, false},
    {errc::server_timeout, true, stream_state::exists, false},
    {errc::server_timeout, true, stream_state::no_stream, true},
    {errc::server_timeout, true, stream_state::revision(0), true},
    {errc::wrong_expected_version, false, stream_state::no_stream, false},
    {errc::access_denied, false, stream_state::no_stream, false},
  };
  for (const auto& each : samples) {
    client_fixture f;
    f.connect();
    const auto done = f.ask<append_result>(f.tested, append_to_stream{.stream = "s",
                                                                      .expected = each.expected,
                                                                      .events = {new_event::json("t", "{}")},
                                                                      .options = {.call = {.retry = 1}}});
    auto& call = *f.calls().appends.at(0);
    auto why = failure_of(each.why);
    why.outcome_unknown = each.unknown;
    call.reply(call.correlations().at(1), unexpected{why});
    f.advance(100ms);
    BOOST_TEST(done.pending() == each.again, to_string(each.why));
    if (!each.again) {
      BOOST_TEST((done.code() == each.why));
      continue;
    }
    call.reply(call.correlations().at(2), append_result{stream_revision{5}, std::nullopt});
    f.drain();
    BOOST_TEST((done.value().revision == stream_revision{5}));
  }
}

BOOST_AUTO_TEST_CASE(after_its_last_try_a_request_fails_and_is_unknown_if_any_try_was) {
  client_fixture f;
  f.connect();
  const auto done = f.ask<append_result>(f.tested, append_to_stream{.stream = "s",
                                                                    .expected = stream_state::no_stream,
                                                                    .events = {new_event::json("t", "{}")},
                                                                    .options = {.call = {.retry = 2}}});
  auto& call = *f.calls().appends.at(0);
  for (std::size_t i = 1; i <= 3; ++i) {
    auto why = failure_of(errc::too_busy);
    why.outcome_unknown = i == 1;
    call.reply(call.correlations().at(i), unexpected{why});
    f.advance(400ms);
  }
  BOOST_TEST(call.correlations().size() == 4u);
  BOOST_TEST((done.code() == errc::too_busy));
  BOOST_TEST(done.why().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(closing_ends_a_request_that_waits_for_its_next_try) {
  client_fixture f;
  f.connect();
  const auto done = f.ask<append_result>(
    f.tested, append_to_stream{.stream = "s", .events = {new_event::json("t", "{}")}, .options = {.call = {.retry = 9}}});
  auto& call = *f.calls().appends.at(0);
  call.reply(call.correlations().at(1), unexpected{failure_of(errc::not_ready)});
  f.drain();
  BOOST_TEST(f.close().succeeded());
  BOOST_TEST((done.code() == errc::closed));
}

BOOST_AUTO_TEST_CASE(the_death_of_the_appender_leaves_the_node_in_use) {
  client_fixture f;
  f.connect();
  const auto link = f.worker("kdb.connection");
  f.kill(f.worker("kdb.appender"));
  BOOST_TEST((f.worker("kdb.connection") == link));
  f.append();
  BOOST_TEST(f.transports.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_death_of_the_discovery_is_made_good) {
  client_fixture f;
  auto& state = any_caf::state_of(caf::actor_cast<caf::stateful_actor<client_state>*>(f.tested));
  const auto workers = state.children.size();
  for (int i = 0; i < 3; ++i) {
    f.kill(state.discovery);
    f.read(); // The node of before is forgotten.
    f.node_answers();
    BOOST_TEST(state.children.size() == workers); // Nothing of before is left.
  }
}

BOOST_AUTO_TEST_CASE(a_subscription_survives_the_death_of_the_connection) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  auto first = f.calls().reads.at(0);
  first->confirm();
  f.drain();
  f.kill(f.worker("kdb.connection"));
  BOOST_TEST(f.ends.empty()); // Its call goes on.
  first->batch(events(0));
  f.drain();
  BOOST_TEST(f.batches == 1u);
}

BOOST_AUTO_TEST_CASE(closing_answers_in_every_state_and_everything_pending_with_closed) {
  for (const int state : {0, 1, 2, 3, 4}) { // Fresh, connecting, connected, busy, between two rounds.
    client_fixture f;
    answer<append_result> append;
    answer<connected> waits;
    answer<subscription_actor> begins;
    if (state == 1)
      append = f.append();
    if (state == 2 || state == 3)
      f.connect();
    if (state == 3) {
      append = f.append();
      begins = f.subscribe();
    }
    if (state == 4) {
      waits = f.ask<connected>(f.tested, wait_connected{10s});
      f.node_fails();
    }
    const auto closed = f.close();
    BOOST_TEST(closed.succeeded(), "not closed in state " << state);
    f.expect_exit(f.tested);
    f.advance(1s);
    if (state == 1 || state == 3)
      BOOST_TEST((append.code() == errc::closed));
    if (state == 3)
      BOOST_TEST((begins.code() == errc::closed));
    if (state == 4) {
      BOOST_REQUIRE_MESSAGE(!waits.pending(), "who waits for a connection is forgotten");
      BOOST_TEST((waits.code() == errc::closed));
    }
    expect_closed(f);
    BOOST_TEST((f.close().code() == errc::closed));
  }
}

BOOST_AUTO_TEST_CASE(closing_tells_subscribers_and_readers_the_end) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  f.calls().reads.at(0)->confirm();
  f.drain();
  const auto reading = f.read();
  const auto waits = f.ask<event_batch>(reading.value(), next{});
  const auto closed = f.close();
  BOOST_TEST(closed.succeeded());
  BOOST_TEST((waits.code() == errc::closed));
  BOOST_REQUIRE_EQUAL(f.ends.size(), 1u);
  BOOST_TEST((f.ends[0].reason == end_reason::closed));
  for (const auto& call : f.calls().reads)
    BOOST_TEST(call->cancelled);
  BOOST_TEST(f.calls().appends[0]->cancelled);
}

BOOST_AUTO_TEST_CASE(an_exit_message_closes_it) {
  client_fixture f;
  f.connect();
  const auto append = f.append();
  caf::anon_send_exit(f.tested, caf::exit_reason::user_shutdown);
  f.drain();
  BOOST_TEST((append.code() == errc::closed));
  f.expect_exit(f.tested);
  expect_closed(f);
}

BOOST_AUTO_TEST_CASE(killed_it_leaves_nothing_behind) {
  client_fixture f;
  f.connect();
  auto started = f.subscribe();
  f.calls().reads.at(0)->confirm();
  f.drain();
  started = {};
  const auto append = f.append();
  f.kill(f.tested);
  f.advance(f.how.gossip_timeout); // CAF keeps an actor for the timeouts of its requests, answered or not.
  BOOST_TEST((append.code() == errc::closed));
  BOOST_TEST(f.calls().appends.at(0)->cancelled);
  BOOST_TEST(f.calls().reads.at(0)->cancelled);
  BOOST_REQUIRE_EQUAL(f.ends.size(), 1u);
  BOOST_TEST((f.ends[0].reason == end_reason::closed));
}

BOOST_AUTO_TEST_CASE(killed_it_leaves_nobody_waiting) {
  client_fixture f;
  const auto waits = f.ask<connected>(f.tested, wait_connected{10s});
  const auto head = f.ask<log_position>(f.tested, get_commit_position{});
  const auto metadata = f.ask<metadata_result>(f.tested, get_stream_metadata{.stream = "s"});
  const auto info = f.ask<server_info>(f.tested, get_server_info{});
  const auto subscribes = f.subscribe();
  f.kill(f.tested);
  f.advance(2 * f.how.gossip_timeout);
  BOOST_TEST((waits.code() == errc::closed));
  BOOST_TEST((head.code() == errc::closed));
  BOOST_TEST((metadata.code() == errc::closed));
  BOOST_TEST((info.code() == errc::closed));
  BOOST_TEST((subscribes.code() == errc::closed));
}

BOOST_AUTO_TEST_CASE(the_handle_of_a_subscription_comes_before_its_first_batch) {
  client_fixture f;
  f.connect();
  std::vector<std::string> seen;
  const auto host = f.keep(f.sys.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    any_caf::request(self, f.tested, caf::infinite, subscribe_to_stream{.stream = "s", .subscriber = self})
      .then([&](const subscription_actor&) { seen.push_back("handle"); },
            [&](const caf::error& why) { seen.push_back(to_string(error::from(why))); });
    return {[&](const event_batch&) { seen.push_back("batch"); }, [](const subscription_ended&) {}};
  }));
  f.drain();
  // Both wait for the subscription at the same time.
  auto& call = *f.calls().reads.at(0);
  call.confirm();
  call.batch(events(1));
  f.drain();
  const std::vector<std::string> expected{"handle", "batch"};
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
  caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
  f.drain();
}

BOOST_AUTO_TEST_CASE(a_reading_nobody_holds_is_ended) {
  client_fixture f;
  f.connect();
  {
    const auto reading = f.read();
    BOOST_TEST(reading.succeeded());
  }
  f.drain();
  BOOST_TEST(f.calls().reads.at(0)->cancelled);
  BOOST_TEST((f.worker("kdb.reader") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
