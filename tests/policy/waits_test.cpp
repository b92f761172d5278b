// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>

#include <kdb/settings.hpp>
#include <kdb/stream_metadata.hpp>

#include "libkdb/policy/groups.hpp"
#include "libkdb/policy/retry_budget.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/policy/waits.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;

namespace {

/// A time that a caller names, and the door it passes.
struct member {
  const char* name;
  result<void> (*check)(milliseconds time);
  bool may_be_zero = false;
  bool for_ever_is_refused = false; ///< The server, or gRPC, keeps it in 32 bits.
};

std::ostream& operator<<(std::ostream& out, const member& row) {
  return out << row.name;
}

template <class Set>
result<void> settings_with(Set set) {
  settings all;
  all.endpoints = {{"localhost", 2113}};
  set(all);
  return all.validate();
}

result<void> consume_with(const consume_options& options) {
  return policy::check_consume({"s", "g"}, options);
}

result<void> group_with(const group_settings& settings) {
  create_group_options options;
  options.settings = settings;
  return policy::check_create("s", "g", options);
}

const member members[] = {
  {"deadline", [](milliseconds time) { return policy::check_call({.deadline = time}); }},
  {"resume.span", [](milliseconds time) { return policy::check_resume({.span = time}); }},
  {"resume.watchdog", [](milliseconds time) { return policy::check_resume({.watchdog = time}); }},
  {"ack_delay", [](milliseconds time) { return consume_with({.ack_delay = time}); }, true},
  {"slow_after", [](milliseconds time) { return consume_with({.slow_after = time}); }},
  {"timeout", [](milliseconds time) { return policy::check_not_negative("timeout", time); }, true},
  {"settings.message_timeout", [](milliseconds time) { return group_with({.message_timeout = time}); }, false, true},
  {"settings.checkpoint_after", [](milliseconds time) { return group_with({.checkpoint_after = time}); }, true, true},
  {"discovery_interval", [](milliseconds time) { return settings_with([=](settings& s) { s.discovery_interval = time; }); },
   false, true},
  {"gossip_timeout", [](milliseconds time) { return settings_with([=](settings& s) { s.gossip_timeout = time; }); }, false, true},
  {"default_deadline", [](milliseconds time) { return settings_with([=](settings& s) { s.default_deadline = time; }); }, false,
   true},
  {"keep_alive_interval", [](milliseconds time) { return settings_with([=](settings& s) { s.keep_alive_interval = time; }); },
   false, true},
  {"keep_alive_timeout", [](milliseconds time) { return settings_with([=](settings& s) { s.keep_alive_timeout = time; }); },
   false, true},
  {"silence_timeout", [](milliseconds time) { return settings_with([=](settings& s) { s.silence_timeout = time; }); }, false,
   true},
  {"start_timeout", [](milliseconds time) { return settings_with([=](settings& s) { s.start_timeout = time; }); }, false, true},
  {"restart_span", [](milliseconds time) { return settings_with([=](settings& s) { s.restart_span = time; }); }, false, true},
};

void expect_refused(const result<void>& checked, const char* name) {
  BOOST_REQUIRE(!checked);
  BOOST_TEST((checked.error().code == errc::invalid_argument));
  BOOST_TEST(checked.error().get<bad_argument>()->name == name);
}

/// `hours::max()`, whose conversion wraps around in the caller's program.
constexpr milliseconds wrapped{-3'600'000};
constexpr milliseconds thousand_years = std::chrono::hours{24 * 365 * 1000};

} // namespace

BOOST_AUTO_TEST_SUITE(waits)

BOOST_DATA_TEST_CASE(times_below_zero_are_refused_with_the_member, data::make(members), row) {
  for (const auto time : {-1ms, wrapped, milliseconds::min()})
    expect_refused(row.check(time), row.name);
}

BOOST_DATA_TEST_CASE(no_time_at_all_is_refused_where_it_means_nothing, data::make(members), row) {
  if (row.may_be_zero)
    BOOST_TEST(row.check(0ms).has_value());
  else
    expect_refused(row.check(0ms), row.name);
}

BOOST_DATA_TEST_CASE(for_ever_is_taken_or_refused, data::make(members), row) {
  for (const auto time : {thousand_years, milliseconds::max()}) {
    if (row.for_ever_is_refused)
      expect_refused(row.check(time), row.name);
    else
      BOOST_TEST(row.check(time).has_value());
  }
}

BOOST_DATA_TEST_CASE(ordinary_times_are_taken, data::make(members), row) {
  BOOST_TEST(row.check(10s).has_value());
}

BOOST_AUTO_TEST_CASE(lifetimes_of_events_end_where_the_server_can_not_count_on) {
  for (const auto time : {std::chrono::seconds::max(), 922'337'203'686s, 0s, -1s, std::chrono::seconds::min()}) {
    BOOST_TEST(to_json(stream_metadata{.max_age = time}).error().get<bad_argument>()->name == "max_age");
    BOOST_TEST(to_json(stream_metadata{.cache_control = time}).error().get<bad_argument>()->name == "cache_control");
  }
  BOOST_TEST(to_json(stream_metadata{.max_age = 922'337'203'685s, .cache_control = 922'337'203'685s}).has_value());
  for (const auto* key : {"$maxAge", "$cacheControl"}) {
    const auto read = parse_stream_metadata("{\"" + std::string{key} + "\":922337203686}");
    BOOST_REQUIRE(!read);
    BOOST_TEST(read.error().get<bad_argument>()->name == key);
  }
}

BOOST_AUTO_TEST_CASE(no_wait_overflows_a_clock) {
  const auto steady = std::chrono::steady_clock::now();
  const auto time_of_day = std::chrono::system_clock::now();
  for (const auto time : {policy::longest_wait, thousand_years, milliseconds::max()}) {
    BOOST_TEST((policy::after(steady, time) - steady == policy::longest_wait));
    BOOST_TEST((policy::after(time_of_day, time) - time_of_day == policy::longest_wait));
  }
  BOOST_TEST((policy::after(steady, 5ms) - steady == 5ms));
  for (const auto time : {0ms, -1ms, wrapped, milliseconds::min()})
    BOOST_TEST((policy::after(steady, time) == steady));
}

BOOST_AUTO_TEST_CASE(a_budget_for_ever_counts_every_try) {
  for (const auto span : {thousand_years, milliseconds::max()}) {
    policy::retry_budget budget{2, span};
    const std::chrono::steady_clock::time_point start{};
    BOOST_TEST(budget.take(start));
    BOOST_TEST(budget.take(start + 24h));
    BOOST_TEST(!budget.take(start + 24h * 365));
    BOOST_TEST(budget.taken(start + 24h * 365) == 2u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
