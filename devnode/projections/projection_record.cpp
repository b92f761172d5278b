// SPDX-License-Identifier: Apache-2.0
#include "devnode/projections/projection_record.hpp"

#include "devnode/store/json.hpp"

namespace kdb::inline v0::development {

std::string definition_stream(std::string_view name) {
  return "$projections-" + std::string{name};
}

std::string write_projection(const projection_definition& definition, bool native) {
  auto flag = [](bool value) { return std::string{value ? "true" : "false"}; };
  return std::string{R"({"handlerType":)"} + (native ? R"("native")" : R"("JS")") + R"(,"query":)" + quoted(definition.query) +
         R"(,"mode":")" + std::string{name_of(definition.mode)} + R"(","enabled":)" + flag(definition.enabled) +
         R"(,"emitEnabled":)" + flag(definition.emits) + R"(,"trackEmittedStreams":)" + flag(definition.tracks_emitted) +
         R"(,"engineVersion":)" + std::to_string(definition.engine) + R"(,"version":)" + std::to_string(definition.version) +
         R"(,"epoch":)" + std::to_string(definition.epoch) + "}";
}

std::optional<projection_definition> read_projection(std::string_view name, std::string_view document) {
  auto members = parse_object(document);
  if (!members)
    return std::nullopt;
  auto query = parse_string(value_of(*members, "query"));
  auto version = parse_integer(value_of(*members, "version")), epoch = parse_integer(value_of(*members, "epoch"));
  if (!query || !version || !epoch)
    return std::nullopt;
  return projection_definition{.name = std::string{name},
                               .query = *std::move(query),
                               .mode = value_of(*members, "mode") == R"("OneTime")" ? projection_mode::one_time
                                                                                    : projection_mode::continuous,
                               .enabled = value_of(*members, "enabled") == "true",
                               .emits = value_of(*members, "emitEnabled") == "true",
                               .tracks_emitted = value_of(*members, "trackEmittedStreams") == "true",
                               .engine = static_cast<int>(parse_integer(value_of(*members, "engineVersion")).value_or(1)),
                               .version = *version,
                               .epoch = *epoch};
}

} // namespace kdb::inline v0::development
