// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The level of a log line.
enum class log_level : std::uint8_t { debug, info, warning, error };

std::string_view to_string(log_level level);

/// Receives the log lines of the library. Called on a thread of its own, one line at a time, so it may block and may close the client.
/// Its exceptions are dropped. If it is too slow, lines are dropped and their number is logged. Objects that it uses must live until the
/// client has ended, see docs/guide/closing.md.
using log_sink = std::function<void(log_level, std::string_view)>;

} // namespace v0
} // namespace kdb
