// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/base64.hpp"

#include <cstdint>

namespace kdb::inline v0::development {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t digits_a_group = 4, bytes_a_group = 3, bits_a_digit = 6, bits_a_byte = 8;

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += bytes_a_group) {
    auto part = bytes.substr(at, bytes_a_group);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < bytes_a_group; ++i)
      bits = bits << bits_a_byte | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    for (std::size_t i = 0; i < digits_a_group; ++i)
      text += i <= part.size() ? digits[bits >> (bits_a_digit * (digits_a_group - 1 - i)) & 63] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % digits_a_group != 0)
    return std::nullopt;
  auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  text.remove_suffix(padding);
  std::string bytes;
  std::uint32_t bits = 0;
  std::size_t pending = 0;
  for (char c : text) {
    auto value = digits.find(c);
    if (value == digits.npos)
      return std::nullopt;
    bits = bits << bits_a_digit | static_cast<std::uint32_t>(value);
    pending += bits_a_digit;
    if (pending < bits_a_byte)
      continue;
    pending -= bits_a_byte;
    bytes += static_cast<char>(bits >> pending & 0xff);
  }
  return bytes;
}

} // namespace kdb::inline v0::development
