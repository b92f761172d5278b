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
  /// Counts within one round of attempts; 0 when a node was lost just now.
  unsigned attempt = 0;
  /// The failure of the attempt, or of the node.
  error why{};
  /// When the next attempt begins. After the last attempt of a round it begins with the next request.
  std::chrono::milliseconds next{};
};

/// The client has closed. The last change.
struct client_closed {
  /// Unset if the client was closed on request.
  std::optional<error> cause{};
};

/// A change of a client's connection, for observers.
using connection_change = std::variant<connected, reconnecting, client_closed>;

/// Receives the changes of a connection, see `settings::on_change`.
using change_sink = std::function<void(const connection_change&)>;

/// For logs: "connected to host:port", for instance.
std::string to_string(const connection_change& change);

/// The phase of a client's connection.
enum class client_phase : std::uint8_t {
  idle,       ///< No node, and no request needs one.
  connecting, ///< Looking for a node.
  connected,  ///< A node is in use.
  closed,     ///< For good.
};

std::string_view to_string(client_phase phase);

/// The state of a client.
struct client_status {
  /// What the connection is doing.
  client_phase phase = client_phase::idle;
  /// The node in use, if any.
  std::optional<connected> node{};
  std::size_t connections = 0; ///< HTTP/2 connections to that node.
  std::size_t streams = 0;     ///< Calls under way on them.
  /// Why there is no node: the last attempt that has failed, or the loss of the last node. Unset while a node is in use.
  std::optional<reconnecting> trouble{};
};

/// One line: the phase, the node, and why there is none.
std::string to_string(const client_status& status);

/// Answers for the probes of an orchestrator.
struct client_health {
  /// Whether the process should go on: false only when the client has closed, and will not work again.
  bool live = false;
  /// Whether requests can be served: a node is in use, or none was needed yet.
  bool ready = false;
  /// Why: the line of the status.
  std::string reason{};
  friend bool operator==(const client_health&, const client_health&) = default;
};

/// What a status means for the probes of an orchestrator.
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

/// Returns whether the client is live and ready. A client that is idle because it found no node looks for one again, so that it becomes
/// ready also when nobody sends it other requests.
struct get_health {
  using answer = client_health;
};

} // namespace v0
} // namespace kdb
