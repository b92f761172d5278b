// SPDX-License-Identifier: Apache-2.0

// Groups of consumers by what they are told and what they decide, with time that the test moves.

#include "tests/devnode/group_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace kdb::development;
using namespace kdb::development::testing;

BOOST_FIXTURE_TEST_SUITE(consumer_groups, group_fixture)

BOOST_AUTO_TEST_CASE(events_wait_for_consumers_and_go_to_them_in_order) {
  add(3);
  BOOST_TEST(decisions() == names{});
  group.connect(1, 2, now);
  BOOST_TEST((decisions() == names{"0>1", "1>1"}));
  group.connect(2, 2, now);
  BOOST_TEST((decisions() == names{"2>2"}));
  add(2);
  BOOST_TEST((decisions() == names{"3>2"}));
  ack({0});
  BOOST_TEST((decisions() == names{"4>1"}));
  BOOST_TEST(group.in_flight() == 4u);
  BOOST_TEST(group.waiting() == 0u);
  BOOST_TEST(group.sent() == 5);
}

BOOST_AUTO_TEST_CASE(any_consumer_may_answer_and_unknown_ids_are_ignored) {
  group.connect(1, 1, now);
  add(2);
  decisions();
  ack({7});
  nack({7}, nack_action::retry);
  BOOST_TEST(decisions() == names{});
  ack({0, 0});
  BOOST_TEST((decisions() == names{"1>1"}));
}

BOOST_AUTO_TEST_CASE(what_a_nack_does) {
  struct {
    nack_action action;
    names decided;
  } const rows[] = {
    {nack_action::park, {"park 0 Client explicitly NAK'ed message.\nwhy"}},
    {nack_action::retry, {"0>1 again 1"}},
    {nack_action::unknown, {"0>1 again 1"}},
    {nack_action::skip, {}},
    {nack_action::stop, {}},
  };
  for (auto& [action, decided] : rows) {
    group = make();
    next = 0;
    group.connect(1, 10, now);
    add(1);
    decisions();
    nack({0}, action);
    BOOST_TEST(decisions() == decided);
    BOOST_TEST(group.in_flight() == (decided.empty() || decided[0][0] == 'p' ? 0u : 1u));
  }
}

BOOST_AUTO_TEST_CASE(an_id_that_one_answer_names_twice_is_parked_twice) {
  group.connect(1, 10, now);
  add(3);
  decisions();
  nack({0, 0}, nack_action::park);
  BOOST_TEST(decisions() ==
             (names{"park 0 Client explicitly NAK'ed message.\nwhy", "park 0 Client explicitly NAK'ed message.\nwhy"}));
  nack({0}, nack_action::park); // it is not in flight any more
  nack({1, 1}, nack_action::retry);
  BOOST_TEST(decisions() == (names{"1>1 again 1"}));
  nack({1}, nack_action::retry);
  decisions();
  nack({1, 1}, nack_action::retry);
  BOOST_TEST(decisions() == (names{"park 1 Reached retry count of 2", "park 1 Reached retry count of 2"}));
  nack({2, 2}, nack_action::skip);
  BOOST_TEST(decisions() == names{});
  BOOST_TEST(group.consumers().all()[0].in_flight == 0);
}

