// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/outage.hpp"

#include <string>

namespace kdb::inline v0 {

void log_lost(const logger* log, incident& outage, std::string_view name, const error& cause) {
  if (const auto level = outage.failed(log_level::info); log && log->wants(level))
    (*log)(level, std::string{name} + " was lost, and resumes: " + to_string(cause));
}

void log_resumed(const logger* log, incident& outage, std::string_view name, const endpoint& where) {
  if (const auto failures = outage.over(); failures > 0 && log && log->wants(log_level::info))
    (*log)(log_level::info, std::string{name} + " has resumed on " + to_string(where) + after_failed_attempts(failures - 1));
}

} // namespace kdb::inline v0
