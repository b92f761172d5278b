// SPDX-License-Identifier: Apache-2.0
#include <kdb/filter.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "libkdb/values/expression.hpp"
#include "libkdb/values/index_names.hpp"
#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0 {

namespace {

constexpr std::string_view index_prefix = "$idx-";
constexpr std::string_view special_characters = R"(\.^$|?*+()[]{}# )";

unexpected refuse(std::string member, std::string problem, std::string accepted) {
  auto message = "filter " + member + " " + problem + "; give " + accepted;
  return unexpected({.code = errc::invalid_argument,
                     .message = std::move(message),
                     .detail = bad_argument{"filter." + member, std::move(accepted)}});
}

std::string escaped(std::string_view name) {
  std::string text;
  for (const auto c : name) {
    if (special_characters.find(c) != std::string_view::npos)
      text += '\\';
    text += c;
  }
  return text;
}

/// The names as alternatives, in one group: anchors outside bind to all of them.
std::string any_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "(?:" : "|") + escaped(name);
  return text + ")";
}

/// The very end. `$` also matches before a last line break.
constexpr std::string_view end_of_name = R"((?![\s\S]))";

std::string exactly(const std::vector<std::string>& names) {
  return "^" + any_of(names) + std::string{end_of_name};
}

std::string anything_but(const std::vector<std::string>& names) {
  return "^(?!" + any_of(names) + std::string{end_of_name} + ")";
}

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const auto c : value) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += c;
  }
  return text + "\"";
}

} // namespace

event_filter event_filter::type_prefixes(std::vector<std::string> prefixes) {
  event_filter made;
  made.prefixes_ = std::move(prefixes);
  return made;
}

event_filter event_filter::type_regex(std::string expression) {
  event_filter made;
  made.regex_ = std::move(expression);
  return made;
}

event_filter event_filter::stream_prefixes(std::vector<std::string> prefixes) {
  auto made = type_prefixes(std::move(prefixes));
  made.subject_ = subject::stream_name;
  return made;
}

event_filter event_filter::stream_regex(std::string expression) {
  auto made = type_regex(std::move(expression));
  made.subject_ = subject::stream_name;
  return made;
}

// Without a name to include nothing matches, and validate says so; without one to exclude everything does.

event_filter event_filter::include_types(const std::vector<std::string>& names) {
  return type_regex(names.empty() ? std::string{} : exactly(names));
}

event_filter event_filter::exclude_types(const std::vector<std::string>& names) {
  return type_regex(names.empty() ? "^" : anything_but(names));
}

event_filter event_filter::include_streams(const std::vector<std::string>& names) {
  return stream_regex(names.empty() ? std::string{} : exactly(names));
}

event_filter event_filter::exclude_streams(const std::vector<std::string>& names) {
  return stream_regex(names.empty() ? "^" : anything_but(names));
}

event_filter event_filter::exclude_system_events() {
  return type_regex(R"(^[^\$])");
}

event_filter event_filter::category_index(std::string_view category) {
  return stream_prefixes({std::string{index_prefix} + "ce-" + std::string{category}});
}

event_filter event_filter::event_type_index(std::string_view type) {
  return stream_prefixes({std::string{index_prefix} + "et-" + std::string{type}});
}

event_filter event_filter::user_index(std::string_view index, const std::vector<std::pair<std::string, std::string>>& fields) {
  auto name = std::string{index_prefix} + "user-" + std::string{index};
  auto fault = is_index_name(index) ? index_fault::none : index_fault::name;
  std::set<std::string_view> seen;
  auto separator = ':';
  for (const auto& [field, value] : fields) {
    name += separator + field + "=" + quoted(value);
    separator = ';';
    if (fault != index_fault::none)
      continue;
    if (!is_index_name(field))
      fault = index_fault::field;
    else if (!seen.insert(field).second)
      fault = index_fault::repeated_field;
  }
  auto made = stream_prefixes({std::move(name)});
  made.index_fault_ = fault;
  return made;
}

event_filter event_filter::user_index_value(std::string_view index, std::string_view value) {
  auto made = user_index(index);
  made.prefixes_.front().append(":").append(value);
  // The server takes a text with a `=` for fields with values.
  if (made.index_fault_ == index_fault::none && value.find('=') != std::string_view::npos)
    made.index_fault_ = index_fault::value;
  return made;
}

event_filter& event_filter::window(std::uint32_t events) {
  window_ = events;
  return *this;
}

event_filter& event_filter::checkpoint_interval(std::uint32_t windows) {
  checkpoint_interval_ = windows;
  return *this;
}

bool event_filter::is_index() const {
  return subject_ == subject::stream_name && regex_.empty() &&
         std::any_of(prefixes_.begin(), prefixes_.end(), [](const auto& each) { return each.starts_with(index_prefix); });
}

result<void> event_filter::validate() const {
  if (regex_.empty() && prefixes_.empty())
    return refuse("expression", "is empty and would match nothing", "a prefix or an expression");
  if (!is_utf8(regex_))
    return refuse("expression", "is no UTF-8", "a .NET regular expression in UTF-8");
  if (const auto broken = broken_part(regex_); !broken.empty())
    return refuse("expression", "is broken: " + std::string{broken}, "a .NET regular expression");
  if (!std::all_of(prefixes_.begin(), prefixes_.end(), is_utf8))
    return refuse("prefixes", "hold one that is no UTF-8", "prefixes in UTF-8");
  switch (index_fault_) {
    case index_fault::none: break;
    case index_fault::name: return refuse("index", "is not a name of an index", std::string{accepted_index_name});
    case index_fault::field: return refuse("fields", "hold one whose name no field has", std::string{accepted_index_name});
    case index_fault::repeated_field: return refuse("fields", "hold one of them twice", "each field once");
    case index_fault::value: return refuse("value", "has a '=' in it", "user_index with the name of the field, for such a value");
  }
  if (is_index() && prefixes_.size() > 1)
    return refuse("prefixes", "name an index together with others", "one index alone");
  if (window_ == 0u)
    return refuse("window", "is 0", "at least 1, or leave it out");
  if (checkpoint_interval_ == 0)
    return refuse("checkpoint_interval", "is 0", "at least 1");
  return {};
}

} // namespace kdb::inline v0