BOOST_AUTO_TEST_CASE(many_events_of_a_consumer_that_goes_are_for_others_soon) {
  settings.history_buffer_size = 1'000'000;
  group = make();
  group.connect(1, 200'000, now);
  add(200'000);
  decisions();
  auto begun = std::chrono::steady_clock::now();
  group.disconnect(1, now);
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 5s));
  BOOST_TEST(group.retrying() == 200'000u);
}

BOOST_AUTO_TEST_CASE(an_empty_reason_leaves_the_line_of_the_reason_empty) {
  group.connect(1, 10, now);
  add(1);
  decisions();
  nack({0}, nack_action::park, "");
  BOOST_TEST((decisions() == names{"park 0 Client explicitly NAK'ed message.\n"}));
}

BOOST_AUTO_TEST_CASE(after_the_retries_an_event_is_parked) {
  group.connect(1, 10, now);
  add(1);
  nack({0}, nack_action::retry);
  nack({0}, nack_action::retry);
  nack({0}, nack_action::retry);
  BOOST_TEST((decisions() == names{"0>1", "0>1 again 1", "0>1 again 2", "park 0 Reached retry count of 2"}));
}

BOOST_AUTO_TEST_CASE(without_retries_an_event_is_parked_at_once) {
  settings.max_retry_count = 0;
  group = make();
  group.connect(1, 10, now);
  add(1);
  nack({0}, nack_action::retry);
  BOOST_TEST((decisions() == names{"0>1", "park 0 Reached retry count of 0"}));
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_sent_again_and_parked_in_the_end) {
  settings.max_retry_count = 1;
  group = make();
  group.connect(1, 10, now);
  add(2);
  decisions();
  advance(999ms);
  BOOST_TEST(decisions() == names{});
  ack({1});
  advance(1ms);
  BOOST_TEST((decisions() == names{"0>1 again 1"}));
  advance(1000ms);
  BOOST_TEST((decisions() == names{"park 0 Reached retry count of 1", "save 1"}));
  BOOST_TEST(group.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(without_a_timeout_everything_is_late_at_the_next_tick) {
  settings.message_timeout = 0ms;
  group = make();
  group.connect(1, 10, now);
  add(1);
  decisions();
  group.tick(now);
  BOOST_TEST((decisions() == names{"0>1 again 1"}));
}

BOOST_AUTO_TEST_CASE(retries_come_before_what_is_new_in_the_order_of_places) {
  group.connect(1, 3, now);
  add(6);
  decisions();
  group.disconnect(1, now);
  BOOST_TEST(group.retrying() == 3u);
  group.connect(2, 2, now);
  BOOST_TEST((decisions() == names{"0>2 again 1", "1>2 again 1"}));
  nack({1}, nack_action::retry);
  BOOST_TEST((decisions() == names{"1>2 again 2"})); // before event 2, whose turn it would be
  ack({0, 1});
  BOOST_TEST((decisions() == names{"2>2 again 1", "3>2"}));
}

BOOST_AUTO_TEST_CASE(a_consumer_that_goes_costs_a_retry_but_parks_nothing) {
  settings.max_retry_count = 0;
  group = make();
  add(1);
  for (consumer_id each = 1; each <= 3; ++each) {
    group.connect(each, 1, now);
    group.disconnect(each, now);
  }
  BOOST_TEST((decisions() == names{"0>1", "0>2 again 1", "0>3 again 2"}));
}

BOOST_AUTO_TEST_CASE(a_group_takes_no_more_consumers_than_it_may) {
  BOOST_TEST(!group.full());
  settings.max_subscriber_count = 2;
  group = make();
  group.connect(1, 1, now);
  BOOST_TEST(!group.full());
  group.connect(2, 1, now);
  BOOST_TEST(group.full());
  group.disconnect(1, now);
  BOOST_TEST(!group.full());
}

BOOST_AUTO_TEST_CASE(of_two_events_with_one_id_the_second_takes_no_slot) {
  group.connect(1, 2, now);
  group.add({.id = id(0), .place = 0});
  group.add({.id = id(0), .place = 1});
  group.add({.id = id(1), .place = 2});
  group.dispatch(now);
  BOOST_TEST((decisions() == names{"0>1", "1>1", "2>1"}));
  BOOST_TEST(group.in_flight() == 2u);
}

BOOST_AUTO_TEST_CASE(it_takes_events_as_long_as_it_has_room) {
  settings.read_batch_size = 3;
  settings.history_buffer_size = 5;
  group = make();
  BOOST_TEST(group.room() == 3u);
  add(2);
  BOOST_TEST(group.room() == 0u); // a whole batch would not fit
  group.caught_up();
  BOOST_TEST(group.room() == 1u); // live they come one by one
  add(3);
  BOOST_TEST(group.room() == 0u);
  BOOST_TEST(group.live_events() == 3);
  group.fell_behind();
  BOOST_TEST(group.live_events() == 0);
  group.connect(1, 10, now);
  BOOST_TEST(group.room() == 3u);
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_still_let_events_through) {
  settings.read_batch_size = -1;
  settings.history_buffer_size = 0;
  group = make();
  BOOST_TEST(settings_problem(settings).empty());
  BOOST_TEST(group.room() == 1u);
}

BOOST_AUTO_TEST_CASE(a_batch_must_be_smaller_than_the_buffer) {
  settings.read_batch_size = settings.history_buffer_size = 10;
  BOOST_TEST(settings_problem(settings).find("'ReadBatchSize may not be greater than or equal to BufferSize'") !=
             std::string_view::npos);
  settings.read_batch_size = 9;
  BOOST_TEST(settings_problem(settings).empty());
}

// -- checkpoints ---

BOOST_AUTO_TEST_CASE(a_checkpoint_is_written_in_time_when_enough_is_done) {
  group.connect(1, 10, now);
  add(5);
  ack({0});
  decisions();
  advance(600ms);
  BOOST_TEST(decisions() == names{}); // one is too little
  ack({1, 3});
  BOOST_TEST(decisions() == names{}); // and it is not time
  advance(10ms);
  BOOST_TEST((decisions() == names{"save 1"})); // event 2 is in flight
  ack({2, 4});
  advance(100ms);
  BOOST_TEST(decisions() == names{}); // not yet time again
  advance(250ms);
  advance(250ms);
  BOOST_TEST((decisions() == names{"save 4"}));
  BOOST_TEST(group.saved()->at == 4);
}

BOOST_AUTO_TEST_CASE(much_progress_is_written_with_the_ack) {
  settings.max_checkpoint_count = 3;
  group = make();
  group.connect(1, 10, now);
  add(4);
  decisions();
  ack({0, 1});
  BOOST_TEST(decisions() == names{});
  ack({2});
  BOOST_TEST((decisions() == names{"save 2"}));
}

BOOST_AUTO_TEST_CASE(never_by_time_is_never_by_time) {
  settings.checkpoint_after = 0ms;
  group = make();
  group.connect(1, 10, now);
  add(4);
  ack({0, 1, 2, 3});
  decisions();
  advance(24h);
  BOOST_TEST(decisions() == names{});
}

BOOST_AUTO_TEST_CASE(a_checkpoint_stays_before_what_waits_for_a_retry_or_was_never_sent) {
  settings.max_checkpoint_count = 1;
  group = make();
  group.connect(1, 2, now);
  add(3);
  decisions();
  ack({1});
  BOOST_TEST((decisions() == names{"2>1"})); // event 0 is in flight
  group.disconnect(1, now);
  group.tick(now);
  BOOST_TEST(decisions() == names{});
  group.connect(2, 1, now);
  ack({0});
  BOOST_TEST((decisions() == names{"0>2 again 1", "save 1", "2>2 again 1"}));
}

BOOST_AUTO_TEST_CASE(what_is_parked_or_skipped_is_done) {
  settings.max_checkpoint_count = 1;
  group = make();
  group.connect(1, 10, now);
  add(2);
  decisions();
  nack({0}, nack_action::park);
  // Parked first: the checkpoint must not be in the log without it.
  BOOST_TEST((decisions() == names{"park 0 Client explicitly NAK'ed message.\nwhy", "save 0"}));
  nack({1}, nack_action::skip);
  BOOST_TEST((decisions() == names{"save 1"}));
}

BOOST_AUTO_TEST_CASE(events_that_nobody_gets_are_progress_unless_others_wait_before_them) {
  settings.max_checkpoint_count = 1;
  group = make();
  group.skip(5);
  group.skip(9);
  group.tick(now);
  BOOST_TEST((decisions() == names{"save 9 skipped"}));
  next = 20;
  add(1);
  group.skip(30);
  group.tick(now);
  BOOST_TEST(decisions() == names{});
  group.connect(1, 1, now);
  ack({20});
  BOOST_TEST((decisions() == names{"20>1", "save 30 skipped"}));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_twice) {
  settings.max_checkpoint_count = 0;
  group = make();
  group.connect(1, 10, now);
  add(1);
  ack({0});
  decisions();
  for (int i = 0; i < 3; ++i)
    advance(1000ms);
  BOOST_TEST(decisions() == names{});
}

BOOST_AUTO_TEST_CASE(a_group_goes_on_from_the_checkpoint_of_its_earlier_life) {
  group = make(group_place{7});
  BOOST_TEST(group.saved()->at == 7);
  next = 8;
  group.connect(1, 10, now);
  add(1);
  decisions();
  advance(600ms);
  BOOST_TEST(decisions() == names{});
}

// -- parked events ---

BOOST_AUTO_TEST_CASE(parked_events_come_again_behind_retries_and_before_what_is_new) {
  group.connect(1, 1, now);
  add(3);
  replay(50, 0);
  replay(51, 1);
  decisions();
  nack({0}, nack_action::retry);
  BOOST_TEST((decisions() == names{"0>1 again 1"}));
  ack({0});
  BOOST_TEST((decisions() == names{"0>1"})); // the first of the parked stream
  nack({50}, nack_action::retry);
  BOOST_TEST((decisions() == names{"0>1 again 1"}));
  ack({50});
  ack({51});
  BOOST_TEST((decisions() == names{"1>1", "1>1"}));
}

BOOST_AUTO_TEST_CASE(parked_events_are_no_progress) {
  settings.max_checkpoint_count = 1;
  group = make();
  group.connect(1, 10, now);
  replay(50, 0);
  add(1);
  decisions();
  ack({0});
  BOOST_TEST((decisions() == names{"save 0"}));
  ack({50});
  BOOST_TEST(decisions() == names{});
}

// -- latencies ---

BOOST_AUTO_TEST_CASE(latencies_are_told_where_they_are_asked_for) {
  group.connect(1, 10, now);
  BOOST_TEST(!group.latency_of(1));
  settings.extra_statistics = true;
  group = make();
  group.connect(1, 10, now);
  BOOST_TEST(group.latency_of(1)->observed().empty());
  add(3);
  now += 2000ms;
  ack({0});
  nack({1}, nack_action::skip);
  BOOST_TEST(group.latency_of(1)->observed().front().second == 200'000);
  group.disconnect(1, now);
  BOOST_TEST(!group.latency_of(1));
}

BOOST_AUTO_TEST_CASE(latencies_are_told_in_a_server_s_shares) {
  latency_window window;
  for (int i = 1100; i >= 1; --i) // the first hundred are forgotten
    window.add(std::chrono::microseconds{10 * i});
  struct {
    std::string_view name;
    std::int64_t units;
  } const rows[] = {{"Mean", 500},       {"Median", 501},     {"Fastest", 1},       {"Quintile 1", 201}, {"Quintile 2", 401},
                    {"Quintile 3", 601}, {"Quintile 4", 801}, {"Quintile 5", 1000}, {"90%", 901},        {"95%", 951},
                    {"99%", 991},        {"99.5%", 996},      {"99.9%", 1000},      {"Highest", 1000}};
  auto observed = window.observed();
  BOOST_REQUIRE(observed.size() == std::size(rows));
  for (std::size_t i = 0; i < observed.size(); ++i) {
    BOOST_TEST(observed[i].first == rows[i].name);
    BOOST_TEST(observed[i].second == rows[i].units, rows[i].name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
