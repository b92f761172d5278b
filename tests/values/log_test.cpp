// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <kdb/log.hpp>

using namespace kdb;

BOOST_AUTO_TEST_SUITE(log_)

BOOST_AUTO_TEST_CASE(a_sink_takes_records_or_levels_and_texts) {
  std::vector<std::string> heard;
  const log_sink whole = [&](const log_record& record) { heard.emplace_back(record.event); };
  const log_sink text_only = [&](log_level level, std::string_view text) {
    heard.push_back(std::string{to_string(level)}.append(" ").append(text));
  };
  const log_record record{.level = log_level::warning, .event = "connection.lost", .text = "the node was lost"};
  whole(record);
  text_only(record);
  BOOST_TEST(heard == (std::vector<std::string>{"connection.lost", "warning the node was lost"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_sink_without_a_function_receives_nothing) {
  BOOST_TEST(!log_sink{});
  BOOST_TEST(bool{log_sink{[](const log_record&) {}}});
}

BOOST_AUTO_TEST_CASE(a_record_is_one_line_of_json) {
  const attribute fields[] = {
    {"server.port", std::int64_t{2113}}, {"kurrentdb.live", true}, {"error.type", std::string_view{"un\"known\n"}}};
  BOOST_TEST(to_json({.level = log_level::error, .event = "e", .text = "a \xff\n", .fields = fields}) ==
             "{\"level\":\"error\",\"event\":\"e\",\"text\":\"a \uFFFD\\n\",\"server.port\":2113,\"kurrentdb.live\":true,"
             "\"error.type\":\"un\\\"known\\n\"}");
}

BOOST_AUTO_TEST_SUITE_END()
