// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/renewal.hpp"

#include <algorithm>

namespace kdb::inline v0::policy {

std::chrono::milliseconds renewal_delay(std::chrono::milliseconds left) {
  constexpr std::chrono::milliseconds longest_margin = std::chrono::minutes{5};
  return std::max(left - std::min(left / 4, longest_margin), std::chrono::milliseconds::zero());
}

} // namespace kdb::inline v0::policy
