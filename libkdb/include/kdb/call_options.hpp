// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <kdb/credentials.hpp>
#include <kdb/export.hpp>
#include <kdb/span_context.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The deadline of calls about users, projections and scavenges without a deadline of their own or in the settings, because some servers
/// never answer them. It includes the wait for a node and all retries.
inline constexpr std::chrono::milliseconds silence_limit{30'000};

/// A header that is sent with a call, for a proxy or a gateway between the client and the server.
struct header {
  /// Lower-case letters, digits, `-`, `_` and `.`; not one that the client or gRPC sends itself.
  std::string name;
  /// Printable ASCII, without a space at either end. Any bytes if the name ends with `-bin`.
  std::string value;
  friend bool operator==(const header&, const header&) = default;
};

/// Options of every operation. Unset members take the value of the client's settings.
struct call_options {
  /// How long the operation may take from the moment it is asked for. Bounds appends, reads and management calls; a
  /// subscription's bounds only its start. Must be positive; a hundred years and more mean no limit. Unset: the settings' `default_deadline`,
  /// else none, but for what `silence_limit` bounds.
  std::optional<std::chrono::milliseconds> deadline{};
  /// Replaces the client's own credentials for this call; nothing is merged.
  std::optional<kdb::credentials> credentials{};
  /// Only a leader may serve it. Unset: yes if the client prefers the leader.
  std::optional<bool> requires_leader{};
  /// How often the operation may be retried where that is safe: reads until their first batch, other requests that change
  /// nothing, writes that had no effect, and appends of unknown outcome with an explicit expected state (the server knows their
  /// events by their ids). With growing pauses, and within the deadline. Unset: the settings' `retry`. Subscriptions resume by
  /// themselves.
  std::optional<std::uint32_t> retry{};
  /// Wait for a node while none is known, until the deadline or the end of the attempts to find one. Off: fail at once with
  /// `unavailable`.
  bool wait_for_node = true;
  /// Ends the operation when its source is asked to stop, from any thread: the operation fails with `cancelled` at once, and
  /// `outcome_unknown` says whether a write may have happened. Reads, subscriptions and consumers end like those that are cancelled. Unset:
  /// nothing stops it.
  std::stop_token stop{};
  /// Headers of this call, besides those of the settings. Never logged. An append with headers has a call of its own, which is slower than
  /// sharing one.
  std::vector<header> headers{};
  /// The span in which the operation is asked for, if there is a tracer. Unset: what the tracer calls current on the thread that asks a
  /// blocking or an Asio client; none for a request to a `client_actor`.
  std::optional<span_context> trace_parent{};

  friend bool operator==(const call_options&, const call_options&) = default;
};

} // namespace v0
} // namespace kdb
