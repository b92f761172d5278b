// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace kdb::inline v0 {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// Appends two lower-case digits.
inline void append_hex(std::string& text, std::uint8_t byte) {
  text += hex_digits[byte >> 4];
  text += hex_digits[byte & 0xF];
}

/// The two digits of each byte.
inline constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte)
    pairs[byte] = {hex_digits[byte >> 4], hex_digits[byte & 0xF]};
  return pairs;
}();

/// Writes two lower-case digits for each byte. Returns where they end.
template <std::size_t N>
char* write_hex(char* at, const std::array<std::uint8_t, N>& bytes) {
  for (const auto byte : bytes) {
    std::memcpy(at, hex_pairs[byte].data(), 2);
    at += 2;
  }
  return at;
}

/// Appends two lower-case digits for each byte.
template <std::size_t N>
void append_hex(std::string& text, const std::array<std::uint8_t, N>& bytes) {
  std::array<char, 2 * N> digits;
  write_hex(digits.data(), bytes);
  text.append(digits.data(), digits.size());
}

/// The value of a digit, in either case; -1 for what is none.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace kdb::inline v0
