// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/link.hpp"

#include <utility>

#include "actors/remote/caf_io.hpp"

namespace kdb::inline v0::remote {

caf::behavior link_state::start(const caf::actor& given_portal, const caf::actor& given_gateway, std::string given_peer) {
  portal = portal_ref{given_portal};
  gateway = given_gateway;
  peer = std::move(given_peer);
  ends = {self, [this, portal_address = given_portal.address()](caf::down_msg& message) {
            if (message.source == portal_address)
              self->quit(caf::exit_reason::user_shutdown);
            else if (!session || message.source == session.address()) // After the beginning only the session counts.
              lost(lost_error(peer, false));
          }};
  ends.watch(given_portal);
  ends.watch(gateway);
  any_caf::send(self, gateway, bare_frame(frame_kind::hello));
  return any_caf::behavior_with_exit<caf::behavior>(
    self,
    [this](caf::exit_msg& message) {
      if (any_caf::is_local(message, self->system()))
        self->quit(caf::exit_reason::user_shutdown);
    },
    [this](std::string& bytes) { on_frame(bytes); },
    [this](send_frame& frame) {
      if (session)
        any_caf::send(self, session, std::move(frame.bytes));
    });
}

void link_state::on_frame(std::string& bytes) {
  decoder in{bytes};
  const auto header = read_header(in);
  if (!header)
    return; // Not of a session.
  if (header->version != protocol_version || header->kind == frame_kind::other_version) {
    lost(other_version_error(header->version, peer));
    return;
  }
  if (header->kind == frame_kind::welcome) {
    if (session)
      return;
    session = caf::actor_cast<caf::actor>(self->current_sender());
    ends.watch(session);
    portal.tell(portal_opened{});
    return;
  }
  if (header->kind == frame_kind::farewell) {
    lost(content_as<error>(bytes).value_or(bad_frame_error("the farewell of " + peer)));
    return;
  }
  portal.tell(frame_arrived{header->kind, header->id, std::move(bytes)});
}

void link_state::lost(error cause) {
  portal.tell(session_lost{std::move(cause)});
  self->quit(caf::exit_reason::user_shutdown);
}

caf::behavior link(caf::stateful_actor<link_state>* self, const caf::actor& portal, const caf::actor& gateway, std::string peer) {
  return any_caf::state_of(self).start(portal, gateway, std::move(peer));
}

} // namespace kdb::inline v0::remote
