// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/text_coding.hpp"

#include <cstdint>

namespace kdb::golden {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789ABCDEF";

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  return -1;
}

} // namespace

std::string to_base64(std::string_view bytes) {
  auto result = std::string{};
  for (auto i = std::size_t{0}; i < bytes.size(); i += 3) {
    auto group = std::uint32_t{0};
    for (auto j = i; j < i + 3; ++j)
      group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    for (auto j = std::size_t{0}; j < 4; ++j)
      result += j <= bytes.size() - i ? alphabet[group >> (18 - 6 * j) & 63U] : '=';
  }
  return result;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('='))
    text.remove_suffix(1);
  auto result = std::string{};
  auto pending = std::uint32_t{0};
  auto bits = 0;
  for (auto character : text) {
    auto value = alphabet.find(character);
    if (value == std::string_view::npos)
      return std::nullopt;
    pending = (pending << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += static_cast<char>(pending >> bits & 0xFFU);
    }
  }
  return result;
}

std::string percent_encoded(std::string_view text) {
  auto result = std::string{};
  for (auto character : text) {
    auto byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte < 0x7F && character != '%') {
      result += character;
    } else {
      result += '%';
      result += hex_digits[byte >> 4U];
      result += hex_digits[byte & 15U];
    }
  }
  return result;
}

std::string percent_decoded(std::string_view text) {
  auto result = std::string{};
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    auto high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    auto low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

} // namespace kdb::golden
