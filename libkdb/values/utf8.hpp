// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0 {

/// Returns the number of UTF-16 units the text takes, or nothing if it is not valid UTF-8 (overlong forms, surrogates and
/// numbers above U+10FFFF are not valid).
std::optional<std::size_t> utf16_length(std::string_view text);

inline bool is_utf8(std::string_view text) {
  return utf16_length(text).has_value();
}

/// The text as valid UTF-8 of at most so many bytes: each part that can't be read becomes U+FFFD, and the end is cut off between two
/// characters.
std::string readable(std::string_view text, std::size_t most_bytes);

} // namespace kdb::inline v0
