#pragma once

#include <functional>
#include <string>

#include <kdb/event.hpp>
#include <kdb/export.hpp>

namespace KDB_API kdb {

/// Tells which events belong together: those with the same key. Called on whatever thread deals with the event; must not throw.
using event_key = std::function<std::string(const resolved_event&)>;

/// The stream in which the event stands; of a resolved link that of the event. A broken link belongs to its own stream.
std::string key_by_stream(const resolved_event& event);

/// The string `$correlationId` in the event's JSON metadata; of events without one the stream, in a key that is no correlation's.
std::string key_by_correlation(const resolved_event& event);

} // namespace kdb
