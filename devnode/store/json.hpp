// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// One member of a JSON object, as text: unknown values survive a rewrite byte for byte.
struct json_member {
  std::string key;          ///< Unescaped.
  std::string_view raw_key; ///< With its quotes.
  std::string_view value;   ///< Raw text without the space around it.
};

/// Returns the members of the object that is the whole of `text`, or nothing when it is no well-formed JSON object,
/// in which a comma may stand behind the last member or element.
/// Views point into `text`. A byte order mark before it is accepted.
std::optional<std::vector<json_member>> parse_object(std::string_view text);

/// Returns the raw value of a member; empty, which no value is, if there is none.
std::string_view value_of(const std::vector<json_member>& members, std::string_view key);

/// Returns the text of a member of the object that is the whole of `document`; nothing if it has no such text.
std::optional<std::string> string_member(std::string_view document, std::string_view key);

/// Returns the elements of a raw array value, or nothing when `value` is none.
std::optional<std::vector<std::string_view>> parse_array(std::string_view value);

/// Returns the unescaped text of a raw string value, or nothing when `value` is none.
std::optional<std::string> parse_string(std::string_view value);

/// Returns `text` as a JSON string with its quotes.
std::string quoted(std::string_view text);

/// Returns a raw number value if it is an integer of 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view value);

} // namespace kdb::inline v0::development
