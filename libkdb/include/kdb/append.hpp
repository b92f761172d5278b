// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/error.hpp>
#include <kdb/event.hpp>
#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/stream_state.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Options of an append.
struct append_options {
  call_options call{};
};

/// The place of the events that an append has written. For a retry that the server recognized, the place where they were written the
/// first time.
struct append_result {
  /// The revision of the last event of the stream after the append. Unset if the append and the stream have no events.
  std::optional<stream_revision> revision{};
  /// The position of the last event written. Unset if the server does not know it any more.
  std::optional<log_position> position{};
  friend bool operator==(const append_result&, const append_result&) = default;
};

std::string to_string(const append_result& done);

// -- in parts: not atomic ------------------------------------------------------------

/// Options of an append in parts.
struct append_in_parts_options {
  /// The maximum size of a part, in bytes of data, metadata and types. An event above that is a part of its own. At least 1.
  std::uint64_t part_bytes = 1 << 20;
  /// The options of each part: the deadline bounds one part, not the whole list.
  call_options call{};
};

/// How far an append in parts came. Check `complete()`: it may have written only the first parts.
struct [[nodiscard]] append_in_parts_result {
  /// The number of events, from the front of the list, that are certainly written.
  std::size_t events = 0;
  /// The number of appends that wrote them.
  std::size_t parts = 0;
  /// The result of the last of these appends.
  append_result last{};
  /// The error of the part that failed. With `outcome_unknown` that part may be written too; nothing after it is.
  std::optional<error> stopped{};

  /// Whether all parts are written.
  bool complete() const { return !stopped; }
};

/// "N events in M parts", and why not all.
std::string to_string(const append_in_parts_result& done);

// -- requests ------------------------------------------------------------------------

/// Appends all events to one stream, atomically. Without events it only checks the expected state.
struct append_to_stream {
  using answer = append_result;
  std::string stream;
  stream_state expected = stream_state::any;
  std::vector<new_event> events{};
  append_options options{};
};

/// Appends a long list of events as several appends, one after the other. Not atomic: it stops at the first part that fails, and the
/// parts before it stay written. The answer is always a value, which says how far it came. With `no_stream` or a revision as the expected
/// state, each part expects the state that the part before it left, and a retry of the whole list with the same options is safe. With
/// `any` or `exists` other writers can write in between.
struct append_in_parts {
  using answer = append_in_parts_result;
  std::string stream;
  stream_state expected = stream_state::any;
  std::vector<new_event> events{};
  append_in_parts_options options{};
};

} // namespace v0
} // namespace kdb
