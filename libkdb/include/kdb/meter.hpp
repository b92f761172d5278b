// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <kdb/attribute.hpp>
#include <kdb/export.hpp>

// Metrics. The client calls these interfaces, and a program implements them on top of what it measures with; `kdb/prometheus.hpp` has an
// implementation. docs/metrics.md lists all metrics. All members may be called from any thread, often from one that carries messages:
// they must not block. Their exceptions are dropped.
namespace kdb {
inline namespace KDB_API v0 {

/// What the values of a metric are.
enum class metric_kind : std::uint8_t {
  counter,         ///< Amounts that are added; never negative.
  up_down_counter, ///< Amounts that are added; also negative ones. The sum is what there is now.
  histogram,       ///< Single values, whose distribution counts.
};

/// "counter", "up-down counter" or "histogram".
std::string_view to_string(metric_kind kind);

/// A metric of the client. Constant: its texts live as long as the program.
struct metric {
  metric_kind kind;                ///< What its values are.
  std::string_view name;           ///< Such as `db.client.operation.duration`.
  std::string_view unit;           ///< In the Unified Code for Units of Measure, such as `s`, `By` or `{event}`.
  std::string_view description;    ///< A sentence.
  std::string_view attributes;     ///< Names of the attributes it may have, with a space between them.
  std::span<const double> buckets; ///< Of a histogram: upper bounds.
};

/// One metric with one set of attributes.
class instrument {
public:
  virtual ~instrument() = default;
  /// Takes a value: an amount to add, or a value of a histogram.
  virtual void record(double value) = 0;
};

/// Makes instruments. Set it in `settings::meter`.
class meter {
public:
  virtual ~meter() = default;
  /// Called about once for each metric and set of attributes, of which there are few: a client keeps the instrument. Null: this one is not
  /// measured. Several clients, and threads, may ask for the same one; what they record adds up.
  virtual std::shared_ptr<instrument> make(const metric& metric, std::span<const attribute> attributes) = 0;
};

} // namespace v0
} // namespace kdb
