// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// How important a line of the log is.
enum class log_level : std::uint8_t { debug, info, warning, error };

std::string_view to_string(log_level level);

/// Receives the log lines of the library. Called on a thread of its own, one line at a time: it may block and may close the client. Its
/// exceptions are dropped. If it is too slow, lines are dropped and their number is logged. What it refers to may go when its client has gone.
using log_sink = std::function<void(log_level, std::string_view)>;

} // namespace v0
} // namespace kdb
