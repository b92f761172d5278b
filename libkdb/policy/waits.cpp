// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/waits.hpp"

#include <utility>

#include "libkdb/policy/refusal.hpp"

namespace kdb::inline v0::policy {

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

} // namespace kdb::inline v0::policy
