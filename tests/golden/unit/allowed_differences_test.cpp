// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <stdexcept>

#include "tests/golden/allowed_differences.hpp"

using namespace kdb::golden;
using nlohmann::json;

namespace {

allowed_difference only_entry(const char* text) {
  return parse_allowed_differences(json::array({json::parse(text)})).at(0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(allowed_difference_list)

BOOST_AUTO_TEST_CASE(an_entry_without_a_reason_is_refused) {
  BOOST_CHECK_THROW(only_entry(R"({"transcript": "t", "step": 0, "path": "status", "instead": {}})"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_decision_is_refused) {
  BOOST_CHECK_THROW(only_entry(R"({"transcript": "t", "step": 0, "path": "status", "reason": "r"})"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_decision_takes_the_place_of_the_recorded_value) {
  auto entry = only_entry(R"({"transcript": "t", "step": 0, "path": "responses[1].a", "instead": 5, "reason": "r"})");
  auto expected = json::parse(R"({"responses": [{}, {"a": 1, "b": 2}]})");
  BOOST_TEST((with_difference(expected, {}, entry) == json::parse(R"({"responses": [{}, {"a": 5, "b": 2}]})")));
}

BOOST_AUTO_TEST_CASE(null_takes_the_recorded_value_away) {
  auto entry = only_entry(R"({"transcript": "t", "step": 0, "path": "responses[0]", "instead": null, "reason": "r"})");
  BOOST_TEST((with_difference(json::parse(R"({"responses": [1, 2]})"), {}, entry) == json::parse(R"({"responses": [2]})")));
}

BOOST_AUTO_TEST_CASE(a_subset_may_lack_elements_but_not_bring_new_ones) {
  auto entry = only_entry(R"({"transcript": "t", "step": 0, "path": "list", "subset": true, "reason": "r"})");
  auto recorded = json::parse(R"({"list": [1, 2, 3]})");
  auto fits = [&](const char* text) {
    auto seen = correspondence{};
    auto got = json::parse(text);
    return compare(with_difference(recorded, got, entry), got, seen).empty();
  };
  BOOST_TEST(fits(R"({"list": [1, 3]})"));
  BOOST_TEST(!fits(R"({"list": [1, 4]})"));
  BOOST_TEST(!fits(R"({"list": [3, 1]})"));
}

BOOST_AUTO_TEST_CASE(any_value_may_come_where_none_was_recorded) {
  auto entry = only_entry(R"({"transcript": "t", "step": 0, "path": "a.position", "any": true, "reason": "r"})");
  auto seen = correspondence{};
  auto recorded = json::parse(R"({"a": {"c": 2}})");
  auto got = json::parse(R"({"a": {"c": 2, "position": "C:5/P:5"}})");
  auto demanded = with_difference(recorded, got, entry);
  disregard(entry, demanded, got);
  BOOST_TEST(compare(demanded, got, seen).empty());
  BOOST_TEST(seen.position_fits("5", "7"));
}

BOOST_AUTO_TEST_CASE(any_value_may_come_but_one_must) {
  auto entry = only_entry(R"({"transcript": "t", "step": 0, "path": "a[0].b", "any": true, "reason": "r"})");
  auto recorded = json::parse(R"({"a": [{"b": "1", "c": 2}]})");
  auto fits = [&](const char* text) {
    auto seen = correspondence{};
    auto got = json::parse(text);
    return compare(with_difference(recorded, got, entry), got, seen).empty();
  };
  BOOST_TEST(fits(R"({"a": [{"b": "7", "c": 2}]})"));
  BOOST_TEST(!fits(R"({"a": [{"b": "7", "c": 3}]})"));
  BOOST_TEST(!fits(R"({"a": [{"c": 2}]})"));
}

BOOST_AUTO_TEST_CASE(two_decisions_are_refused) {
  BOOST_CHECK_THROW(only_entry(R"({"transcript": "t", "step": 0, "path": "a", "any": true, "subset": true, "reason": "r"})"),
                    std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_entry_is_needed_if_its_place_differs) {
  auto entry = only_entry(R"({"transcript": "t", "step": 0, "path": "status", "instead": {}, "reason": "r"})");
  BOOST_TEST(was_needed(entry, {{"status.code", "", ""}}));
  BOOST_TEST(!was_needed(entry, {{"statuses", "", ""}, {"responses[0]", "", ""}}));
  BOOST_TEST(!was_needed(entry, {}));
}

BOOST_AUTO_TEST_SUITE_END()
