// SPDX-License-Identifier: Apache-2.0
#include "devnode/indexes/index_view.hpp"

#include "devnode/indexes/expression.hpp"
#include "devnode/store/stream.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <system_error>

namespace kdb::inline v0::development {
namespace {

// -- values --------------------------------------------------------------------------------------------------------

template <class Number>
std::optional<index_value> read_number(std::string_view text) {
  Number number{};
  auto digits = text.starts_with('+') ? text.substr(1) : text;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failed != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>)
    return number;
  else
    return std::int64_t{number};
}

std::optional<index_value> read_value(index_value_type type, std::string_view text) {
  switch (type) {
    case index_value_type::text: return std::string{text};
    case index_value_type::real: return read_number<double>(text);
    case index_value_type::int32: return read_number<std::int32_t>(text);
    case index_value_type::int64: return read_number<std::int64_t>(text);
  }
  return std::nullopt;
}

// As .NET does it: the fraction is lost, what is out of range is refused.
template <class Integer>
std::optional<index_value> whole(double number) {
  constexpr auto beyond = -static_cast<double>(std::numeric_limits<Integer>::min());
  auto integer = std::trunc(number);
  return integer >= -beyond && integer < beyond ? std::optional<index_value>{static_cast<std::int64_t>(integer)} : std::nullopt;
}

// Nothing when it is not of the type.
std::optional<index_value> to_value(index_value_type type, script_value&& from) {
  auto number = std::get_if<double>(&from);
  switch (type) {
    case index_value_type::text:
      if (auto text = std::get_if<std::string>(&from))
        return std::move(*text);
      return std::nullopt;
    case index_value_type::real: return number ? std::optional<index_value>{*number} : std::nullopt;
    case index_value_type::int32: return number ? whole<std::int32_t>(*number) : std::nullopt;
    case index_value_type::int64: return number ? whole<std::int64_t>(*number) : std::nullopt;
  }
  return std::nullopt;
}

// -- constraints ---------------------------------------------------------------------------------------------------

// Takes the value that stands first, with the `;` behind it.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      auto behind = rest.substr(i + 1);
      if (!behind.empty() && behind.front() != ';')
        return std::nullopt;
      rest = behind.empty() ? behind : behind.substr(1);
      return value;
    }
    if (rest[i] == '\\' && (++i == rest.size() || (rest[i] != '"' && rest[i] != '\\')))
      return std::nullopt;
    value += rest[i];
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& rest) {
  if (rest.starts_with('"'))
    return take_quoted(rest);
  auto end = std::min(rest.find(';'), rest.size());
  std::string value{rest.substr(0, end)};
  rest = rest.substr(std::min(end + 1, rest.size()));
  return value.empty() || value.find('"') != value.npos ? std::nullopt : std::optional{std::move(value)};
}

// -- entries -------------------------------------------------------------------------------------------------------

// What the index keeps of an event: a value or none for each field.
using entry = std::vector<std::optional<index_value>>;

class entries {
public:
  explicit entries(const user_index_definition& of) {
    if (!of.filter.empty())
      filter_ = std::get<index_function>(index_function::parse(of.filter));
    for (auto& each : of.fields)
      fields_.push_back({std::get<index_function>(index_function::parse(each.selector)), each.type});
  }

  std::optional<entry> of(const stored_event& event) const {
    if (event.owner->name.starts_with('$') || !accepted(event))
      return std::nullopt;
    entry made;
    bool any = fields_.empty();
    for (auto& [selector, type] : fields_) {
      auto selected = selector(event);
      if (!selected || std::holds_alternative<skip_value>(*selected))
        return std::nullopt;
      auto& value = made.emplace_back();
      if (is_nullish(*selected))
        continue;
      value = to_value(type, *std::move(selected));
      if (!value)
        return std::nullopt;
      any = true;
    }
    return any ? std::optional{std::move(made)} : std::nullopt;
  }

private:
  bool accepted(const stored_event& event) const {
    if (!filter_)
      return true;
    auto verdict = (*filter_)(event);
    auto flag = verdict ? std::get_if<bool>(&*verdict) : nullptr;
    return flag && *flag;
  }

  struct field {
    index_function selector;
    index_value_type type;
  };

  std::optional<index_function> filter_;
  std::vector<field> fields_;
};

} // namespace

index_query split_index_query(std::string_view text) {
  auto rest = text.substr(user_index_prefix.size());
  auto colon = rest.find(':');
  if (colon == rest.npos)
    return {rest, std::nullopt};
  return {rest.substr(0, colon), rest.substr(colon + 1)};
}

std::optional<std::vector<index_constraint>> read_constraints(const user_index_definition& of, std::string_view text) {
  std::vector<index_constraint> all;
  auto add = [&](std::size_t field, std::string_view value) {
    auto read = read_value(of.fields[field].type, value);
    if (read)
      all.emplace_back(field, *std::move(read));
    return read.has_value();
  };
  if (text.find('=') == text.npos)
    return of.fields.size() == 1 && add(0, text) ? std::optional{std::move(all)} : std::nullopt;
  std::set<std::size_t> seen;
  while (!text.empty()) {
    auto name = text.substr(0, text.find('='));
    auto found = std::ranges::find(of.fields, name, [](auto& field) { return std::string_view{field.name}; });
    if (found == of.fields.end() || name.size() == text.size())
      return std::nullopt;
    text.remove_prefix(name.size() + 1);
    auto field = static_cast<std::size_t>(found - of.fields.begin());
    auto value = take_value(text);
    if (!value || !seen.insert(field).second || !add(field, *value))
      return std::nullopt;
  }
  return all;
}

event_filter index_view(const user_index_definition& of, std::vector<index_constraint> constraints) {
  return [entries = entries{of}, constraints = std::move(constraints)](const stored_event& event) {
    auto found = entries.of(event);
    return found && std::ranges::all_of(constraints, [&](auto& wanted) { return (*found)[wanted.first] == wanted.second; });
  };
}

} // namespace kdb::inline v0::development
