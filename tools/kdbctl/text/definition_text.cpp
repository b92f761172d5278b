// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/definition_text.hpp"

#include "tools/kdbctl/text/argument.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace kdbctl {
namespace {

constexpr std::array types{kdb::index_field_type::string, kdb::index_field_type::float64, kdb::index_field_type::int32,
                           kdb::index_field_type::int64};

kdb::property_value property_of(const nlohmann::json& from) {
  switch (from.type()) {
    case nlohmann::json::value_t::boolean: return from.get<bool>();
    case nlohmann::json::value_t::string: return from.get<std::string>();
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float: return from.get<double>();
    case nlohmann::json::value_t::array: {
      kdb::property_value::list list;
      for (const auto& each : from)
        list.push_back(property_of(each));
      return list;
    }
    case nlohmann::json::value_t::object: {
      kdb::property_value::object object;
      for (const auto& [key, value] : from.items())
        object.emplace(key, property_of(value));
      return object;
    }
    default: return nullptr;
  }
}

} // namespace

kdb::result<kdb::index_field> parse_index_field(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return not_accepted(text, "NAME=SELECTOR or NAME:TYPE=SELECTOR, such as country=rec => rec.value.country");
  const auto name = text.substr(0, equals);
  const auto colon = name.find(':');
  kdb::index_field field{.name = std::string{name.substr(0, colon)}, .selector = std::string{text.substr(equals + 1)}};
  if (colon == std::string_view::npos)
    return field;
  for (const auto type : types)
    if (to_string(type) == name.substr(colon + 1)) {
      field.type = type;
      return field;
    }
  return not_accepted(name.substr(colon + 1), "string, float64, int32 or int64 as the type of a field");
}

kdb::result<std::pair<std::string, std::string>> parse_index_value(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return not_accepted(text, "NAME=VALUE, such as country=DE");
  return std::pair{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

kdb::result<kdb::property_value::object> parse_properties(const std::vector<std::string>& all) {
  kdb::property_value::object properties;
  for (const auto& each : all) {
    const auto equals = each.find('=');
    // No text is no JSON either.
    const auto value = nlohmann::json::parse(equals == std::string::npos ? "" : each.substr(equals + 1), nullptr, false);
    if (value.is_discarded())
      return not_accepted(each, "NAME=JSON, such as owner='\"sales\"'");
    properties.insert_or_assign(each.substr(0, equals), property_of(value));
  }
  return properties;
}

} // namespace kdbctl
