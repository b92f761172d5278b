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

/// How a subscription resumes when its call ends with an error that is not final.
struct resume_options {
  /// The number of attempts within `span`, without an event between them, after which it ends with `connection_lost`; -1: no limit.
  int limit = 30;
  /// The time in which `limit` counts.
  std::chrono::milliseconds span{600'000};
  /// After this time without an item, the client reads the end of the stream, and starts a new call if events are missing. At least 1 s.
  /// Unset: it never does.
  std::optional<std::chrono::milliseconds> watchdog{};
  friend bool operator==(const resume_options&, const resume_options&) = default;
};

/// Options of a subscription to one stream.
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

/// Options of a subscription to $all.
struct subscribe_to_all_options {
  /// Excluded: the first event delivered is the one after it. `all_start` delivers everything.
  all_position from = all_start;
  /// Only events that match are delivered; checkpoints then tell how far the server has looked.
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
  cancelled,         ///< Its owner has cancelled it.
  closed,            ///< The client was closed.
  connection_lost,   ///< The node or the connection to it was lost, and the attempts to resume are used up.
  server_error,      ///< The server ended it, or the server's answer can't be understood.
  not_leader,        ///< The node is not the leader, and only the leader can serve the subscription.
  stream_deleted,    ///< The stream is tombstoned.
  access_denied,     ///< The caller has no right to read this, or has lost it.
  invalid,           ///< The request is invalid and must be changed.
  subscriber_failed, ///< The receiver died, threw, or refused a batch.
  group_gone,        ///< Consumers only: the group does not exist any more.
  group_full,        ///< Consumers only: the group has all the consumers it may have.
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
