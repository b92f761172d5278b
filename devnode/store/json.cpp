// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace kdb::inline v0::development {
namespace {

// Deeper documents are refused: the scanner recurses.
constexpr int max_depth = 64;

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// Walks over JSON text. Every member function moves `at` behind what it read, or returns false.
struct scanner {
  std::string_view text;
  std::size_t at = 0;

  bool done() const { return at == text.size(); }
  char peek() const { return done() ? '\0' : text[at]; }

  void space() {
    while (!done() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'))
      ++at;
  }

  bool take(char c) {
    if (peek() != c || done())
      return false;
    ++at;
    return true;
  }

  bool word(std::string_view expected) {
    if (text.substr(at, expected.size()) != expected)
      return false;
    at += expected.size();
    return true;
  }

  bool digits() {
    auto first = at;
    while (peek() >= '0' && peek() <= '9')
      ++at;
    return at > first;
  }

  bool number() {
    take('-');
    if (peek() == '0')
      ++at;
    else if (!digits())
      return false;
    if (take('.') && !digits())
      return false;
    if (peek() == 'e' || peek() == 'E') {
      ++at;
      if (peek() == '+' || peek() == '-')
        ++at;
      return digits();
    }
    return true;
  }

  std::optional<std::uint32_t> hex4() {
    if (text.size() - at < 4)
      return std::nullopt;
    std::uint32_t code = 0;
    auto [end, failed] = std::from_chars(text.data() + at, text.data() + at + 4, code, 16);
    if (failed != std::errc{} || end != text.data() + at + 4)
      return std::nullopt;
    at += 4;
    return code;
  }

  bool escape(std::string* out) {
    static constexpr std::string_view names = "\"\\/bfnrt";
    static constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    char c = peek();
    if (auto known = names.find(c); !done() && known != names.npos) {
      ++at;
      if (out)
        *out += values[known];
      return true;
    }
    if (!take('u'))
      return false;
    auto code = hex4();
    if (!code)
      return false;
    if (*code >= 0xd800 && *code < 0xdc00 && word("\\u")) {
      auto second = hex4();
      if (!second)
        return false;
      code = *second >= 0xdc00 && *second < 0xe000 ? 0x10000 + ((*code - 0xd800) << 10) + (*second - 0xdc00) : 0xfffd;
    } else if (*code >= 0xd800 && *code < 0xe000) {
      code = 0xfffd;
    }
    if (out)
      append_utf8(*out, *code);
    return true;
  }

  bool string(std::string* out) {
    if (!take('"'))
      return false;
    while (!done()) {
      char c = text[at++];
      if (c == '"')
        return true;
      if (static_cast<unsigned char>(c) < 0x20)
        return false;
      if (c != '\\') {
        if (out)
          *out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool value(int depth) {
    switch (peek()) {
      case '{': return object(depth, nullptr);
      case '[': return array(depth, nullptr);
      case '"': return string(nullptr);
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool raw_value(int depth, std::string_view& out) {
    space();
    auto first = at;
    if (!value(depth))
      return false;
    out = text.substr(first, at - first);
    space();
    return true;
  }

  // Behind an element or a member: whether another one follows. A server doesn't mind a comma behind the last one.
  bool more(char end) {
    if (!take(','))
      return false;
    space();
    return peek() != end;
  }

  bool array(int depth, std::vector<std::string_view>* out) {
    if (depth == max_depth || !take('['))
      return false;
    space();
    if (take(']'))
      return true;
    do {
      std::string_view element;
      if (!raw_value(depth + 1, element))
        return false;
      if (out)
        out->push_back(element);
    } while (more(']'));
    return take(']');
  }

  bool object(int depth, std::vector<json_member>* out) {
    if (depth == max_depth || !take('{'))
      return false;
    space();
    if (take('}'))
      return true;
    do {
      json_member member;
      space();
      auto first = at;
      if (!string(out ? &member.key : nullptr))
        return false;
      member.raw_key = text.substr(first, at - first);
      space();
      if (!take(':') || !raw_value(depth + 1, member.value))
        return false;
      if (out)
        out->push_back(std::move(member));
    } while (more('}'));
    return take('}');
  }
};

} // namespace

std::optional<std::vector<json_member>> parse_object(std::string_view text) {
  scanner in{text};
  in.word("\xef\xbb\xbf");
  in.space();
  std::vector<json_member> members;
  if (!in.object(0, &members))
    return std::nullopt;
  in.space();
  if (!in.done())
    return std::nullopt;
  return members;
}

std::optional<std::vector<std::string_view>> parse_array(std::string_view value) {
  scanner in{value};
  std::vector<std::string_view> elements;
  if (!in.array(0, &elements) || !in.done())
    return std::nullopt;
  return elements;
}

std::optional<std::string> parse_string(std::string_view value) {
  scanner in{value};
  std::string text;
  if (!in.string(&text) || !in.done())
    return std::nullopt;
  return text;
}

std::string_view value_of(const std::vector<json_member>& members, std::string_view key) {
  auto found = std::ranges::find(members, key, &json_member::key);
  return found == members.end() ? std::string_view{} : found->value;
}

std::optional<std::string> string_member(std::string_view document, std::string_view key) {
  auto members = document.empty() ? std::nullopt : parse_object(document);
  return members ? parse_string(value_of(*members, key)) : std::nullopt;
}

std::string quoted(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  static constexpr std::string_view plain = "\"\\\b\f\n\r\t";
  static constexpr std::string_view names = "\"\\bfnrt";
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (auto known = plain.find(c); known != plain.npos)
      out.append("\\").push_back(names[known]);
    else if (byte < 0x20)
      out.append("\\u00").append({hex[byte >> 4], hex[byte & 15]});
    else
      out += c;
  }
  return out + "\"";
}

std::optional<std::int64_t> parse_integer(std::string_view value) {
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc{} || end != value.data() + value.size())
    return std::nullopt;
  return number;
}

} // namespace kdb::inline v0::development
