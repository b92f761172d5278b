// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libkdb/values/utf8.hpp"
#include <kdb/result.hpp>

// Checks of text. Every string of a request is checked here before it is written into a protobuf `string` or into JSON. A string
// that is not UTF-8 fails more than its own request: the server ends the whole call, which others may share.
namespace kdb::inline v0::policy {

/// Valid UTF-8, or empty. The error names the member.
result<void> check_text(std::string member, std::string_view text, std::string_view accepted);

/// Whether `check_name` accepts it: for those who would have to put the member's name together first.
inline bool is_name(std::string_view text) {
  return !text.empty() && is_utf8(text);
}

/// Valid UTF-8, and not empty.
result<void> check_name(std::string member, std::string_view text, std::string_view accepted);

} // namespace kdb::inline v0::policy
