// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "libkdb/policy/ack_batch.hpp"
#include "libkdb/policy/groups.hpp"

using namespace kdb;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

struct bad_settings {
  const char* member;
  void (*spoil)(group_settings&);
};

std::ostream& operator<<(std::ostream& out, const bad_settings& row) {
  return out << row.member;
}

const bad_settings impossible[] = {
  {"settings.message_timeout", [](group_settings& s) { s.message_timeout = 0ms; }},
  {"settings.message_timeout", [](group_settings& s) { s.message_timeout = 2147483648ms; }},
  {"settings.checkpoint_after", [](group_settings& s) { s.checkpoint_after = -1ms; }},
  {"settings.checkpoint_after", [](group_settings& s) { s.checkpoint_after = 2147483648ms; }},
  {"settings.max_retries", [](group_settings& s) { s.max_retries = -1; }},
  {"settings.min_checkpoint", [](group_settings& s) { s.min_checkpoint = -1; }},
  {"settings.min_checkpoint", [](group_settings& s) { s.min_checkpoint = 1001; }},
  {"settings.max_checkpoint", [](group_settings& s) { s.max_checkpoint = -1; }},
  {"settings.max_subscribers", [](group_settings& s) { s.max_subscribers = -1; }},
  {"settings.live_buffer", [](group_settings& s) { s.live_buffer = -1; }},
  {"settings.read_batch", [](group_settings& s) { s.read_batch = 0; }},
  {"settings.history_buffer", [](group_settings& s) { s.history_buffer = s.read_batch; }},
  {"settings.strategy", [](group_settings& s) { s.strategy = ""; }},
  {"settings.strategy", [](group_settings& s) { s.strategy = "\xff"; }},
};

group_info info_with(std::string strategy) {
  group_info info{.name = {"s", "g"}, .status = "Live", .from = group_start{stream_position{stream_revision{7}}}};
  info.settings.strategy = std::move(strategy);
  info.settings.max_retries = 3;
  return info;
}

std::string member_of(const result<void>& outcome) {
  BOOST_REQUIRE(!outcome);
  BOOST_TEST(outcome.error().message.find("; give ") != std::string::npos);
  return outcome.error().get<bad_argument>()->name;
}

