// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include <kdb/result.hpp>

// Waits that callers specify. Clocks count nanoseconds in 64 bits and overflow after 292 years, so these functions are the only
// ones that add such waits to a clock's time.
namespace kdb::inline v0::policy {

/// No wait is longer: a hundred years. A longer one means "for ever".
inline constexpr std::chrono::milliseconds longest_wait = std::chrono::hours{24 * 365 * 100};

/// The wait, limited so that it can be added to a clock's time.
constexpr std::chrono::milliseconds bounded(std::chrono::milliseconds wait) {
  return std::clamp(wait, std::chrono::milliseconds::zero(), longest_wait);
}

/// The time when the wait is over.
template <class TimePoint>
constexpr TimePoint after(TimePoint now, std::chrono::milliseconds wait) {
  return now + bounded(wait);
}

/// A time that may not be 0, however long it is.
result<void> check_positive(std::string member, std::chrono::milliseconds time);

/// The same for a time that may be 0.
result<void> check_not_negative(std::string member, std::chrono::milliseconds time);

} // namespace kdb::inline v0::policy
