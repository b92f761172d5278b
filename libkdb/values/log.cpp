// SPDX-License-Identifier: Apache-2.0
#include <kdb/log.hpp>

#include <nlohmann/json.hpp>

namespace kdb::inline v0 {

std::string_view to_string(log_level level) {
  switch (level) {
    case log_level::debug: return "debug";
    case log_level::info: return "info";
    case log_level::warning: return "warning";
    case log_level::error: return "error";
  }
  return "unknown";
}

std::string to_json(const log_record& record) {
  nlohmann::ordered_json line{{"level", to_string(record.level)}, {"event", record.event}, {"text", record.text}};
  for (const auto& field : record.fields)
    std::visit([&](const auto& value) { line[std::string{field.name}] = value; }, field.value);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace kdb::inline v0
