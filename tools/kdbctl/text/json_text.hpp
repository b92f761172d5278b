// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// JSON as text, without a tree: events keep the bytes that their writers gave them.
namespace kdbctl {

/// Where the JSON value ends that begins at `at`; nothing if none does. Values that are nested deeper than 256 are none.
std::optional<std::size_t> json_value_end(std::string_view text, std::size_t at = 0);

/// Whether the text is one JSON value without a line break, and without white space around it: it can be a member's value in a line of
/// NDJSON, and is read back to the same bytes.
bool is_one_line_json(std::string_view text);

/// Appends UTF-8 as a JSON string, with its quotes.
void append_json_string(std::string& to, std::string_view text);
std::string json_string(std::string_view text);

/// Reads a JSON string, with its quotes. Nothing for an escaped half of a surrogate pair, which no UTF-8 has.
std::optional<std::string> read_json_string(std::string_view quoted);

/// Skips white space.
std::size_t skip_json_space(std::string_view text, std::size_t at);

} // namespace kdbctl
