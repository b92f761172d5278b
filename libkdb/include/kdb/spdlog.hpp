// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <kdb/export.hpp>
#include <kdb/log.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// A sink for `settings::log` that passes lines to a logger of spdlog, at the level of the line. A program needs spdlog only if it calls
/// this function: `settings.log = kdb::spdlog_sink(spdlog::default_logger());`. `line` makes the line of a record, for instance
/// `kdb::to_json` for one with all fields. Null: the line is the text of the record.
template <class Logger>
log_sink spdlog_sink(std::shared_ptr<Logger> logger, std::string (*line)(const log_record&) = nullptr) {
  return [logger = std::move(logger), line](const log_record& record) {
    const auto text = line ? line(record) : std::string{record.text};
    switch (record.level) {
      case log_level::debug: logger->debug("{}", text); break;
      case log_level::info: logger->info("{}", text); break;
      case log_level::warning: logger->warn("{}", text); break;
      case log_level::error: logger->error("{}", text); break;
    }
  };
}

} // namespace v0
} // namespace kdb
