// SPDX-License-Identifier: Apache-2.0
#include <kdb/prometheus.hpp>

#include <prometheus/registry.h>

int main() {
  const kdb::metric metric{kdb::metric_kind::counter, "kurrentdb.client.retries", "{retry}", "Retries.", "", {}};
  const auto registry = std::make_shared<prometheus::Registry>();
  kdb::prometheus_meter(registry)->make(metric, {})->record(1);
  return registry->Collect().size() == 1 && kdb::prometheus_name(metric) == "kurrentdb_client_retries_total" ? 0 : 1;
}
