// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <kdb/connected.hpp>
#include <kdb/error.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// An attempt to find a node has failed, or the one in use was lost.
struct reconnecting {
  /// The number of the attempt in its discovery round; 0 when the node in use was lost.
  unsigned attempt = 0;
  /// The error of the attempt, or the error by which the node was lost.
  error why{};
  /// The time until the next attempt. After the last attempt of a round, the next attempt begins with the next request.
  std::chrono::milliseconds next{};
};

/// The client has closed. The last change.
struct client_closed {
  /// Unset if the client was closed on request.
  std::optional<error> cause{};
};

/// A change of a client's connection, for observers.
using connection_change = std::variant<connected, reconnecting, client_closed>;

/// Receives the changes of a connection; see `settings::on_change`.
using change_sink = std::function<void(const connection_change&)>;

/// For logs: "connected to host:port", for instance.
std::string to_string(const connection_change& change);

/// The phase of a client's connection.
enum class client_phase : std::uint8_t {
  idle,       ///< No node, and no request needs one.
  connecting, ///< Looking for a node.
  connected,  ///< A node is in use.
  closed,     ///< Closed. It can't be used again.
};

std::string_view to_string(client_phase phase);

/// The state of a client.
struct client_status {
  /// The phase of the connection.
  client_phase phase = client_phase::idle;
  /// The node in use, if any.
  std::optional<connected> node{};
  std::size_t connections = 0; ///< HTTP/2 connections to that node.
  std::size_t streams = 0;     ///< Calls that run on these connections.
  /// The reason why there is no node: the last failed attempt, or the loss of the last node. Unset while a node is in use.
  std::optional<reconnecting> trouble{};
};

/// One line with the phase, and with the node or the reason why there is none.
std::string to_string(const client_status& status);

/// The health of a client, for the probes of an orchestrator.
struct client_health {
  /// Liveness: false only if the client has closed and will not work again.
  bool live = false;
  /// Readiness: whether a node is in use, or none was needed yet.
  bool ready = false;
  /// The reason, as by `to_string(client_status)`.
  std::string reason{};
  friend bool operator==(const client_health&, const client_health&) = default;
};

/// Returns the health that a status stands for.
client_health health_of(const client_status& status);

// -- requests ------------------------------------------------------------------------

/// Waits until a node is in use. Connects if there is none.
struct wait_connected {
  using answer = connected;
  /// Fails with `deadline_exceeded` after this time. Must be positive.
  std::chrono::milliseconds timeout{10'000};
};

/// Returns the state of the client at this moment.
struct get_status {
  using answer = client_status;
};

/// Returns whether the client is live and ready. If the client found no node and has stopped looking, this makes it look again, so that
/// it becomes ready even without other requests.
struct get_health {
  using answer = client_health;
};

} // namespace v0
} // namespace kdb
