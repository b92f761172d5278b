// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <kdb/export.hpp>
#include <kdb/log.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// A sink for `settings::log` that passes lines to a logger of spdlog, at the level of the line. A program needs spdlog only if it calls
/// this function: `settings.log = kdb::spdlog_sink(spdlog::default_logger());`.
template <class Logger>
log_sink spdlog_sink(std::shared_ptr<Logger> logger) {
  return [logger = std::move(logger)](log_level level, std::string_view text) {
    switch (level) {
      case log_level::debug: logger->debug("{}", text); break;
      case log_level::info: logger->info("{}", text); break;
      case log_level::warning: logger->warn("{}", text); break;
      case log_level::error: logger->error("{}", text); break;
    }
  };
}

} // namespace v0
} // namespace kdb
