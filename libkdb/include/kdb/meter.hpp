// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <kdb/attribute.hpp>
#include <kdb/export.hpp>

// Metrics. The client calls these interfaces, and a program implements them with its metrics library; `kdb/prometheus.hpp` has an
// implementation. docs/metrics.md lists all metrics. All members may be called from any thread, often from a thread of the actor system,
// so they must not block. Their exceptions are dropped.
namespace kdb {
inline namespace KDB_API v0 {

/// The kind of a metric.
enum class metric_kind : std::uint8_t {
  counter,         ///< Amounts that are added; never negative.
  up_down_counter, ///< Amounts that are added; they may be negative. The sum is the current value.
  histogram,       ///< Single values, of which the distribution is recorded.
};

/// "counter", "up-down counter" or "histogram".
std::string_view to_string(metric_kind kind);

/// A metric of the client. Its texts live as long as the program.
struct metric {
  metric_kind kind;                ///< Its kind.
  std::string_view name;           ///< Such as `db.client.operation.duration`.
  std::string_view unit;           ///< In the Unified Code for Units of Measure, such as `s`, `By` or `{event}`.
  std::string_view description;    ///< One sentence.
  std::string_view attributes;     ///< The names of the attributes that it may have, separated by spaces.
  std::span<const double> buckets; ///< The upper bounds of the buckets of a histogram.
};

/// One metric with one set of attributes.
class instrument {
public:
  virtual ~instrument() = default;
  /// Records a value: an amount to add, or a value of a histogram.
  virtual void record(double value) = 0;
};

/// Makes instruments. Set it in `settings::meter`.
class meter {
public:
  virtual ~meter() = default;
  /// Returns the instrument for a metric and a set of attributes. Called about once for each, because a client keeps the instrument;
  /// there are few sets of attributes. Null: this metric is not recorded. Several clients and threads may ask for the same instrument;
  /// their values are added.
  virtual std::shared_ptr<instrument> make(const metric& metric, std::span<const attribute> attributes) = 0;
};

} // namespace v0
} // namespace kdb
