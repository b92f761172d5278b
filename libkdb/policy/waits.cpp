// SPDX-License-Identifier: Apache-2.0
#include "policy/waits.hpp"

#include <utility>

#include "policy/refusal.hpp"

namespace kdb::policy {

result<void> check_positive(std::string member, std::chrono::milliseconds time) {
  if (time.count() <= 0)
    return refuse(std::move(member), "is not positive", "a time above 0");
  return {};
}

result<void> check_not_negative(std::string member, std::chrono::milliseconds time) {
  if (time.count() < 0)
    return refuse(std::move(member), "is below 0", "0 or more");
  return {};
}

} // namespace kdb::policy
