// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/logger.hpp"

namespace kdb::test {

/// Whether all fields of a record are documented.
inline bool is_documented(const log_record& record) {
  const auto found = std::ranges::find(policy::all_log_events, record.event, &policy::log_event_about::name);
  const auto named = [&](const attribute& field) {
    return (' ' + std::string{found->fields} + ' ').find(' ' + std::string{field.name} + ' ') != std::string::npos;
  };
  return found != policy::all_log_events.end() && std::ranges::all_of(record.fields, named);
}

/// A log that records its lines from level `info` on.
class heard_log {
public:
  const logger_ptr& log() const { return log_; }

  /// All lines until now, as "level line". Later ones are dropped.
  std::vector<std::string> finish() {
    log_->finish();
    return *lines_;
  }
  /// The same as JSON, each with its event and its fields.
  std::vector<std::string> records() {
    log_->finish();
    return *records_;
  }

private:
  std::shared_ptr<std::vector<std::string>> lines_ = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<std::vector<std::string>> records_ = std::make_shared<std::vector<std::string>>();
  logger_ptr log_ = std::make_shared<const logger>(
    [lines = lines_, records = records_](const log_record& record) {
      lines->push_back(std::string{to_string(record.level)}.append(" ").append(record.text));
      records->push_back(is_documented(record) ? to_json(record) : "not documented: " + to_json(record));
    },
    log_level::info);
};

} // namespace kdb::test
