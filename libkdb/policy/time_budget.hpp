// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0::policy {

/// The time an operation may still take. Takes the time of day from its caller, so that tests can set it.
class time_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::milliseconds;

  /// Unlimited.
  time_budget() = default;
  time_budget(std::optional<duration> whole, time_point now) {
    if (whole)
      end_ = after(now, *whole);
  }

  bool limited() const { return end_.has_value(); }
  /// When it is used up; only if limited.
  time_point end() const { return *end_; }
  bool is_over(time_point now) const { return end_ && *end_ <= now; }
  /// What is left, at least 0; nothing if unlimited.
  std::optional<duration> left(time_point now) const {
    if (!end_)
      return std::nullopt;
    return std::max(std::chrono::ceil<duration>(*end_ - now), duration::zero());
  }
  /// Whether something can still be done after a pause.
  bool has_room_for(duration pause, time_point now) const { return !end_ || *left(now) > pause; }

private:
  std::optional<time_point> end_;
};

} // namespace kdb::inline v0::policy
