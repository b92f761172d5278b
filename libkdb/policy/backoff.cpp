// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/backoff.hpp"

#include <algorithm>

namespace kdb::inline v0::policy {

std::chrono::milliseconds backoff_delay(unsigned failures, const backoff_limits& limits, double draw) {
  auto whole = std::min(limits.first, limits.cap).count();
  for (auto left = failures; left > 1 && whole > 0 && whole < limits.cap.count(); --left)
    whole = whole > limits.cap.count() / 2 ? limits.cap.count() : whole * 2;
  // A broken random source must not break the timer that runs on this.
  auto share = 0.5 + 0.5 * (draw >= 0 && draw <= 1 ? draw : 1.0);
  auto pause = static_cast<std::int64_t>(static_cast<double>(whole) * share);
  return std::chrono::milliseconds{std::max<std::int64_t>(pause, 1)};
}

} // namespace kdb::inline v0::policy
