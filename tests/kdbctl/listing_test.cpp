// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/listing.hpp"
#include "tools/kdbctl/text/values.hpp"

#include <string>

using namespace kdbctl;

namespace {

listing two_rows() {
  return {json::array(
            {{{"name", "a"}, {"size", 1}, {"tags", {"x", "y"}}}, {{"name", "long"}, {"size", nullptr}, {"tags", json::array()}}}),
          {{"NAME", "name"}, {"SIZE", "size"}, {"TAGS", "tags"}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(listings)

BOOST_AUTO_TEST_CASE(a_list_has_four_forms) {
  BOOST_TEST(render(two_rows(), format::table, {}) == "NAME  SIZE  TAGS\na     1     x, y\nlong\n");
  BOOST_TEST(render(two_rows(), format::lines, {}) ==
             "{\"name\":\"a\",\"size\":1,\"tags\":[\"x\",\"y\"]}\n{\"name\":\"long\",\"size\":null,\"tags\":[]}\n");
  BOOST_TEST(render(two_rows(), format::raw, {}) == "a\t1\tx, y\nlong\t\t\n");
  BOOST_TEST((json::parse(render(two_rows(), format::document, {})) == two_rows().content));
}

BOOST_AUTO_TEST_CASE(one_object_has_four_forms) {
  const listing one{{{"name", "a"}, {"longer", true}}};
  BOOST_TEST(render(one, format::table, {}) == "name    a\nlonger  yes\n");
  BOOST_TEST(render(one, format::lines, {}) == "{\"name\":\"a\",\"longer\":true}\n");
  BOOST_TEST(render(one, format::raw, {}) == "a\tyes\n");
}

BOOST_AUTO_TEST_CASE(colour_is_for_terminals_that_have_it) {
  BOOST_TEST(render(two_rows(), format::table, {}).find('\x1b') == std::string::npos);
  BOOST_TEST(render(two_rows(), format::table, {.colour = true}).starts_with("\x1b[1mNAME"));
}

BOOST_AUTO_TEST_CASE(the_last_column_fits_into_the_line) {
  table drawn{{"A", "B"}, {.colour = false, .width = 20}};
  drawn.add({"x", std::string(100, 'y')});
  drawn.settle();
  const auto text = drawn.text();
  BOOST_TEST(text == "A  B\nx  " + std::string(16, 'y') + "…\n");
  // Rows that come later keep the columns.
  drawn.add({"wider", "z"});
  BOOST_TEST(drawn.text() == "wider  z\n");
}

BOOST_AUTO_TEST_CASE(cells_can_not_steer_the_terminal) {
  BOOST_TEST(cell_of("a\x1b[2J") == "a\\x1b[2J");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_do_not_break_an_answer) {
  BOOST_TEST(render({{{"name", "a\xff"}}}, format::lines, {}) == "{\"name\":\"a\uFFFD\"}\n");
}

BOOST_AUTO_TEST_CASE(forms_are_named) {
  for (const auto form : {format::table, format::document, format::lines, format::raw})
    BOOST_TEST((parse_format(to_text(form)) == form));
  BOOST_TEST(!parse_format("xml").has_value());
}

BOOST_AUTO_TEST_CASE(a_group_shows_its_settings) {
  kdb::group_info group{
    .name = {"orders", "shipping"}, .status = "Live", .from = kdb::group_start{kdb::stream_position{kdb::stream_revision{4}}}};
  group.last_checkpoint = kdb::log_position{7, 6};
  const auto shown = json_of(group);
  BOOST_TEST(shown["from"] == 4);
  BOOST_TEST(shown["lastCheckpoint"] == "7/6");
  BOOST_TEST(shown["lastKnown"].is_null());
  BOOST_TEST(shown["messageTimeoutMs"] == 30'000);
}

BOOST_AUTO_TEST_CASE(only_named_settings_change) {
  const auto settings = changed({.max_retries = 4}, {.read_batch = 7, .strategy = "Pinned"});
  BOOST_TEST(settings.max_retries == 4);
  BOOST_TEST(settings.read_batch == 7);
  BOOST_TEST(settings.strategy == "Pinned");
}

BOOST_AUTO_TEST_SUITE_END()
