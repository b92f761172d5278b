// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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
  /// Lower-case letters, digits, `-`, `_` and `.`. Must not be a header that the client or gRPC sends itself.
  std::string name;
  /// Printable ASCII, without a space at either end. Any bytes if the name ends with `-bin`.
  std::string value;
  friend bool operator==(const header&, const header&) = default;
};

/// Supplies headers that change, such as a token of a gateway that expires, for `settings::header_provider`. Called on the threads of the
/// client, by several at once, when a call begins: it must not block, so it returns what the program has renewed elsewhere. A client that
/// ends does not wait for it: it must own the objects that it uses.
using header_provider = std::function<std::vector<header>()>;

/// Options of every operation. Unset members take the value of the client's settings.
struct call_options {
  /// How long the operation may take, counted from the request. Bounds appends, reads and management calls; of a subscription it bounds
  /// only the start. Must be positive; a hundred years or more mean no limit. Unset: `settings::default_deadline`, else none, except for
  /// the calls that `silence_limit` bounds.
  std::optional<std::chrono::milliseconds> deadline{};
  /// Replaces the client's own credentials for this call; nothing is merged.
  std::optional<kdb::credentials> credentials{};
  /// Whether only the leader may serve the call. Unset: true if the client prefers the leader.
  std::optional<bool> requires_leader{};
  /// How often the operation may be retried where that is safe: reads until their first batch, other requests that change nothing, writes
  /// that certainly had no effect, and appends with an unknown outcome and an explicit expected state (the server deduplicates their
  /// events by their ids). Retries have growing pauses and end at the deadline. Unset: `settings::retry`. Subscriptions resume by
  /// themselves.
  std::optional<std::uint32_t> retry{};
  /// Whether the operation waits while no node is known, until the deadline or the end of the discovery round. If not, it fails at once
  /// with `unavailable`.
  bool wait_for_node = true;
  /// Ends the operation when a stop is requested on its source, from any thread. The operation then fails with `cancelled` at once, and
  /// `outcome_unknown` says whether a write may have happened. Reads, subscriptions and consumers end as by `cancel`. Default: it can't
  /// be stopped.
  std::stop_token stop{};
  /// Headers of this call, besides those of the settings. Never logged. An append with headers has a call of its own, which is slower than
  /// sharing one.
  std::vector<header> headers{};
  /// The parent of the operation's span, if there is a tracer. Unset: `tracer::current()` of the calling thread for the blocking and the
  /// Asio client, and none for a request to a `client_actor`.
  std::optional<span_context> trace_parent{};

  friend bool operator==(const call_options&, const call_options&) = default;
};

} // namespace v0
} // namespace kdb
