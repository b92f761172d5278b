#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <vector>

#include <connection_steps.hpp>
#include <kdb/settings.hpp>
#include <logger.hpp>
#include <protocol.hpp>

namespace kdb {

/// Makes the transport to a node. Does not connect yet.
using transport_factory = std::function<std::shared_ptr<rpc::transport>(const endpoint&)>;

/// Which node now: asks the discovery for candidates, asks candidates what they offer, and answers those who wait. It holds the one
/// place for decisions about the node; data never pass through it.
struct connection_state {
  static inline const char* name = "kdb.connection";

  explicit connection_state(connection_actor::pointer owner) : self{owner} {}
  /// Answers those who still wait.
  ~connection_state();

  connection_actor::behavior_type start(settings how, discovery_actor discovery, transport_factory factory, logger_ptr log);

  caf::result<node_ptr> get();
  void advance(connecting::event what);

  // Effects.
  void perform(connecting::discover what);
  void perform(connecting::probe what);
  void perform(connecting::wait what);
  void perform(connecting::answer what);
  void perform(connecting::refuse what);

  connection_actor::pointer self;
  settings how;
  discovery_actor discovery;
  transport_factory factory;
  logger_ptr log;
  connecting::steps machine{{}};
  std::vector<caf::typed_response_promise<node_ptr>> waiting;
  std::unique_ptr<rpc::call> probing; // Gone with the actor: then the probe is cancelled.
};

connection_actor::behavior_type connection(connection_actor::stateful_pointer<connection_state> self, settings how,
                                           discovery_actor discovery, transport_factory factory, logger_ptr log);

} // namespace kdb
