// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kdb/attribute.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The level of a log line.
enum class log_level : std::uint8_t { debug, info, warning, error };

std::string_view to_string(log_level level);

/// A line of the log: a sentence for people, and the same as an event with fields for programs. Its texts are valid only during the call that
/// passes it. It contains no credentials and no payloads.
struct log_record {
  log_level level = log_level::info; ///< How serious it is.
  /// What happened, such as `connection.lost`. docs/guide/logging.md lists all events and their fields. Names do not change.
  std::string_view event{};
  std::string_view text{};             ///< One sentence. Its words may change.
  std::span<const attribute> fields{}; ///< Such as `server.address` and `error.type`; those that are known.
};

/// The record as a JSON object in one line, without a line break: `level`, `event`, `text`, and each field under its name. Bytes that
/// are not UTF-8 are replaced.
std::string to_json(const log_record& record);

/// Receives the log of the library: a function of a `log_record`, or of a level and a text. Called on a thread of its own, one line at a
/// time, so it may block and may close the client. Its exceptions are dropped. If it is too slow, lines are dropped and their number
/// is logged. Objects that it uses must live until the client has ended, see docs/guide/closing.md.
class log_sink {
public:
  /// Receives nothing.
  log_sink() = default;

  /// Calls the function with each record.
  template <std::invocable<const log_record&> Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, log_sink>)
  log_sink(Function&& function) : receive_{std::forward<Function>(function)} {}

  /// Calls the function with the level and the text of each record.
  template <std::invocable<log_level, std::string_view> Function>
  log_sink(Function&& function)
    : receive_{[function = std::forward<Function>(function)](const log_record& record) mutable {
        function(record.level, record.text);
      }} {}

  /// Whether it receives something.
  explicit operator bool() const { return static_cast<bool>(receive_); }
  /// Passes a record on.
  void operator()(const log_record& record) const { receive_(record); }

private:
  std::function<void(const log_record&)> receive_;
};

} // namespace v0
} // namespace kdb
