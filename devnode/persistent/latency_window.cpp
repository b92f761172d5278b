// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/latency_window.hpp"

#include <algorithm>
#include <numeric>

namespace kdb::inline v0::development {

void latency_window::add(std::chrono::microseconds latency) {
  auto units = latency.count() / 10;
  if (units_.size() < most) {
    units_.push_back(units);
    return;
  }
  units_[next_] = units;
  next_ = (next_ + 1) % most;
}

std::vector<std::pair<std::string_view, std::int64_t>> latency_window::observed() const {
  if (units_.empty())
    return {};
  auto sorted = units_;
  std::ranges::sort(sorted);
  auto share = [&](double part) {
    auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
    return sorted[std::min(index, sorted.size() - 1)];
  };
  auto sum = std::accumulate(sorted.begin(), sorted.end(), std::int64_t{0});
  return {{"Mean", sum / static_cast<std::int64_t>(sorted.size())},
          {"Median", share(0.5)},
          {"Fastest", sorted.front()},
          {"Quintile 1", share(0.2)},
          {"Quintile 2", share(0.4)},
          {"Quintile 3", share(0.6)},
          {"Quintile 4", share(0.8)},
          {"Quintile 5", sorted.back()},
          {"90%", share(0.9)},
          {"95%", share(0.95)},
          {"99%", share(0.99)},
          {"99.5%", share(0.995)},
          {"99.9%", share(0.999)},
          {"Highest", sorted.back()}};
}

} // namespace kdb::inline v0::development
