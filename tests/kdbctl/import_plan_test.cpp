// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/import_plan.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

using namespace kdbctl;

namespace {

std::vector<event_line> lines_of(const std::vector<std::string>& streams, std::size_t bytes = 10) {
  std::vector<event_line> lines;
  for (const auto& stream : streams)
    lines.push_back({.stream = stream, .event = {.type = "t", .data = std::string(bytes, 'x')}});
  return lines;
}

std::vector<std::size_t> runs_of(const std::vector<event_line>& lines) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < lines.size();)
    ends.push_back(at = run_end(lines, at));
  return ends;
}

} // namespace

BOOST_AUTO_TEST_SUITE(import_plan)

BOOST_AUTO_TEST_CASE(lines_that_follow_each_other_are_appended_together) {
  BOOST_TEST(runs_of(lines_of({"a", "a", "b", "a"})) == (std::vector<std::size_t>{2, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(runs_of({}).empty());
}

BOOST_AUTO_TEST_CASE(an_append_is_bounded_by_events_and_bytes) {
  BOOST_TEST(run_end(lines_of(std::vector<std::string>(run_events + 5, "a")), 0) == run_events);
  // A large event goes, but alone.
  BOOST_TEST(runs_of(lines_of({"a", "a", "a"}, run_bytes)) == (std::vector<std::size_t>{1, 2, 3}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_keeps_its_id_and_shares_it_with_no_other) {
  const auto import = kdb::random_uuid();
  std::set<kdb::uuid> ids;
  for (std::uint64_t line = 1; line <= 70'000; ++line)
    ids.insert(id_of_line(import, line));
  BOOST_TEST(ids.size() == 70'000u);
  BOOST_TEST((id_of_line(import, 9) == id_of_line(import, 9)));
  BOOST_TEST((id_of_line(import, 9) != id_of_line(kdb::random_uuid(), 9)));
}

BOOST_AUTO_TEST_CASE(an_append_is_sent_again_when_its_failure_can_pass) {
  const kdb::error passes{.code = kdb::errc::unavailable, .retry_can_help = true};
  const kdb::error unknown{.code = kdb::errc::internal, .outcome_unknown = true};
  const kdb::error denied{.code = kdb::errc::access_denied};
  const kdb::error conflict{.code = kdb::errc::wrong_expected_version};
  for (const bool was_alone : {true, false}) {
    BOOST_TEST(can_pass(passes, was_alone));
    BOOST_TEST(can_pass(unknown, was_alone));
    BOOST_TEST(!can_pass(denied, was_alone));
  }
  // Others that were under way may have come too late, or have failed.
  BOOST_TEST(can_pass(conflict, false));
  BOOST_TEST(!can_pass(conflict, true));
}

BOOST_AUTO_TEST_CASE(pauses_grow_until_it_is_time_to_give_up) {
  using namespace std::chrono_literals;
  const retry_limits limits{.times = 7, .time = 30s};
  std::vector<std::int64_t> pauses;
  for (std::uint32_t failures = 1; failures <= 8; ++failures)
    pauses.push_back(pause_after(failures, 1s, limits).value_or(-1ms).count());
  BOOST_TEST(pauses == (std::vector<std::int64_t>{100, 200, 400, 800, 1600, 2000, 2000, -1}), boost::test_tools::per_element());
  BOOST_TEST((pause_after(5, 29'990ms, limits) == 10ms));
  BOOST_TEST(!pause_after(1, 30s, limits).has_value());
  BOOST_TEST(!pause_after(1, 0ms, {.times = 0, .time = 30s}).has_value());
}

BOOST_AUTO_TEST_CASE(checkpoints_are_written_and_read_again) {
  const import_checkpoint import{.import = kdb::random_uuid(),
                                 .target = "127.0.0.1:2113",
                                 .into = "copy",
                                 .lines = 8192,
                                 .bytes = 1'000'000'000'000,
                                 .block = 12,
                                 .heads = {{"a \"stream\"", 7}, {"new", std::nullopt}}};
  BOOST_TEST((parse_import_checkpoint(to_json_text(import)).value() == import));
  const export_checkpoint exported{.source = "a\nb\n",
                                   .target = "x:1",
                                   .stream = 1,
                                   .revision = 2,
                                   .commit = 3,
                                   .prepare = 4,
                                   .begun = true,
                                   .events = 5,
                                   .bytes = 6};
  BOOST_TEST((parse_export_checkpoint(to_json_text(exported)).value() == exported));
}

BOOST_AUTO_TEST_CASE(a_damaged_checkpoint_is_refused) {
  const auto good = to_json_text(import_checkpoint{.target = "x"});
  for (const auto& text : {std::string{}, std::string{"[]"}, good.substr(0, good.size() / 2), std::string{R"({"import":"7"})"}}) {
    const auto read = parse_import_checkpoint(text);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error().message.find("delete it to start again") != std::string::npos);
    BOOST_TEST(!parse_export_checkpoint(text).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
