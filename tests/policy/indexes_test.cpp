// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

#include "libkdb/policy/indexes.hpp"

using namespace kdb;
namespace data = boost::unit_test::data;

namespace {

constexpr const char* function = "rec => rec.value.a";

struct refused_row {
  const char* member;
  const char* fault;
  std::string name;
  index_definition definition;
};

std::ostream& operator<<(std::ostream& out, const refused_row& row) {
  return out << row.member << ' ' << row.fault;
}

std::vector<index_field> fields(std::size_t count) {
  std::vector<index_field> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back({"f" + std::to_string(i), function});
  return all;
}

const refused_row refused[] = {
  {"name", "empty", "", {.filter = function}},
  {"name", "in capitals", "Orders", {.filter = function}},
  {"name", "with a colon", "a:b", {.filter = function}},
  {"name", "no ASCII", "größe", {.filter = function}},
  {"name", "too long", std::string(1001, 'a'), {.filter = function}},
  {"filter", "no UTF-8", "a", {.filter = "\xff"}},
  {"filter", "empty without fields", "a", {}},
  {"filter", "blank without fields", "a", {.filter = " \n"}},
  {"fields", "too many", "a", {.fields = fields(65)}},
  {"fields[0].name", "empty", "a", {.fields = {{"", function}}}},
  {"fields[1].name", "in capitals", "a", {.fields = {{"a", function}, {"B", function}}}},
  {"fields[1].name", "repeated", "a", {.fields = {{"a", function}, {"a", function}}}},
  {"fields[0].selector", "empty", "a", {.fields = {{"a", ""}}}},
  {"fields[0].selector", "blank", "a", {.fields = {{"a", "\t"}}}},
  {"fields[0].selector", "no UTF-8", "a", {.fields = {{"a", "\xff"}}}},
  {"fields[0].type", "unknown", "a", {.fields = {{"a", function, static_cast<index_field_type>(4)}}}},
};

} // namespace

BOOST_AUTO_TEST_SUITE(indexes)

BOOST_DATA_TEST_CASE(what_the_server_would_refuse_is_refused_here, data::make(refused), row) {
  const result<void> outcome = policy::check_create_index(row.name, row.definition);
  BOOST_REQUIRE(!outcome);
  BOOST_TEST((outcome.error().code == errc::invalid_argument));
  BOOST_TEST(outcome.error().get<bad_argument>()->name == row.member);
  BOOST_TEST(outcome.error().message.find("; give ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ordinary_requests_pass) {
  BOOST_TEST(policy::check_index("by-country_2").has_value());
  BOOST_TEST(policy::check_index(std::string(1000, 'a')).has_value());
  BOOST_TEST(policy::check_create_index("a", {.filter = function}).has_value());
  BOOST_TEST(policy::check_create_index("a", {.fields = fields(64)}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
