// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0 {

/// Replaces every %XX by its byte; a `+` stays one. Nothing if a `%` lacks its two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

/// Encodes every byte but letters and digits of ASCII and those in `plain`. The default suits values of a query, and keeps
/// paths readable.
std::string percent_encoded(std::string_view bytes, std::string_view plain = "-._~/:");

} // namespace kdb::inline v0
