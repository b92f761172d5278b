// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace kdb::inline v0::policy {

/// How pauses grow from one failed attempt to the next.
struct backoff_limits {
  std::chrono::milliseconds first{100}; ///< Longest pause after the first failure.
  std::chrono::milliseconds cap{5000};  ///< No pause is longer.
  friend bool operator==(const backoff_limits&, const backoff_limits&) = default;
};

/// Returns the pause after `failures` failures in a row (at least 1): it doubles up to the cap, and lies somewhere in the
/// upper half of that, so that many clients of one dead node don't come back together. `draw` is a random number in [0, 1)
/// and says where.
std::chrono::milliseconds backoff_delay(unsigned failures, const backoff_limits& limits, double draw);

/// Counts failures in a row.
class backoff {
public:
  explicit backoff(backoff_limits limits = {}) : limits_{limits} {}

  /// Notes a failure and returns the pause after it. `random` is a uniform random bit generator.
  template <class Random>
  std::chrono::milliseconds next(Random& random) {
    if (failures_ != ~0u)
      ++failures_;
    return backoff_delay(failures_, limits_, std::uniform_real_distribution<double>{}(random));
  }

  /// Notes a success.
  void reset() { failures_ = 0; }
  unsigned failures() const { return failures_; }

private:
  backoff_limits limits_;
  unsigned failures_ = 0;
};

} // namespace kdb::inline v0::policy
