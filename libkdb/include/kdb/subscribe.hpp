// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <kdb/call_options.hpp>
#include <kdb/error.hpp>
#include <kdb/export.hpp>
#include <kdb/filter.hpp>
#include <kdb/position.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// How a subscription resumes when its call breaks off with an error that is not final.
struct resume_options {
  /// Attempts without an event between them, within `span`, before it ends with `connection_lost`; -1: no limit.
  int limit = 30;
  /// The time in which `limit` counts.
  std::chrono::milliseconds span{600'000};
  /// After this time without an item, compare with the end of the stream, and start a new call if events are missing. Unset: no
  /// comparison. At least 1 s.
  std::optional<std::chrono::milliseconds> watchdog{};
  friend bool operator==(const resume_options&, const resume_options&) = default;
};

/// How to follow one stream.
struct subscribe_to_stream_options {
  /// Excluded: the first event delivered is the one after it. `stream_start` delivers everything.
  stream_position from = stream_start;
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  resume_options resume{};
  /// Warn in the log when the subscriber takes longer than this for a batch.
  std::chrono::milliseconds slow_after{30'000};
  /// Its deadline bounds the start, until the server confirms.
  call_options call{};
};

/// How to follow $all.
struct subscribe_to_all_options {
  /// Excluded: the first event delivered is the one after it. `all_start` delivers everything.
  all_position from = all_start;
  /// Only what matches; then checkpoints tell how far the server has looked.
  std::optional<event_filter> filter{};
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  resume_options resume{};
  /// Warn in the log when the subscriber takes longer than this for a batch.
  std::chrono::milliseconds slow_after{30'000};
  /// Its deadline bounds the start, until the server confirms.
  call_options call{};
};

/// Why a subscription has ended.
enum class end_reason : std::uint8_t {
  cancelled,         ///< By its owner.
  closed,            ///< The client was closed.
  connection_lost,   ///< The node or the way to it was lost, and the budget for resuming is used up.
  server_error,      ///< The server ended it, or what it said can't be understood.
  not_leader,        ///< The node is not the leader, and only the leader would do.
  stream_deleted,    ///< The stream is tombstoned.
  access_denied,     ///< The caller may not, or may no longer, read this.
  invalid,           ///< The request can't be served at all: it has to be changed.
  subscriber_failed, ///< The receiver died, threw, or refused a batch.
  group_gone,        ///< Of a consumer: its group does not exist any more.
  group_full,        ///< Of a consumer: its group has all the consumers it may have.
};

std::string_view to_string(end_reason reason);

/// The last event that a subscription delivered: the revision for a stream, the position for $all; nothing before the first event.
using last_delivered = std::variant<std::monostate, stream_revision, log_position>;

/// "revision N", "position C/P" or "nothing".
std::string to_string(const last_delivered& last);

/// The end of a subscription. Delivered once; nothing is delivered after it.
struct subscription_ended {
  /// Why it has ended.
  end_reason reason = end_reason::closed;
  /// Unset after `cancelled` and `closed`.
  std::optional<error> cause{};
  /// "host:port" of the node that served it last; empty before the first.
  std::string node{};
  last_delivered last{}; ///< The last event that was delivered.
};

std::string to_string(const subscription_ended& end);

} // namespace v0
} // namespace kdb