uuid id(std::uint8_t number) {
  uuid made{};
  made.data[15] = number;
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(group_checks)

BOOST_AUTO_TEST_CASE(the_defaults_are_the_documented_ones_and_fine) {
  const group_settings defaults;
  BOOST_TEST(defaults.strategy == "RoundRobin");
  BOOST_TEST((defaults.message_timeout == 30s && defaults.checkpoint_after == 2s));
  BOOST_TEST(defaults.read_batch == 20);
  BOOST_TEST((defaults.live_buffer == 500 && defaults.history_buffer == 500));
  BOOST_TEST((defaults.max_retries == 10 && defaults.min_checkpoint == 10 && defaults.max_checkpoint == 1000));
  BOOST_TEST(defaults.max_subscribers == 0);
  BOOST_TEST(consume_options{}.buffer == 10u);
  BOOST_TEST(create_group_options{}.from.is_start());
  BOOST_TEST(policy::check_settings(defaults).has_value());
  BOOST_TEST(policy::check_update_settings(defaults).has_value());
}

BOOST_DATA_TEST_CASE(impossible_settings_are_refused_with_the_rule, data::make(impossible), row) {
  create_group_options how;
  row.spoil(how.settings);
  BOOST_TEST(member_of(policy::check_create("s", "g", how)) == row.member);
}

BOOST_AUTO_TEST_CASE(what_the_server_takes_literally_passes) {
  group_settings how{.max_retries = 0, .checkpoint_after = 0ms, .min_checkpoint = 0, .max_checkpoint = 0, .live_buffer = 0};
  how.read_batch = 1;
  how.history_buffer = 2;
  how.strategy = "SomeoneElses";
  BOOST_TEST(policy::check_settings(how).has_value());
}

BOOST_AUTO_TEST_CASE(an_update_names_three_strategies) {
  for (const auto* name : {consumer_strategy::round_robin, consumer_strategy::dispatch_to_single, consumer_strategy::pinned}) {
    update_group_options how;
    how.settings.strategy = name;
    BOOST_TEST(policy::check_update("s", "g", how).has_value());
  }
  for (const auto* name : {consumer_strategy::pinned_by_correlation, "roundrobin", "Custom"}) {
    update_group_options how;
    how.settings.strategy = name;
    BOOST_TEST(member_of(policy::check_update("s", "g", how)) == "settings.strategy");
    BOOST_TEST(member_of(policy::check_change({"s", "g"}, {.strategy = name}, {})) == "strategy");
  }
}

BOOST_AUTO_TEST_CASE(all_is_not_the_name_of_a_stream) {
  BOOST_TEST(member_of(policy::check_create("$all", "g", {})) == "stream");
  BOOST_TEST(member_of(policy::check_update("$all", "g", {})) == "stream");
  BOOST_TEST(member_of(policy::check_create("", "g", {})) == "stream");
  BOOST_TEST(policy::check_group({"$all", "g"}).has_value());
  BOOST_TEST(member_of(policy::check_group({"s", "\xff"})) == "group");
}

BOOST_AUTO_TEST_CASE(a_start_belongs_to_what_is_consumed) {
  BOOST_TEST(member_of(policy::check_change({"s", "g"}, {.from = all_start}, {})) == "from");
  BOOST_TEST(member_of(policy::check_change({"$all", "g"}, {.from = stream_start}, {})) == "from");
  BOOST_TEST(policy::check_change({"$all", "g"}, {.from = all_end}, {}).has_value());
  BOOST_TEST(member_of(policy::check_create("g", {.from = all_position{log_position{1, 2}}})) == "from");
  BOOST_TEST(member_of(policy::check_create("s", "g", {.from = stream_revision{1ull << 63}})) == "from");
}

BOOST_AUTO_TEST_CASE(a_consumer_without_room_is_refused) {
  BOOST_TEST(policy::check_consume({"s", "g"}, {}).has_value());
  BOOST_TEST(member_of(policy::check_consume({"s", "g"}, {.buffer = 0})) == "buffer");
  BOOST_TEST(member_of(policy::check_consume({"s", "g"}, {.buffer = 1u << 31})) == "buffer");
  BOOST_TEST(member_of(policy::check_consume({"s", "g"}, {.ack_batch = 0})) == "ack_batch");
  BOOST_TEST(member_of(policy::check_consume({"s", "g"}, {.ack_delay = -1ms})) == "ack_delay");
  BOOST_TEST(member_of(policy::check_consume({"s", "g"}, {.on_failure = outcome::ack()})) == "on_failure");
  BOOST_TEST(member_of(policy::check_consume({"s", "g"}, {.resume = {.watchdog = 1s}})) == "resume.watchdog");
}

BOOST_AUTO_TEST_CASE(changes_keep_what_they_do_not_name) {
  const auto now = info_with("Pinned");
  const auto next = policy::merge(now, {.message_timeout = 5s, .read_batch = 50});
  BOOST_REQUIRE(next.has_value());
  auto expected = now.settings;
  expected.message_timeout = 5s;
  expected.read_batch = 50;
  BOOST_TEST((next->settings == expected));
  BOOST_TEST((next->from == *now.from));
  BOOST_TEST((policy::merge(now, {.from = stream_end})->from == group_start{stream_end}));
}

BOOST_AUTO_TEST_CASE(changes_that_break_a_rule_only_together_with_what_stays_are_refused) {
  const auto outcome = policy::merge(info_with("RoundRobin"), {.read_batch = 500});
  BOOST_REQUIRE(!outcome);
  BOOST_TEST(outcome.error().get<bad_argument>()->name == "settings.history_buffer");
}

BOOST_AUTO_TEST_CASE(a_strategy_that_can_not_be_sent_again_refuses_every_change) {
  const auto outcome = policy::merge(info_with("PinnedByCorrelation"), {.max_retries = 1});
  BOOST_REQUIRE(!outcome);
  BOOST_TEST((outcome.error().code == errc::invalid_argument));
  BOOST_TEST(outcome.error().get<bad_argument>()->name == "settings.strategy");
  BOOST_TEST(policy::merge(info_with("PinnedByCorrelation"), {.strategy = "Pinned"}).has_value());
}

BOOST_AUTO_TEST_CASE(an_unreadable_start_has_to_be_given_anew) {
  auto now = info_with("RoundRobin");
  now.from.reset();
  BOOST_TEST((policy::merge(now, {}).error().code == errc::protocol_error));
  BOOST_TEST(policy::merge(now, {.from = stream_start}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ack_batches)

BOOST_AUTO_TEST_CASE(a_small_buffer_lowers_the_count) {
  BOOST_TEST(policy::answers_at_once(50, 10) == 5u);
  BOOST_TEST(policy::answers_at_once(50, 1000) == 50u);
  BOOST_TEST(policy::answers_at_once(50, 1) == 1u);
  BOOST_TEST(policy::answers_at_once(1, 1000) == 1u);
}

BOOST_AUTO_TEST_CASE(answers_keep_their_order_and_those_that_say_the_same_share_a_message) {
  policy::ack_batch batch{4};
  batch.add(id(1), outcome::ack());
  batch.add(id(2), outcome::ack());
  batch.add(id(3), outcome::nack(nack_action::park, "bad"));
  BOOST_TEST(!batch.is_full());
  batch.add(id(4), outcome::nack(nack_action::park, "worse"));
  BOOST_TEST(batch.is_full());
  batch.add(id(5), outcome::ack());
  const auto groups = batch.take();
  BOOST_REQUIRE_EQUAL(groups.size(), 4u);
  BOOST_TEST((groups[0].ids == std::vector{id(1), id(2)}));
  BOOST_TEST((groups[1].answer == outcome::nack(nack_action::park, "bad")));
  BOOST_TEST((groups[3].ids == std::vector{id(5)}));
  BOOST_TEST(batch.empty());
  BOOST_TEST(batch.take().empty());
}

BOOST_AUTO_TEST_SUITE_END()
