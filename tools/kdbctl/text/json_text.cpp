// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/json_text.hpp"

#include "tools/kdbctl/text/encoding.hpp"

#include <array>
#include <cstdint>

namespace kdbctl {
namespace {

constexpr int deepest = 256;
using end = std::optional<std::size_t>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Bytes of a string that need no second look: ASCII but for quotes, backslashes and control characters.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> all{};
  for (int byte = 0x20; byte < 0x80; ++byte)
    all[static_cast<std::size_t>(byte)] = byte != '"' && byte != '\\';
  return all;
}();

bool is_plain(char c) {
  return plain[static_cast<unsigned char>(c)];
}

// The length of the escape at `at`, 0 if it is none.
std::size_t escape_length(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size())
    return 0;
  if (text[at + 1] != 'u')
    return std::string_view{"\"\\/bfnrt"}.find(text[at + 1]) != std::string_view::npos ? 2 : 0;
  if (at + 6 > text.size())
    return 0;
  for (std::size_t i = 2; i < 6; ++i)
    if (!is_hex(text[at + i]))
      return 0;
  return 6;
}

end string_end(std::string_view text, std::size_t at) {
  ++at;
  for (;;) {
    while (at < text.size() && is_plain(text[at]))
      ++at;
    if (at >= text.size())
      return std::nullopt;
    if (text[at] == '"')
      return at + 1;
    const auto length = text[at] == '\\'                               ? escape_length(text, at)
                        : static_cast<unsigned char>(text[at]) >= 0x80 ? utf8_sequence(text.substr(at))
                                                                       : 0;
    if (length == 0)
      return std::nullopt;
    at += length;
  }
}

std::size_t digits_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at]))
    ++at;
  return at;
}

end number_end(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '-')
    ++at;
  const auto whole = digits_end(text, at);
  if (whole == at || (text[at] == '0' && whole > at + 1))
    return std::nullopt;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const auto fraction = digits_end(text, at + 1);
    if (fraction == at + 1)
      return std::nullopt;
    at = fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-'))
      ++at;
    const auto exponent = digits_end(text, at);
    if (exponent == at)
      return std::nullopt;
    at = exponent;
  }
  return at;
}

end word_end(std::string_view text, std::size_t at, std::string_view word) {
  return text.substr(at, word.size()) == word ? end{at + word.size()} : std::nullopt;
}

end value_end(std::string_view text, std::size_t at, int depth);

end member_end(std::string_view text, std::size_t at, int depth) {
  if (at >= text.size() || text[at] != '"')
    return std::nullopt;
  const auto name = string_end(text, at);
  if (!name)
    return std::nullopt;
  at = skip_json_space(text, *name);
  if (at >= text.size() || text[at] != ':')
    return std::nullopt;
  return value_end(text, skip_json_space(text, at + 1), depth);
}

// An object or an array, from its bracket on.
end group_end(std::string_view text, std::size_t at, int depth) {
  if (depth > deepest)
    return std::nullopt;
  const auto is_object = text[at] == '{';
  const auto close = is_object ? '}' : ']';
  at = skip_json_space(text, at + 1);
  if (at < text.size() && text[at] == close)
    return at + 1;
  for (;;) {
    const auto item = is_object ? member_end(text, at, depth + 1) : value_end(text, at, depth + 1);
    if (!item)
      return std::nullopt;
    at = skip_json_space(text, *item);
    if (at >= text.size())
      return std::nullopt;
    if (text[at] == close)
      return at + 1;
    if (text[at] != ',')
      return std::nullopt;
    at = skip_json_space(text, at + 1);
  }
}

end value_end(std::string_view text, std::size_t at, int depth) {
  if (at >= text.size())
    return std::nullopt;
  switch (text[at]) {
    case '{':
    case '[': return group_end(text, at, depth);
    case '"': return string_end(text, at);
    case 't': return word_end(text, at, "true");
    case 'f': return word_end(text, at, "false");
    case 'n': return word_end(text, at, "null");
    default: return number_end(text, at);
  }
}

std::uint32_t hex_value(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits)
    value = value << 4 | static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  return value;
}

void append_utf8(std::string& to, std::uint32_t point) {
  const auto tail = [&](int shift) { to += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    to += static_cast<char>(point);
  } else if (point < 0x800) {
    to += static_cast<char>(0xC0 | point >> 6);
    tail(0);
  } else if (point < 0x10000) {
    to += static_cast<char>(0xE0 | point >> 12);
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xF0 | point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

// Appends the character of a \u escape, or of a pair of them. Returns how many bytes it read; 0 for half a pair.
std::size_t append_escaped(std::string& to, std::string_view rest) {
  const auto first = hex_value(rest.substr(2, 4));
  if (first < 0xD800 || first > 0xDFFF) {
    append_utf8(to, first);
    return 6;
  }
  if (first > 0xDBFF || rest.size() < 12 || rest.substr(6, 2) != "\\u")
    return 0;
  const auto second = hex_value(rest.substr(8, 4));
  if (second < 0xDC00 || second > 0xDFFF)
    return 0;
  append_utf8(to, 0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00)));
  return 12;
}

char unescaped(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

} // namespace

std::size_t skip_json_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
    ++at;
  return at;
}

std::optional<std::size_t> json_value_end(std::string_view text, std::size_t at) {
  return value_end(text, at, 0);
}

bool is_one_line_json(std::string_view text) {
  const auto ends = json_value_end(text);
  return ends == text.size() && text.find('\n') == text.npos && text.find('\r') == text.npos;
}

void append_json_string(std::string& to, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  to += '"';
  for (std::size_t at = 0; at < text.size();) {
    auto last = at;
    while (last < text.size() && (is_plain(text[last]) || static_cast<unsigned char>(text[last]) >= 0x80))
      ++last;
    to.append(text, at, last - at);
    at = last;
    if (at == text.size())
      break;
    const auto c = text[at++];
    switch (c) {
      case '"': to += "\\\""; break;
      case '\\': to += "\\\\"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      default:
        to += "\\u00";
        to += hex[static_cast<unsigned char>(c) >> 4];
        to += hex[static_cast<unsigned char>(c) & 15];
    }
  }
  to += '"';
}

std::string json_string(std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  return quoted;
}

std::optional<std::string> read_json_string(std::string_view quoted) {
  if (quoted.empty() || quoted.front() != '"' || string_end(quoted, 0) != quoted.size())
    return std::nullopt;
  std::string text;
  text.reserve(quoted.size());
  for (std::size_t at = 1; at + 1 < quoted.size();) {
    if (quoted[at] != '\\') {
      text += quoted[at++];
    } else if (quoted[at + 1] != 'u') {
      text += unescaped(quoted[at + 1]);
      at += 2;
    } else {
      const auto length = append_escaped(text, quoted.substr(at));
      if (length == 0)
        return std::nullopt;
      at += length;
    }
  }
  return text;
}

} // namespace kdbctl
