// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "actors/connection/steps.hpp"
#include "actors/runtime/incident.hpp"
#include "actors/runtime/logger.hpp"
#include "actors/runtime/own_credentials.hpp"
#include "actors/runtime/protocol.hpp"
#include "libkdb/policy/silence.hpp"
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// What a connection is made of.
struct connection_parts {
  kdb::settings settings;
  discovery_actor discovery;
  transport_factory transports;
  logger_ptr log;
  own_credentials_ptr credentials;
  /// The keeper of provided credentials; null if there is no provider.
  credentials_keeper_actor keeper;
  /// Called with every change, on the connection's actor.
  std::function<void(const connection_change&)> announce;
  /// Checks the thread of the transports. Returns true if the connections were given up, and with them the node. Empty: there is
  /// no such thread, and silent nodes are not detected.
  std::function<bool()> relieve{};
  /// Number of earlier connections of the client. Their generations are stale.
  std::uint32_t predecessors = 0;
  signals_ptr signals{};
};

/// Chooses the node in use: asks the discovery for candidates, asks candidates for their features, and answers the waiting
/// requests. Decisions about the node are made only here; data never passes through this actor.
struct connection_state {
  static inline const char* name = "kdb.connection";

  explicit connection_state(connection_self::pointer owner) : self{owner} {}
  /// Answers those who still wait.
  ~connection_state();

  connection_self::behavior_type start(connection_parts parts);

  caf::result<node_ptr> on_get_node(const get_node& request);
  client_status status() const;
  void advance(connecting::event event);
  void look_for_node(connecting::discover effect);
  void look_after_engine();
  void listen_to_node();
  void report_load();
  void log_change(const connection_change& change);
  /// Requests other credentials if these were refused and a keeper exists.
  void note_if_refused(const error& cause);

  // Effects.
  void perform(connecting::discover effect);
  void perform(connecting::probe effect);
  void perform(connecting::wait effect);
  void perform(connecting::check effect);
  void perform(const connecting::ask_another& effect);
  void perform(const connecting::abandon& effect);
  void perform(connecting::answer effect);
  void perform(connecting::refuse effect);
  void perform(connecting::announce effect);

  connection_self::pointer self;
  connection_parts parts;
  std::minstd_rand random{std::random_device{}()};
  connecting::steps machine{{}};
  std::vector<caf::typed_response_promise<node_ptr>> waiting;
  std::unique_ptr<rpc::call> probing;  // Gone with the actor: then the probe is cancelled.
  std::unique_ptr<rpc::call> checking; // Likewise.
  /// The node that was probed last: the one in use, if there is one.
  struct heard_node {
    kdb::generation generation{};
    std::shared_ptr<rpc::transport> calls;
    policy::silence quiet{};
  };
  std::optional<heard_node> listened_to;
  std::optional<reconnecting> trouble; // Since there was a node.
  unsigned failed_attempts = 0;        // Likewise.
  incident rounds;                     // That have found none, likewise.
  level connections_level, calls_level, held_level;
};

connection_self::behavior_type connection(connection_self::stateful_pointer<connection_state> self, connection_parts parts);

} // namespace kdb::inline v0
