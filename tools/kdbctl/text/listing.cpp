// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/listing.hpp"

#include "tools/kdbctl/text/encoding.hpp"

#include <algorithm>

namespace kdbctl {
namespace {

// Bytes that are not UTF-8 can't be in JSON: they come as U+FFFD. Events have a form of their own that keeps them.
std::string dumped(const json& value, int indent = -1) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

std::vector<column> columns_of(const listing& answer, const json& item) {
  if (!answer.columns.empty())
    return answer.columns;
  std::vector<column> all;
  if (item.is_object())
    for (const auto& [name, value] : item.items())
      all.push_back({name, name});
  return all;
}

const json& member_of(const json& item, const std::string& name) {
  static const json none;
  const auto found = item.is_object() ? item.find(name) : item.end();
  return item.is_object() && found != item.end() ? *found : none;
}

std::string list_table(const listing& answer, const style& look) {
  const auto columns = columns_of(answer, answer.content.empty() ? json::object() : answer.content.front());
  std::vector<std::string> headers;
  for (const auto& one : columns)
    headers.push_back(one.header);
  table drawn{headers, look};
  for (const auto& item : answer.content) {
    std::vector<std::string> cells;
    for (const auto& one : columns)
      cells.push_back(cell_of(member_of(item, one.member)));
    drawn.add(std::move(cells));
  }
  drawn.settle();
  return drawn.text();
}

std::string object_table(const json& object, const style& look) {
  std::size_t width = 0;
  for (const auto& [name, value] : object.items())
    width = std::max(width, display_width(name));
  std::string text;
  for (const auto& [name, value] : object.items()) {
    text += painted(name, shade::faint, look);
    text.append(width - display_width(name) + 2, ' ');
    text += cell_of(value);
    text += '\n';
  }
  return text;
}

std::string raw_line(const listing& answer, const json& item) {
  std::string line;
  if (!item.is_object())
    return cell_of(item) + "\n";
  for (const auto& one : columns_of(answer, item)) {
    const auto& value = member_of(item, one.member);
    line += cell_of(value);
    line += '\t';
  }
  if (!line.empty())
    line.back() = '\n';
  return line;
}

} // namespace

std::string_view to_text(format form) {
  switch (form) {
    case format::table: return "table";
    case format::document: return "json";
    case format::lines: return "ndjson";
    case format::raw: return "raw";
  }
  return {};
}

std::optional<format> parse_format(std::string_view text) {
  for (const auto one : {format::table, format::document, format::lines, format::raw})
    if (text == to_text(one))
      return one;
  return std::nullopt;
}

std::string cell_of(const json& value) {
  if (value.is_null())
    return {};
  if (value.is_string())
    return printable(value.get_ref<const std::string&>());
  if (value.is_boolean())
    return value.get<bool>() ? "yes" : "no";
  const auto is_simple = [](const json& one) { return !one.is_structured(); };
  if (value.is_array() && std::ranges::all_of(value, is_simple)) {
    std::string text;
    for (const auto& one : value)
      text += (text.empty() ? "" : ", ") + cell_of(one);
    return text;
  }
  return printable(dumped(value));
}

std::string render(const listing& answer, format wanted, const style& look) {
  const auto is_list = answer.content.is_array();
  std::string text;
  switch (wanted) {
    case format::table: return is_list ? list_table(answer, look) : object_table(answer.content, look);
    case format::document: return dumped(answer.content, 2) + "\n";
    case format::lines:
      if (!is_list)
        return dumped(answer.content) + "\n";
      for (const auto& item : answer.content)
        text += dumped(item) + "\n";
      return text;
    case format::raw:
      if (!is_list)
        return raw_line(answer, answer.content);
      for (const auto& item : answer.content)
        text += raw_line(answer, item);
      return text;
  }
  return text;
}

} // namespace kdbctl
