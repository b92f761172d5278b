// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "actors/remote/messages.hpp"

namespace kdb::inline v0::remote {

/// What a publication accepts.
struct gateway_parts {
  caf::actor client;
  bool accepts_secrets = false; ///< Over TLS, or because clear text is allowed.
};

/// The actor that is published. Starts a session for each portal, and ends with the client.
struct gateway_state {
  static inline const char* name = "kdb.gateway";

  explicit gateway_state(caf::event_based_actor* owner) : self{owner} {}
  /// Ends the sessions.
  ~gateway_state();

  caf::behavior start(gateway_parts parts);
  void on_frame(const std::string& bytes);
  void end(error cause);

  caf::event_based_actor* self;
  any_caf::monitoring ends;
  gateway_parts parts;
  std::vector<caf::weak_actor_ptr> sessions; // Some of them may have ended.
  error cause{.code = errc::closed, .message = "the publication of the client was stopped"};
};

caf::behavior gateway(caf::stateful_actor<gateway_state>* self, gateway_parts parts);

} // namespace kdb::inline v0::remote
