// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <kdb/export.hpp>
#include <kdb/meter.hpp>

namespace prometheus {
class Registry;
} // namespace prometheus

// The metrics of clients in a registry of prometheus-cpp. It is a separate component, `kdb::prometheus`, so that other programs do not
// need that library.
namespace kdb {
inline namespace KDB_API v0 {

/// A meter that keeps the metrics of docs/metrics.md in a registry. Several clients may share it; their values are added.
std::shared_ptr<meter> prometheus_meter(std::shared_ptr<prometheus::Registry> registry);

/// The name of a metric in Prometheus: `_` in place of dots, then the unit, then `_total` for counters, as in OpenTelemetry's exporters.
std::string prometheus_name(const metric& metric);

} // namespace v0
} // namespace kdb
