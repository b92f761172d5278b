// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/argument.hpp"
#include "tools/kdbctl/text/exit_status.hpp"
#include "tools/kdbctl/text/nearest.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace data = boost::unit_test::data;
using namespace kdbctl;
using namespace std::chrono_literals;

namespace {

struct duration_row {
  std::string text;
  std::optional<std::int64_t> milliseconds;
};
std::ostream& operator<<(std::ostream& out, const duration_row& row) {
  return out << row.text;
}

struct status_row {
  kdb::errc code;
  exit_status status;
};
std::ostream& operator<<(std::ostream& out, const status_row& row) {
  return out << to_string(row.code);
}

struct quantity_row {
  std::string shown;
  std::string expected;
};
std::ostream& operator<<(std::ostream& out, const quantity_row& row) {
  return out << row.expected;
}

} // namespace

BOOST_AUTO_TEST_SUITE(arguments)

const std::vector<duration_row> durations{{"250ms", 250},
                                          {"3s", 3000},
                                          {"3", 3000},
                                          {"1.5s", 1500},
                                          {"0.5", 500},
                                          {"1m30s", 90'000},
                                          {"2h", 7'200'000},
                                          {"7d", 604'800'000},
                                          {"0", 0},
                                          {"", std::nullopt},
                                          {"s", std::nullopt},
                                          {"-1s", std::nullopt},
                                          {"1x", std::nullopt},
                                          {"1s2", std::nullopt},
                                          {"1 s", std::nullopt},
                                          {"1e9d", std::nullopt},
                                          {"9999999999999d", std::nullopt}};
BOOST_DATA_TEST_CASE(durations_are_read, data::make(durations), row) {
  const auto read = parse_duration(row.text);
  BOOST_TEST(read.has_value() == row.milliseconds.has_value());
  if (read && row.milliseconds)
    BOOST_TEST(read->count() == *row.milliseconds);
}

BOOST_AUTO_TEST_CASE(expected_states_are_read) {
  BOOST_TEST((*parse_expected("any") == kdb::stream_state::any));
  BOOST_TEST((*parse_expected("no-stream") == kdb::stream_state::no_stream));
  BOOST_TEST((*parse_expected("exists") == kdb::stream_state::exists));
  BOOST_TEST((*parse_expected("12") == kdb::stream_state::revision(12)));
  for (const auto* wrong : {"", "-1", "none", "1x", "9223372036854775808"})
    BOOST_TEST(!parse_expected(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(positions_are_read) {
  BOOST_TEST((*parse_stream_position("start") == kdb::stream_start));
  BOOST_TEST((*parse_stream_position("end") == kdb::stream_end));
  BOOST_TEST((*parse_stream_position("7") == kdb::stream_position{kdb::stream_revision{7}}));
  BOOST_TEST((*parse_all_position("44/40") == kdb::all_position{kdb::log_position{44, 40}}));
  BOOST_TEST((*parse_all_position("44") == kdb::all_position{kdb::log_position{44, 44}}));
  for (const auto* wrong : {"", "/", "44/", "/40", "x", "1/2/3"})
    BOOST_TEST(!parse_all_position(wrong).has_value());
  BOOST_TEST(parse_stream_position("x").error().message.find("start, end, or the number") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_last_sign_separates_a_pair) {
  const auto pair = parse_pair("a=b=3", "STREAM=STATE");
  BOOST_TEST(pair->first == "a=b");
  BOOST_TEST(pair->second == "3");
  BOOST_TEST(!parse_pair("=3", "STREAM=STATE").has_value());
  BOOST_TEST(!parse_pair("a", "STREAM=STATE").has_value());
}

const std::vector<status_row> statuses{
  {kdb::errc::invalid_argument, exit_status::usage},         {kdb::errc::invalid_connection_string, exit_status::usage},
  {kdb::errc::stream_not_found, exit_status::not_found},     {kdb::errc::stream_deleted, exit_status::not_found},
  {kdb::errc::group_not_found, exit_status::not_found},      {kdb::errc::user_not_found, exit_status::not_found},
  {kdb::errc::projection_not_found, exit_status::not_found}, {kdb::errc::wrong_expected_version, exit_status::conflict},
  {kdb::errc::consistency_violation, exit_status::conflict}, {kdb::errc::group_exists, exit_status::conflict},
  {kdb::errc::unauthenticated, exit_status::denied},         {kdb::errc::access_denied, exit_status::denied},
  {kdb::errc::unavailable, exit_status::unavailable},        {kdb::errc::discovery_failed, exit_status::unavailable},
  {kdb::errc::deadline_exceeded, exit_status::unavailable},  {kdb::errc::tls_failed, exit_status::unavailable},
  {kdb::errc::server_error, exit_status::failure},           {kdb::errc::internal, exit_status::failure}};
BOOST_DATA_TEST_CASE(each_error_has_its_exit_status, data::make(statuses), row) {
  BOOST_TEST((status_of(row.code) == row.status));
}

BOOST_AUTO_TEST_CASE(an_error_says_what_to_do_next) {
  const ending end{kdb::error{.code = kdb::errc::unavailable, .message = "refused\x1b[2J"}};
  BOOST_TEST((end.status == exit_status::unavailable));
  BOOST_TEST(end.message == "refused\\x1b[2J (unavailable)");
  BOOST_TEST(end.advice.find("kdbctl dev") != std::string::npos);
  const ending unknown{kdb::error{.code = kdb::errc::unavailable, .outcome_unknown = true}};
  BOOST_TEST(unknown.advice.find("check that before you repeat") != std::string::npos);
}

const std::vector<quantity_row> quantities{{grouped(0), "0"},
                                           {grouped(999), "999"},
                                           {grouped(1234567), "1,234,567"},
                                           {counted(1, "event"), "1 event"},
                                           {counted(2, "event"), "2 events"},
                                           {bytes_text(1023), "1023 B"},
                                           {bytes_text(1536), "1.5 KiB"},
                                           {bytes_text((1 << 20) - 1), "1.0 MiB"},
                                           {duration_text(850us), "850 us"},
                                           {duration_text(1250us), "1.25 ms"},
                                           {duration_text(250ms), "250 ms"},
                                           {duration_text(3400ms), "3.4 s"},
                                           {duration_text(125s), "2m05s"},
                                           {duration_text(3725s), "1h02m"}};
BOOST_DATA_TEST_CASE(quantities_are_for_people, data::make(quantities), row) {
  BOOST_TEST(row.shown == row.expected);
}

BOOST_AUTO_TEST_CASE(the_word_that_was_meant_is_found) {
  const std::vector<std::string> known{"stream", "group", "read", "append", "completion"};
  BOOST_TEST(edit_distance("strem", "stream") == 1u);
  BOOST_TEST(edit_distance("raed", "read") == 1u);
  BOOST_TEST(edit_distance("", "abc") == 3u);
  BOOST_TEST(nearest("strem", known).value() == "stream");
  BOOST_TEST(nearest("raed", known).value() == "read");
  BOOST_TEST(nearest("compl", known).value() == "completion");
  BOOST_TEST(!nearest("xyz", known).has_value());
  BOOST_TEST(!nearest("", known).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
