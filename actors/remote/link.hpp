// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <string>

#include "actors/remote/messages.hpp"

namespace kdb::inline v0::remote {

/// The only actor of a portal that the other process knows. It ends without an error of ours, because CAF tells its end to that process and
/// can't send one.
struct link_state {
  static inline const char* name = "kdb.link";

  explicit link_state(caf::event_based_actor* owner) : self{owner} {}

  caf::behavior start(const caf::actor& portal, const caf::actor& gateway, std::string peer);

  void on_frame(std::string& bytes);
  void lost(error cause);

  caf::event_based_actor* self;
  any_caf::monitoring ends;
  portal_ref portal;
  caf::actor gateway;
  caf::actor session; // Null before it says welcome.
  std::string peer;   // For errors.
};

caf::behavior link(caf::stateful_actor<link_state>* self, const caf::actor& portal, const caf::actor& gateway, std::string peer);

} // namespace kdb::inline v0::remote
