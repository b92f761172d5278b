// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

#include "libkdb/policy/metrics.hpp"
#include "tests/fixtures/documented_table.hpp"

// The table of metrics in docs/metrics.md is the list. KDB_UPDATE=1 writes it.

using namespace kdb;
using fixtures::in_code;
using policy::metric_id;

namespace {

constexpr std::string_view begin_mark = "<!-- metrics -->\n", end_mark = "<!-- end of metrics -->";

std::string table() {
  std::string text = "| metric | kind | unit | attributes | what it says |\n|---|---|---|---|---|\n";
  for (const auto& each : policy::all_metrics)
    text += "| " + in_code(each.name) + " | " + std::string{to_string(each.kind)} + " | " + in_code(each.unit) + " | " +
            in_code(each.attributes) + " | " + std::string{each.description} + " |\n";
  return text;
}

/// Names with a space between them.
std::string names_of(const policy::attribute_list& all) {
  std::string names;
  for (const auto& each : all)
    names.append(names.empty() ? "" : " ").append(each.name);
  return names;
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(the_documented_table_is_the_list) {
  fixtures::check_documented_table(KDB_METRICS_PAGE, begin_mark, end_mark, table(), "policy_tests");
}

BOOST_AUTO_TEST_CASE(every_metric_has_the_attributes_that_the_list_says) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < policy::all_metrics.size(); ++i) {
    const auto& each = policy::all_metrics[i];
    const auto may_fail = each.attributes.find("error.type") != std::string_view::npos;
    const auto cause = may_fail ? std::optional{errc::unavailable} : std::nullopt;
    BOOST_TEST(names_of(policy::attributes_of(static_cast<metric_id>(i), 0, cause)) == each.attributes, each.name);
    BOOST_TEST((each.kind == metric_kind::histogram) == !each.buckets.empty(), each.name);
    BOOST_TEST(names.insert(each.name).second, each.name);
    BOOST_TEST((each.name.starts_with("kurrentdb.client.") || each.name == "db.client.operation.duration"), each.name);
  }
}

BOOST_AUTO_TEST_CASE(variants_are_named) {
  const auto value = [](const policy::attribute_list& all) { return std::get<std::string_view>(all.back().value); };
  const auto variant = [](auto each) { return static_cast<std::uint8_t>(each); };
  BOOST_TEST(value(policy::attributes_of(metric_id::retries, variant(policy::observed_operation::create_user), {})) ==
             "create_user");
  BOOST_TEST(value(policy::attributes_of(metric_id::open_streams, variant(policy::stream_kind::consumer), {})) == "consumer");
  BOOST_TEST(value(policy::attributes_of(metric_id::restarts, variant(policy::worker_kind::appender), {})) == "appender");
  BOOST_TEST(value(policy::attributes_of(metric_id::answers, variant(policy::kind_of(outcome::ack())), {})) == "ack");
  for (const auto action : {nack_action::unknown, nack_action::park, nack_action::retry, nack_action::skip, nack_action::stop})
    BOOST_TEST(value(policy::attributes_of(metric_id::answers, variant(policy::kind_of(outcome::nack(action))), {})) ==
               to_string(action));
}

BOOST_AUTO_TEST_SUITE_END()
