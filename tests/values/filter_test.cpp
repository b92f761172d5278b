// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <regex>
#include <string>
#include <vector>

#include <kdb/filter.hpp>

using kdb::event_filter;
namespace data = boost::unit_test::data;

namespace {

/// Whether the server's rule (unanchored, the original name) selects the name. ECMAScript agrees with .NET on what we write.
bool selects(const event_filter& filter, const std::string& name) {
  return std::regex_search(name, std::regex{filter.regex()});
}

struct choice {
  const char* name;
  bool included; // By include_types({"A", "B.x", "C|D"}).
};
std::ostream& operator<<(std::ostream& out, const choice& one) {
  return out << '"' << one.name << '"';
}
const std::vector<choice> choices{{"A", true},   {"AX", false}, {"XA", false}, {"B.x", true}, {"Bxx", false}, {"XB.x", false},
                                  {"C|D", true}, {"C", false},  {"D", false},  {"", false},   {"a", false},   {"A\n", false}};

struct bad_filter {
  const char* member;
  event_filter filter;
};
std::ostream& operator<<(std::ostream& out, const bad_filter& one) {
  return out << one.member;
}
const std::vector<bad_filter> bad_filters{
  {"filter.expression", event_filter::type_prefixes({})},
  {"filter.expression", event_filter::stream_regex("")},
  {"filter.expression", event_filter::include_types({})},
  {"filter.prefixes", event_filter::stream_prefixes({"$idx-ce-a", "b"})},
  {"filter.index", event_filter::user_index("")},
  {"filter.index", event_filter::user_index("Orders")},
  {"filter.index", event_filter::user_index("a:b")},
  {"filter.index", event_filter::user_index("a=b", {{"c", "1"}})},
  {"filter.index", event_filter::user_index_value("a b", "1")},
  {"filter.fields", event_filter::user_index("a", {{"b", "1"}, {"C", "2"}})},
  {"filter.fields", event_filter::user_index("a", {{"b", "1"}, {"b", "1"}})},
  {"filter.value", event_filter::user_index_value("a", "b=1")},
  {"filter.prefixes", event_filter::user_index("a", {{"b", "\xff"}})},
  {"filter.prefixes", event_filter::user_index_value("a", "\xff")},
  {"filter.window", event_filter::type_prefixes({"a"}).window(0)},
  {"filter.checkpoint_interval", event_filter::type_prefixes({"a"}).checkpoint_interval(0)},
};

} // namespace

BOOST_AUTO_TEST_SUITE(filter)

// The Python client's include filter binds its anchors to the first and the last name only.
BOOST_DATA_TEST_CASE(including_names_means_the_whole_name, data::make(choices), one) {
  BOOST_TEST(selects(event_filter::include_types({"A", "B.x", "C|D"}), one.name) == one.included);
}

BOOST_DATA_TEST_CASE(excluding_is_the_opposite_of_including, data::make(choices), one) {
  BOOST_TEST(selects(event_filter::exclude_types({"A", "B.x", "C|D"}), one.name) == !one.included);
}

BOOST_AUTO_TEST_CASE(excluding_nothing_selects_everything) {
  const auto filter = event_filter::exclude_streams({});
  BOOST_TEST(filter.validate().has_value());
  BOOST_TEST(selects(filter, ""));
  BOOST_TEST(selects(filter, "anything"));
}

BOOST_AUTO_TEST_CASE(system_events_are_those_whose_type_begins_with_a_dollar) {
  const auto filter = event_filter::exclude_system_events();
  BOOST_TEST(!selects(filter, "$metadata"));
  BOOST_TEST(!selects(filter, "$>"));
  BOOST_TEST(selects(filter, "order$"));
  BOOST_TEST((filter.what() == event_filter::subject::event_type));
}

BOOST_AUTO_TEST_CASE(indexes_have_their_names) {
  BOOST_TEST(event_filter::category_index("orders").prefixes().front() == "$idx-ce-orders");
  BOOST_TEST(event_filter::event_type_index("placed").prefixes().front() == "$idx-et-placed");
  BOOST_TEST(event_filter::user_index("by-country").prefixes().front() == "$idx-user-by-country");
  BOOST_TEST(event_filter::user_index_value("x", "a;\"b").prefixes().front() == "$idx-user-x:a;\"b");
  BOOST_TEST(event_filter::user_index("x", {{"a", ""}, {"b-2", ";="}}).validate().has_value());
  BOOST_TEST(event_filter::user_index_value("x_1", "").validate().has_value());
  BOOST_TEST(event_filter::user_index("x", {{"a", "1"}, {"b", R"(q"\)"}}).prefixes().front() == R"($idx-user-x:a="1";b="q\"\\")");
  BOOST_TEST(event_filter::category_index("orders").is_index());
  BOOST_TEST(!event_filter::stream_prefixes({"orders-"}).is_index());
  BOOST_TEST(!event_filter::type_prefixes({"$idx-ce-orders"}).is_index());
}

BOOST_DATA_TEST_CASE(what_the_server_would_not_answer_is_refused, data::make(bad_filters), one) {
  const auto checked = one.filter.validate();
  BOOST_REQUIRE(!checked);
  BOOST_TEST((checked.error().code == kdb::errc::invalid_argument));
  BOOST_TEST(checked.error().template get<kdb::bad_argument>()->name == one.member);
}

BOOST_AUTO_TEST_SUITE_END()
