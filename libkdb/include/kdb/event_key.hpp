// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include <kdb/event.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Returns the key of an event; events with the same key are processed in order. May be called on any thread; must not throw.
using event_key = std::function<std::string(const resolved_event&)>;

/// The stream of the event. For a resolved link it is the stream of the target, for a broken link the stream of the link.
std::string key_by_stream(const resolved_event& event);

/// The string `$correlationId` in the event's JSON metadata. An event without one has its stream as key, in a form that no correlation id
/// has.
std::string key_by_correlation(const resolved_event& event);

} // namespace v0
} // namespace kdb
