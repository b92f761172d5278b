// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <kdb/export.hpp>
#include <kdb/meter.hpp>

namespace prometheus {
class Registry;
} // namespace prometheus

// The metrics of clients in a registry of prometheus-cpp. A component of its own, `kdb::prometheus`, so that nobody else needs that library.
namespace kdb {
inline namespace KDB_API v0 {

/// A meter that keeps the metrics of docs/metrics.md in a registry. Several clients may share it: what they record adds up.
std::shared_ptr<meter> prometheus_meter(std::shared_ptr<prometheus::Registry> registry);

/// The name of a metric there: with `_` in place of dots, the unit, and `_total` for counters, as OpenTelemetry's exporters name it.
std::string prometheus_name(const metric& metric);

} // namespace v0
} // namespace kdb
