// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>
#include <caf/timestamp.hpp>

#include <string>
#include <thread>
#include <utility>

#include <kdb/any_caf.hpp>
#include <kdb/export.hpp>
#include <kdb/log.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// A sink for `settings::log` that passes lines to the logger of an actor system, as the component `kdb`, at the level of the line. The
/// configuration of the system says where they are written. Close the client before the system is destroyed. `line` makes the line of a
/// record, for instance `kdb::to_json` for one with all fields. Null: the line is the text of the record.
inline log_sink caf_sink(caf::actor_system& system, std::string (*line)(const log_record&) = nullptr) {
  return [&system, line](const log_record& record) {
    const auto verbosity = record.level == log_level::debug     ? CAF_LOG_LEVEL_DEBUG
                           : record.level == log_level::info    ? CAF_LOG_LEVEL_INFO
                           : record.level == log_level::warning ? CAF_LOG_LEVEL_WARNING
                                                                : CAF_LOG_LEVEL_ERROR;
    auto text = line ? line(record) : std::string{record.text};
#if KDB_CAF_1
    // CAF writes to the logger of the thread.
    auto* const before = caf::logger::current_logger();
    caf::logger::current_logger(&system);
    caf::logger::log(static_cast<unsigned>(verbosity), "kdb", "{}", text);
    caf::logger::current_logger(before);
#else
    const auto component = caf::atom("kdb");
    if (auto& logger = system.logger(); logger.accepts(verbosity, component))
      logger.log({static_cast<unsigned>(verbosity), 0, component, "kdb", "kdb", "kdb", std::move(text),
                  std::this_thread::get_id(), caf::actor_id{0}, caf::make_timestamp()});
#endif
  };
}

} // namespace v0
} // namespace kdb
