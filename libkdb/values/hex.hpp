// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kdb::inline v0 {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// Appends two lower-case digits for each byte.
template <std::size_t N>
void append_hex(std::string& text, const std::array<std::uint8_t, N>& bytes) {
  for (const auto each : bytes) {
    text += hex_digits[each >> 4];
    text += hex_digits[each & 0xF];
  }
}

} // namespace kdb::inline v0
