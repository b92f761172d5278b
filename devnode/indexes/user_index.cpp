// SPDX-License-Identifier: Apache-2.0
#include "devnode/indexes/user_index.hpp"

#include "devnode/indexes/expression.hpp"
#include "devnode/projections/query_syntax.hpp"
#include "devnode/store/json.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <variant>

namespace kdb::inline v0::development {
namespace {

constexpr std::size_t longest_name = 1000;
constexpr std::size_t most_fields = 64;

constexpr std::array<std::pair<index_value_type, std::string_view>, 4> type_names{
  {{index_value_type::text, "INDEX_FIELD_TYPE_STRING"},
   {index_value_type::real, "INDEX_FIELD_TYPE_DOUBLE"},
   {index_value_type::int32, "INDEX_FIELD_TYPE_INT_32"},
   {index_value_type::int64, "INDEX_FIELD_TYPE_INT_64"}}};

std::string_view name_of(index_value_type type) {
  return std::ranges::find(type_names, type, &std::pair<index_value_type, std::string_view>::first)->second;
}

std::optional<user_index_field> read_field(std::string_view document) {
  auto members = parse_object(document);
  if (!members)
    return std::nullopt;
  auto name = parse_string(value_of(*members, "name")), selector = parse_string(value_of(*members, "selector")),
       type = parse_string(value_of(*members, "type"));
  auto known = std::ranges::find(type_names, type.value_or(""), &std::pair<index_value_type, std::string_view>::second);
  if (!name || !selector || known == type_names.end())
    return std::nullopt;
  return user_index_field{*std::move(name), *std::move(selector), known->first, value_of(*members, "optimizeLookups") == "true"};
}

bool blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

void look_at_name(std::string_view name, std::vector<std::string>& problems) {
  auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  if (name.empty() || name.size() > longest_name)
    problems.push_back("Name must have 1 to " + std::to_string(longest_name) + " characters. You entered " +
                       std::to_string(name.size()) + " characters.");
  if (name.empty() || !std::ranges::all_of(name, allowed))
    problems.emplace_back("Name can contain only lowercase alphanumeric characters, underscores and dashes");
}

// A server's words for what is no JavaScript; the node's own for what it does not understand.
void look_at_function(const std::string& name, std::string_view text, std::vector<std::string>& problems) {
  auto read = index_function::parse(text);
  auto problem = std::get_if<std::string>(&read);
  if (!problem)
    return;
  if (syntax_problem(text))
    problems.push_back(name + " must be a valid JavaScript function with exactly one argument");
  else
    problems.push_back(name + " is beyond the development node, which has no JavaScript engine: " + *problem +
                       ". It understands functions like rec => rec.schema.name == 'order' && rec.value.country == 'DE'");
}

} // namespace

std::string write_index(std::string_view name, const user_index_definition& definition) {
  auto document = R"({"name":)" + quoted(name) + R"(,"filter":)" + quoted(definition.filter) + R"(,"fields":[)";
  auto separator = "";
  for (auto& [field, selector, type, optimized] : definition.fields) {
    document += std::exchange(separator, ",") + std::string{R"({"name":)"} + quoted(field) + R"(,"selector":)" +
                quoted(selector) + R"(,"type":)" + quoted(name_of(type)) + R"(,"optimizeLookups":)" +
                (optimized ? "true}" : "false}");
  }
  return document + "]}";
}

std::optional<user_index_definition> read_index(std::string_view document) {
  auto members = parse_object(document);
  if (!members)
    return std::nullopt;
  auto filter = parse_string(value_of(*members, "filter"));
  auto fields = parse_array(value_of(*members, "fields"));
  if (!filter || !fields)
    return std::nullopt;
  user_index_definition definition{*std::move(filter), {}};
  for (auto each : *fields) {
    auto field = read_field(each);
    if (!field)
      return std::nullopt;
    definition.fields.push_back(*std::move(field));
  }
  return definition;
}

std::vector<std::string> index_problems(std::string_view name, const user_index_definition& definition) {
  std::vector<std::string> problems;
  look_at_name(name, problems);
  if (!definition.filter.empty())
    look_at_function("Filter", definition.filter, problems);
  std::set<std::string_view> names;
  for (auto& field : definition.fields) {
    look_at_name(field.name, problems);
    look_at_function("Field selector", field.selector, problems);
    names.insert(field.name);
  }
  if (definition.fields.size() > most_fields)
    problems.push_back("An index can have at most " + std::to_string(most_fields) + " fields");
  if (names.size() < definition.fields.size())
    problems.emplace_back("Index field names must be unique within a request");
  if (definition.fields.empty() && blank(definition.filter))
    problems.emplace_back("At least a filter or a field must be provided");
  return problems;
}

} // namespace kdb::inline v0::development
