#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <kdb/export.hpp>

namespace KDB_API kdb {

enum class log_level : std::uint8_t { debug, info, warning, error };

std::string_view to_string(log_level level);

/// Receives what the library has to say; by default nobody does. Called on one thread of the library that does nothing else, one
/// line at a time: it may block and may close the client, and what it throws is dropped. When it is too slow lines are dropped, and
/// their number is told.
using log_sink = std::function<void(log_level, std::string_view)>;

} // namespace kdb
