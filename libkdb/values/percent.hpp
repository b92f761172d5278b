#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb {

/// Replaces every %XX by its byte; a `+` stays one. Nothing if a `%` lacks its two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

/// Encodes everything that could mean something else in a URI, or can't be seen.
std::string percent_encoded(std::string_view bytes);

} // namespace kdb
