// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/indexes.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/values/index_names.hpp"

namespace kdb::inline v0::policy {
namespace {

constexpr std::size_t most_fields = 64;
constexpr std::string_view function = "a JavaScript function with one parameter, in UTF-8";

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

result<void> check_field(const std::string& where, const index_field& field) {
  if (!is_index_name(field.name))
    return refuse(where + ".name", "is not a name of a field", accepted_index_name);
  if (field.type > index_field_type::int64)
    return refuse(where + ".type", "is unknown", "index_field_type::string, float64, int32 or int64");
  return check_name(where + ".selector", is_blank(field.selector) ? "" : field.selector, function);
}

} // namespace

result<void> check_index(std::string_view name) {
  if (!is_index_name(name))
    return refuse("name", "is not a name of an index", accepted_index_name);
  return {};
}

result<void> check_create_index(std::string_view name, const index_definition& definition) {
  const auto& [filter, fields] = definition;
  if (auto fine = check_index(name); !fine)
    return fine;
  if (auto fine = check_text("filter", filter, function); !fine)
    return fine;
  if (fields.empty() && is_blank(filter))
    return refuse("filter", "is empty, and there are no fields", "a filter or a field");
  if (fields.size() > most_fields)
    return refuse("fields", "are too many", "at most " + std::to_string(most_fields));
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto where = "fields[" + std::to_string(i) + "]";
    if (auto fine = check_field(where, fields[i]); !fine)
      return fine;
    if (!names.insert(fields[i].name).second)
      return refuse(where + ".name", "is that of another field", "a name of its own to each field");
  }
  return {};
}

} // namespace kdb::inline v0::policy
