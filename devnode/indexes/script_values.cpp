// SPDX-License-Identifier: Apache-2.0
#include "devnode/indexes/script_values.hpp"

#include "devnode/store/json.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>

namespace kdb::inline v0::development {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f\v";
  auto begin = text.find_first_not_of(space);
  return begin == text.npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

// JavaScript counts in UTF-16: a character of four bytes is two.
double length_of(std::string_view text) {
  std::size_t units = 0;
  for (unsigned char c : text)
    units += (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 2 : 1;
  return static_cast<double>(units);
}

struct to_number {
  double operator()(undefined_value) const { return not_a_number; }
  double operator()(null_value) const { return 0; }
  double operator()(skip_value) const { return not_a_number; }
  double operator()(bool value) const { return value ? 1 : 0; }
  double operator()(double value) const { return value; }
  double operator()(const std::string& text) const {
    auto number = trimmed(text);
    return number.empty() ? 0 : read_number(number).value_or(not_a_number);
  }
  double operator()(json_value) const { return not_a_number; }
};

bool is_plain(const script_value& value) {
  return std::holds_alternative<bool>(value) || std::holds_alternative<double>(value) ||
         std::holds_alternative<std::string>(value);
}

script_value element_of(std::string_view list, std::string_view name) {
  auto elements = parse_array(list);
  if (!elements)
    return undefined_value{};
  if (name == "length")
    return static_cast<double>(elements->size());
  auto index = parse_integer(name);
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= elements->size())
    return undefined_value{};
  return read_json((*elements)[static_cast<std::size_t>(*index)]).value_or(undefined_value{});
}

} // namespace

std::optional<script_value> read_json(std::string_view document) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  auto text = trimmed(document.starts_with(mark) ? document.substr(mark.size()) : document);
  if (text.empty())
    return std::nullopt;
  if (text == "null")
    return null_value{};
  if (text == "true" || text == "false")
    return text == "true";
  switch (text.front()) {
    case '{': return parse_object(text) ? std::optional<script_value>{json_value{text}} : std::nullopt;
    case '[': return parse_array(text) ? std::optional<script_value>{json_value{text}} : std::nullopt;
    case '"': {
      auto content = parse_string(text);
      return content ? std::optional<script_value>{*std::move(content)} : std::nullopt;
    }
    default: {
      auto number = read_number(text);
      return number && std::isfinite(*number) ? std::optional<script_value>{*number} : std::nullopt;
    }
  }
}

script_value member_of(const script_value& of, std::string_view name) {
  if (auto text = std::get_if<std::string>(&of))
    return name == "length" ? script_value{length_of(*text)} : script_value{undefined_value{}};
  auto inside = std::get_if<json_value>(&of);
  if (!inside)
    return undefined_value{};
  if (inside->text.front() == '[')
    return element_of(inside->text, name);
  auto members = parse_object(inside->text);
  auto found = members ? value_of(*members, name) : std::string_view{};
  return found.empty() ? script_value{undefined_value{}} : read_json(found).value_or(undefined_value{});
}

bool is_nullish(const script_value& value) {
  return std::holds_alternative<undefined_value>(value) || std::holds_alternative<null_value>(value);
}

bool is_true(const script_value& value) {
  if (auto flag = std::get_if<bool>(&value))
    return *flag;
  if (auto number = std::get_if<double>(&value))
    return *number != 0 && !std::isnan(*number);
  if (auto text = std::get_if<std::string>(&value))
    return !text->empty();
  return !is_nullish(value);
}

bool loosely_equal(const script_value& left, const script_value& right) {
  if (is_nullish(left) || is_nullish(right))
    return is_nullish(left) && is_nullish(right);
  if (left.index() == right.index())
    return left == right;
  return is_plain(left) && is_plain(right) && std::visit(to_number{}, left) == std::visit(to_number{}, right);
}

bool is_less(const script_value& left, const script_value& right, bool or_equal) {
  auto texts = std::get_if<std::string>(&left);
  if (auto other = std::get_if<std::string>(&right); texts && other)
    return or_equal ? *texts <= *other : *texts < *other;
  auto a = std::visit(to_number{}, left), b = std::visit(to_number{}, right);
  return or_equal ? a <= b : a < b;
}

} // namespace kdb::inline v0::development
