// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

std::string to_base64(std::string_view bytes);

/// Returns the bytes, or nothing when `text` is not base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);

} // namespace kdb::inline v0::development
