// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0::policy {

/// Allows so many tries in any span of so long. Takes the time from its caller.
class retry_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;

  retry_budget(std::size_t tries, std::chrono::milliseconds span) : tries_{tries}, span_{bounded(span)} {}

  /// Takes one try from the budget, or returns false if it is used up.
  bool take(time_point now);
  /// Tries that count at that time.
  std::size_t taken(time_point now) const;
  /// Tries that are left at that time.
  std::size_t left(time_point now) const;
  /// Forgets all tries: things went well again.
  void reset() { taken_.clear(); }

private:
  std::size_t tries_;
  std::chrono::milliseconds span_;
  std::deque<time_point> taken_; // Oldest first, never more than tries_.
};

} // namespace kdb::inline v0::policy
