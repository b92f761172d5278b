// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/logger.hpp"

namespace kdb::test {

/// A log, and what it was told from the level `info` on.
class heard_log {
public:
  const logger_ptr& log() const { return log_; }

  /// All lines until now, as "level line". Later ones are dropped.
  std::vector<std::string> finish() {
    log_->finish();
    return *lines_;
  }

private:
  std::shared_ptr<std::vector<std::string>> lines_ = std::make_shared<std::vector<std::string>>();
  logger_ptr log_ = std::make_shared<const logger>(
    [lines = lines_](log_level level, std::string_view line) {
      lines->push_back(std::string{to_string(level)}.append(" ").append(line));
    },
    log_level::info);
};

} // namespace kdb::test
