// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <kdb/call_options.hpp>
#include <kdb/event_list.hpp>
#include <kdb/export.hpp>
#include <kdb/filter.hpp>
#include <kdb/position.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The order in which events are read.
enum class direction : std::uint8_t { forwards, backwards };
/// From the oldest to the newest.
inline constexpr direction forwards = direction::forwards;
/// From the newest to the oldest.
inline constexpr direction backwards = direction::backwards;

std::string_view to_string(direction where);

/// No limit: reads all events.
inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// How to read one stream.
struct read_stream_options {
  kdb::direction direction = forwards;
  /// Included. Unset: the start forwards, the end backwards.
  std::optional<stream_position> from{};
  /// At most that many events; at least 1.
  std::uint64_t limit = no_limit;
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  call_options call{};
};

/// How to read $all.
struct read_all_options {
  kdb::direction direction = forwards;
  /// Included forwards, excluded backwards. Unset: the start forwards, the end backwards.
  std::optional<all_position> from{};
  /// Only the events that match. If few events match, the first one may take long: set a deadline.
  std::optional<event_filter> filter{};
  /// At most that many events; at least 1.
  std::uint64_t limit = no_limit;
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  call_options call{};
};

/// Options of `get_commit_position`.
struct commit_position_options {
  /// Which events count. By default all except system events, whose type begins with `$`. Reset it to count all events.
  std::optional<event_filter> filter = event_filter::exclude_system_events();
  call_options call{};
};

// -- requests ------------------------------------------------------------------------

/// Reads one stream to its end and keeps all events in memory: for short streams. Above `max_bytes` it fails with `read_too_large`.
struct read_stream_to_end {
  using answer = event_list;
  std::string stream;
  read_stream_options options{};
  std::uint64_t max_bytes = default_read_bytes; ///< The limit of memory.
};

/// Returns the position of the last event in $all, by default of the last one that is not a system event. Without such an event it
/// returns 0/0.
struct get_commit_position {
  using answer = log_position;
  commit_position_options options{};
};

/// Returns the revision of the last event of a stream, or no value if the stream does not exist or is soft-deleted.
struct get_current_version {
  using answer = std::optional<stream_revision>;
  std::string stream;
  call_options call{};
};

} // namespace v0
} // namespace kdb
