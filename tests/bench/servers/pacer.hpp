// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <random>

namespace kdb::bench {

/// When a server that reads its events from a log writes them: bursts of 1 to 8 messages, the next one 5 to 40 µs after the last one began. The same
/// sequence in every run.
class pacer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  bool is_due(time_point now) const { return now >= next_; }
  /// Begins a burst, and returns how many messages it has.
  std::size_t begin_burst(time_point now) {
    next_ = now + std::chrono::microseconds{gap_(random_)};
    return size_(random_);
  }

private:
  std::minstd_rand random_{4711};
  std::uniform_int_distribution<int> gap_{5, 40};
  std::uniform_int_distribution<std::size_t> size_{1, 8};
  time_point next_{};
};

} // namespace kdb::bench
