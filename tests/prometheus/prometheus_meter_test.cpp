// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "libkdb/policy/metrics.hpp"
#include <kdb/prometheus.hpp>

using namespace kdb;
using policy::metric_id;

namespace {

std::string scraped(const prometheus::Registry& registry) {
  return prometheus::TextSerializer{}.Serialize(registry.Collect());
}

bool has_line(const std::string& page, const std::string& line) {
  return ('\n' + page).find('\n' + line + '\n') != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(names_have_the_unit_and_counters_end_with_total) {
  BOOST_TEST(prometheus_name(policy::describe(metric_id::operation_duration)) == "db_client_operation_duration_seconds");
  BOOST_TEST(prometheus_name(policy::describe(metric_id::append_bytes_in_flight)) ==
             "kurrentdb_client_append_in_flight_size_bytes");
  BOOST_TEST(prometheus_name(policy::describe(metric_id::retries)) == "kurrentdb_client_retries_total");
  BOOST_TEST(prometheus_name(policy::describe(metric_id::connections)) == "kurrentdb_client_connections");
  std::set<std::string> names;
  for (const auto& each : policy::all_metrics)
    BOOST_TEST(names.insert(prometheus_name(each)).second, each.name);
}

BOOST_AUTO_TEST_CASE(every_metric_can_be_recorded_and_scraped) {
  const auto registry = std::make_shared<prometheus::Registry>();
  const auto meter = prometheus_meter(registry);
  for (std::size_t i = 0; i < policy::all_metrics.size(); ++i)
    meter->make(policy::all_metrics[i], policy::attributes_of(static_cast<metric_id>(i), 0, std::nullopt))->record(1);
  const auto page = scraped(*registry);
  for (const auto& each : policy::all_metrics) {
    BOOST_TEST(page.find("# TYPE " + prometheus_name(each) + ' ') != std::string::npos, each.name);
    BOOST_TEST(page.find("# HELP " + prometheus_name(each) + ' ' + std::string{each.description}) != std::string::npos,
               each.name);
  }
}

BOOST_AUTO_TEST_CASE(what_several_clients_record_adds_up) {
  const auto registry = std::make_shared<prometheus::Registry>();
  const auto one = prometheus_meter(registry), other = prometheus_meter(registry);
  const auto& open = policy::describe(metric_id::open_streams);
  const attribute attributes[] = {{"kurrentdb.stream.kind", "read"}};
  const auto first = one->make(open, attributes), second = other->make(open, attributes);
  first->record(1);
  second->record(1);
  second->record(-1);
  BOOST_TEST(has_line(scraped(*registry), R"(kurrentdb_client_streams_open{kurrentdb_stream_kind="read"} 1)"),
             scraped(*registry));
}

BOOST_AUTO_TEST_CASE(durations_have_buckets) {
  const auto registry = std::make_shared<prometheus::Registry>();
  const attribute attributes[] = {{"db.operation.name", "read_all"}};
  prometheus_meter(registry)->make(policy::describe(metric_id::operation_duration), attributes)->record(0.0007);
  const auto page = scraped(*registry);
  BOOST_TEST(has_line(page, R"(db_client_operation_duration_seconds_bucket{db_operation_name="read_all",le="0.0005"} 0)"), page);
  BOOST_TEST(has_line(page, R"(db_client_operation_duration_seconds_bucket{db_operation_name="read_all",le="0.001"} 1)"), page);
}

BOOST_AUTO_TEST_CASE(the_dashboard_asks_for_metrics_and_labels_that_exist) {
  std::ifstream file{KDB_DASHBOARD};
  const std::string dashboard{std::istreambuf_iterator<char>{file}, {}};
  std::set<std::string> known{"le"};
  for (const auto& each : policy::all_metrics) {
    const auto name = prometheus_name(each);
    known.insert(name);
    if (each.kind == metric_kind::histogram)
      known.insert({name + "_bucket", name + "_count", name + "_sum"});
    std::istringstream attributes{std::string{each.attributes}};
    for (std::string label; attributes >> label;) {
      std::ranges::replace(label, '.', '_');
      known.insert(label);
    }
  }
  const std::regex names{"\\b((?:db|kurrentdb)_\\w+|error_type)\\b"};
  std::size_t found = 0;
  for (std::sregex_iterator each{dashboard.begin(), dashboard.end(), names}, end; each != end; ++each, ++found)
    BOOST_TEST(known.contains(each->str()), each->str());
  BOOST_TEST(found > 30u);
}
