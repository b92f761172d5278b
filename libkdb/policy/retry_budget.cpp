// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/retry_budget.hpp"

#include <algorithm>

namespace kdb::inline v0::policy {

bool retry_budget::take(time_point now) {
  while (!taken_.empty() && now - taken_.front() >= span_)
    taken_.pop_front();
  if (taken_.size() >= tries_)
    return false;
  taken_.push_back(now);
  return true;
}

std::size_t retry_budget::taken(time_point now) const {
  auto counts = [&](time_point one) { return now - one < span_; };
  return static_cast<std::size_t>(std::ranges::count_if(taken_, counts));
}

std::size_t retry_budget::left(time_point now) const {
  return tries_ - taken(now);
}

} // namespace kdb::inline v0::policy
