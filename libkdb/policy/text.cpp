// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/text.hpp"

#include <utility>

#include "libkdb/policy/refusal.hpp"

namespace kdb::inline v0::policy {

result<void> check_text(std::string member, std::string_view text, std::string_view accepted) {
  if (!is_utf8(text))
    return refuse(std::move(member), "is not valid UTF-8", accepted);
  return {};
}

result<void> check_name(std::string member, std::string_view text, std::string_view accepted) {
  if (text.empty())
    return refuse(std::move(member), "is empty", accepted);
  return check_text(std::move(member), text, accepted);
}

} // namespace kdb::inline v0::policy
