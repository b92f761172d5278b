// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/encoding.hpp"

#include <array>
#include <cstdint>

namespace kdbctl {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> digits = [] {
  std::array<std::int8_t, 256> all{};
  all.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    all[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return all;
}();

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool continues(std::string_view text, std::size_t at) {
  return (byte_at(text, at) & 0xC0) == 0x80;
}

char32_t code_point(std::string_view sequence) {
  const auto first = byte_at(sequence, 0);
  if (sequence.size() == 1)
    return first;
  char32_t point = first & (0xFFu >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i)
    point = (point << 6) | (byte_at(sequence, i) & 0x3F);
  return point;
}

struct range {
  char32_t first, last;
};

template <std::size_t N>
bool is_in(const std::array<range, N>& ranges, char32_t point) {
  for (const auto& one : ranges)
    if (point >= one.first && point <= one.last)
      return true;
  return false;
}

// Marks that are drawn over the letter before them.
constexpr std::array combining{range{0x300, 0x36F}, range{0x200B, 0x200F}, range{0x20D0, 0x20FF}, range{0xFE00, 0xFE0F}};
// Letters of East Asia and pictures take two columns.
constexpr std::array wide{range{0x1100, 0x115F}, range{0x2E80, 0xA4CF}, range{0xAC00, 0xD7A3},   range{0xF900, 0xFAFF},
                          range{0xFE30, 0xFE6F}, range{0xFF00, 0xFF60}, range{0x1F300, 0x1FAFF}, range{0x20000, 0x3FFFD}};
// Marks that change the direction of what follows, or end the line.
constexpr std::array steering{range{0x80, 0x9F}, range{0x200E, 0x200F}, range{0x2028, 0x202E}, range{0x2066, 0x2069},
                              range{0xFEFF, 0xFEFF}};

std::size_t columns_of(char32_t point) {
  if (point < 0x300)
    return 1;
  return is_in(combining, point) ? 0 : is_in(wide, point) ? 2 : 1;
}

void escape_byte(std::string& to, unsigned byte) {
  constexpr std::string_view hex = "0123456789abcdef";
  to += "\\x";
  to += hex[byte >> 4];
  to += hex[byte & 15];
}

} // namespace

std::size_t utf8_sequence(std::string_view text) {
  const auto first = byte_at(text, 0);
  if (text.empty())
    return 0;
  if (first < 0x80)
    return 1;
  if (first < 0xC2 || first > 0xF4 || !continues(text, 1))
    return 0;
  const auto second = byte_at(text, 1);
  if (first < 0xE0)
    return 2;
  if (first < 0xF0) {
    const auto overlong = first == 0xE0 && second < 0xA0;
    const auto surrogate = first == 0xED && second >= 0xA0;
    return !overlong && !surrogate && continues(text, 2) ? 3 : 0;
  }
  const auto overlong = first == 0xF0 && second < 0x90;
  const auto too_large = first == 0xF4 && second >= 0x90;
  return !overlong && !too_large && continues(text, 2) && continues(text, 3) ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (byte_at(text, at) < 0x80) {
      ++at;
      continue;
    }
    const auto length = utf8_sequence(text.substr(at));
    if (length == 0)
      return false;
    at += length;
  }
  return true;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto group = byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
    const auto left = bytes.size() - at;
    text += alphabet[group >> 18];
    text += alphabet[(group >> 12) & 63];
    text += left > 1 ? alphabet[(group >> 6) & 63] : '=';
    text += left > 2 ? alphabet[group & 63] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto padded = at >= text.size() - padding;
    const auto digit = padded ? 0 : digits[byte_at(text, at)];
    if (digit < 0)
      return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(digit);
    if (at % 4 == 3) {
      bytes += static_cast<char>(bits >> 16 & 255);
      bytes += static_cast<char>(bits >> 8 & 255);
      bytes += static_cast<char>(bits & 255);
      bits = 0;
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    const auto length = utf8_sequence(rest);
    const auto byte = byte_at(text, at);
    if (length == 0) {
      escape_byte(shown, byte);
    } else if (byte == '\n' || byte == '\t' || byte == '\r') {
      shown += byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      escape_byte(shown, byte);
    } else if (is_in(steering, code_point(rest.substr(0, length)))) {
      for (std::size_t i = 0; i < length; ++i)
        escape_byte(shown, byte_at(rest, i));
    } else {
      shown.append(rest.substr(0, length));
    }
    at += length == 0 ? 1 : length;
  }
  return shown;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = std::max<std::size_t>(1, utf8_sequence(text.substr(at)));
    columns += columns_of(code_point(text.substr(at, length)));
    at += length;
  }
  return columns;
}

std::string shortened(std::string_view text, std::size_t width) {
  // Text that has as few bytes as there are columns needs no look at its letters.
  if (text.size() <= width || display_width(text) <= width)
    return std::string{text};
  std::size_t columns = 0, at = 0;
  while (at < text.size()) {
    const auto length = std::max<std::size_t>(1, utf8_sequence(text.substr(at)));
    const auto more = columns_of(code_point(text.substr(at, length)));
    if (columns + more + 1 > width)
      break;
    columns += more;
    at += length;
  }
  return width == 0 ? std::string{} : std::string{text.substr(0, at)} + "…";
}

} // namespace kdbctl
