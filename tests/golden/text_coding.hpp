// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb::golden {

/// Standard base64 with padding.
std::string to_base64(std::string_view bytes);

/// Reads base64, with or without padding; nothing if it is none.
std::optional<std::string> from_base64(std::string_view text);

/// Percent-encodes as gRPC does with messages: everything outside of printable ASCII, and the percent sign.
std::string percent_encoded(std::string_view text);

/// Undoes percent-encoding; what only looks like it stays as it is.
std::string percent_decoded(std::string_view text);

} // namespace kdb::golden
