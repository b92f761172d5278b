// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kdbctl {

/// The length of the valid UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t utf8_sequence(std::string_view text);

bool is_utf8(std::string_view text);

std::string to_base64(std::string_view bytes);
/// Nothing if the text is not base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);

/// Text for a terminal: control characters and bytes that are not UTF-8 are escaped, so that no data can move the cursor.
std::string printable(std::string_view text);

/// Columns that printable text takes on a terminal.
std::size_t display_width(std::string_view text);

/// The beginning of printable text, with an ellipsis if it is wider than that.
std::string shortened(std::string_view text, std::size_t width);

} // namespace kdbctl
