// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

#include "libkdb/policy/log_events.hpp"
#include "tests/fixtures/documented_table.hpp"

// The table of events in docs/guide/logging.md is the list. KDB_UPDATE=1 writes it.

using namespace kdb;
using fixtures::in_code;

namespace {

constexpr std::string_view begin_mark = "<!-- log events -->\n", end_mark = "<!-- end of log events -->";

std::string table() {
  std::string text = "| event | what has happened | fields |\n|---|---|---|\n";
  for (const auto& each : policy::all_log_events)
    text += "| " + in_code(each.name) + " | " + std::string{each.about} + " | " + in_code(each.fields) + " |\n";
  return text;
}

/// Names and values with a space between them.
std::string text_of(const policy::logged_change& change) {
  std::string text{name_of(change.event)};
  for (const auto& [name, value] : change.fields)
    text.append(" ").append(name).append("=").append(value.index() == 0 ? std::get<std::string>(value)
                                                                        : std::to_string(std::get<std::int64_t>(value)));
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_events)

BOOST_AUTO_TEST_CASE(the_documented_table_is_the_list) {
  fixtures::check_documented_table(KDB_LOGGING_PAGE, begin_mark, end_mark, table(), "policy_tests");
}

BOOST_AUTO_TEST_CASE(each_event_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (const auto& each : policy::all_log_events)
    BOOST_TEST(names.insert(each.name).second, each.name);
}

BOOST_AUTO_TEST_CASE(changes_of_the_connection_are_events) {
  using namespace std::chrono_literals;
  const error lost{.code = errc::unavailable, .message = "gone"};
  const auto text = [](const connection_change& change, unsigned attempts = 0) {
    return text_of(policy::to_log(change, attempts));
  };
  BOOST_TEST(text(connected{{"a", 1}, "26.2"}, 3) ==
             "connection.connected server.address=a server.port=1 server.version=26.2 kurrentdb.attempts=3");
  BOOST_TEST(text(connected{{"a", 1}, ""}) == "connection.connected server.address=a server.port=1 kurrentdb.attempts=0");
  BOOST_TEST(text(reconnecting{0, lost, 50ms}) == "connection.lost error.type=unavailable kurrentdb.pause_ms=50");
  BOOST_TEST(text(reconnecting{2, lost, 50ms}) ==
             "connection.attempt_failed error.type=unavailable kurrentdb.pause_ms=50 kurrentdb.attempts=2");
  BOOST_TEST(text(client_closed{}) == "client.closed");
  BOOST_TEST(text(client_closed{lost}) == "client.closed error.type=unavailable");
}

BOOST_AUTO_TEST_SUITE_END()
