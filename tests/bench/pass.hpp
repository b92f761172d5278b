// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::bench {

/// What one timed pass of a worker found. Members that a worker does not measure stay 0.
struct pass {
  double items = 0;
  double seconds = 0;
  /// CPU of the worker's whole process during the pass.
  double cpu_seconds = 0;
  /// How often threads of the process gave up their processor to wait, meanwhile.
  double waits = 0;
  double p50_micros = 0;
  double p99_micros = 0;
  /// Peak resident memory above the start, in MiB.
  double growth_mib = 0;
  /// Before the timed part: until everything was set up, and the memory that is allocated for it, in MiB.
  double setup_seconds = 0;
  double setup_mib = 0;
  /// CPU of the server meanwhile; measured by the runner.
  double server_cpu_seconds = 0;

  double rate() const { return items / seconds; }
  double cpu_micros_per_item() const { return cpu_seconds * 1e6 / items; }
  double waits_per_thousand() const { return waits * 1e3 / items; }
  double server_cpu_micros_per_item() const { return server_cpu_seconds * 1e6 / items; }
};

/// The line in which a worker reports a pass: "items=200000 seconds=0.51 cpu=0.44 …".
std::string to_line(const pass& result);
/// Nothing if the line is no such report.
std::optional<pass> parse_pass(std::string_view line);

/// Fills p50 and p99 from latencies in microseconds.
void put_percentiles(pass& result, std::vector<double> latencies);

double median(std::vector<double> values);

/// Measures wall-clock time, CPU time and voluntary context switches of this process from its construction on.
class stopwatch {
public:
  stopwatch();
  /// Fills items, seconds, CPU seconds and waits.
  pass stop(double items) const;

private:
  double wall_;
  double cpu_;
  double waits_;
};

} // namespace kdb::bench
