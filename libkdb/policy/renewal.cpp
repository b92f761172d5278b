// SPDX-License-Identifier: Apache-2.0
#include "policy/renewal.hpp"

#include <algorithm>

namespace kdb::policy {

std::chrono::milliseconds renewal_delay(std::chrono::milliseconds left) {
  constexpr std::chrono::milliseconds longest_margin = std::chrono::minutes{5};
  return std::max(left - std::min(left / 4, longest_margin), std::chrono::milliseconds::zero());
}

} // namespace kdb::policy
