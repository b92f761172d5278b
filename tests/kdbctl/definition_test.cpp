// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/definition_text.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace data = boost::unit_test::data;
using namespace kdbctl;

namespace {

struct field_row {
  std::string text;
  kdb::index_field field;
};
std::ostream& operator<<(std::ostream& out, const field_row& row) {
  return out << row.text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(definitions)

const std::vector<field_row> fields{
  {"country=rec => rec.value.country", {"country", "rec => rec.value.country"}},
  {"count:int32=rec => rec.value.a == 1 ? 1 : 2", {"count", "rec => rec.value.a == 1 ? 1 : 2", kdb::index_field_type::int32}},
  {"a:string=f", {"a", "f", kdb::index_field_type::string}},
  {"a:float64=f", {"a", "f", kdb::index_field_type::float64}},
  {"a:int64=f", {"a", "f", kdb::index_field_type::int64}}};
BOOST_DATA_TEST_CASE(a_field_has_a_name_a_type_and_a_function, data::make(fields), row) {
  BOOST_TEST((parse_index_field(row.text).value() == row.field));
}

BOOST_AUTO_TEST_CASE(what_is_no_field_is_refused) {
  for (const auto* text : {"", "country", "a:text=f", "a:=f"}) {
    const auto refused = parse_index_field(text);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code == kdb::errc::invalid_argument));
  }
}

BOOST_AUTO_TEST_CASE(a_value_may_have_more_equals_signs) {
  BOOST_TEST((parse_index_value("a=b=c").value() == std::pair{std::string{"a"}, std::string{"b=c"}}));
  BOOST_TEST((parse_index_value("a=").value() == std::pair{std::string{"a"}, std::string{}}));
  BOOST_TEST(!parse_index_value("a"));
}

BOOST_AUTO_TEST_CASE(properties_are_json) {
  using value = kdb::property_value;
  const auto all = parse_properties({R"(a="x=y")", "b=1", "c=[true, null]", R"(d={"e": 0.5})", "a=2"});
  BOOST_REQUIRE(all.has_value());
  BOOST_TEST((*all == value::object{{"a", 2}, {"b", 1}, {"c", value::list{true, nullptr}}, {"d", value::object{{"e", 0.5}}}}));
  BOOST_TEST(parse_properties({})->empty());
  for (const auto* text : {"a", "a=", "a=x", "a={"})
    BOOST_TEST(!parse_properties({text}), text);
}

BOOST_AUTO_TEST_SUITE_END()
