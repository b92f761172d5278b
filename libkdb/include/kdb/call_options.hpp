#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <kdb/credentials.hpp>
#include <kdb/export.hpp>

namespace KDB_API kdb {

/// The deadline of calls that have none, neither of their own nor in the settings, where servers are known not to answer: about users,
/// projections and scavenges. Waiting for a node and all tries are within it.
inline constexpr std::chrono::milliseconds silence_limit{30'000};

/// What every operation takes. Unset members mean what the client's settings say.
struct call_options {
  /// How long the operation may take from the moment it is asked for. Bounds appends, reads and management calls; a
  /// subscription's bounds only its start. Must be positive; a hundred years and more mean for ever. Unset: the settings' `default_deadline`,
  /// else none, but for what `silence_limit` bounds.
  std::optional<std::chrono::milliseconds> deadline{};
  /// Replaces the client's own credentials for this call; nothing is merged.
  std::optional<kdb::credentials> credentials{};
  /// Only a leader may serve it. Unset: yes if the client prefers the leader.
  std::optional<bool> requires_leader{};
  /// How often the operation may be tried again where that is safe: reads until their first batch, other requests that change
  /// nothing, writes that had no effect, and appends of unknown outcome with an explicit expected state (the server knows their
  /// events by their ids). With growing pauses, and within the deadline. Unset: the settings' `retry`. Subscriptions resume by
  /// themselves.
  std::optional<std::uint32_t> retry{};
  /// Wait for a node while none is known, until the deadline or the end of the attempts to find one. Off: fail at once with
  /// `unavailable`.
  bool wait_for_node = true;

  friend bool operator==(const call_options&, const call_options&) = default;
};

} // namespace kdb
