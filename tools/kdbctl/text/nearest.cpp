// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/nearest.hpp"

#include <algorithm>

namespace kdbctl {

std::size_t edit_distance(std::string_view one, std::string_view other) {
  // Three rows of the table: swapping neighbours looks two back.
  std::vector<std::size_t> before(other.size() + 1), last(other.size() + 1), now(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t differs = one[i - 1] == other[j - 1] ? 0 : 1;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + differs});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[other.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  auto least = word.size() < 4 ? std::size_t{2} : std::size_t{3};
  for (const auto& candidate : known) {
    const auto distance = edit_distance(word, candidate);
    if (distance < least && distance < std::max(word.size(), candidate.size())) {
      least = distance;
      best = &candidate;
    }
  }
  if (best)
    return *best;
  const auto begins = [&](const std::string& candidate) { return word.size() > 1 && candidate.starts_with(word); };
  if (std::ranges::count_if(known, begins) == 1)
    return *std::ranges::find_if(known, begins);
  return std::nullopt;
}

} // namespace kdbctl
