// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/gateway.hpp"

#include <utility>

#include "actors/remote/caf_io.hpp"
#include "actors/remote/session.hpp"

namespace kdb::inline v0::remote {

caf::behavior gateway_state::start(gateway_parts given) {
  parts = std::move(given);
  // Without the error of the client: another process may monitor this actor, and CAF can't send an error of ours.
  ends = {self, [this](caf::down_msg&) { self->quit(caf::exit_reason::user_shutdown); }};
  ends.watch(parts.client);
  return any_caf::behavior_with_exit<caf::behavior>(
    self,
    [this](caf::exit_msg& message) {
      if (any_caf::is_local(message, self->system()))
        self->quit(caf::exit_reason::user_shutdown);
    },
    [this](const std::string& bytes) { on_frame(bytes); });
}

void gateway_state::on_frame(const std::string& bytes) {
  const auto sender = caf::actor_cast<caf::actor>(self->current_sender());
  decoder in{bytes};
  const auto header = read_header(in);
  if (!sender || !header)
    return; // Not from a portal.
  if (header->version != protocol_version)
    any_caf::send(self, sender, other_version_frame(header->version));
  else if (header->kind == frame_kind::hello)
    self->spawn(session, session_parts{.client = parts.client,
                                       .gateway = caf::actor{self},
                                       .link = sender,
                                       .accepts_secrets = parts.accepts_secrets});
}

caf::behavior gateway(caf::stateful_actor<gateway_state>* self, gateway_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

} // namespace kdb::inline v0::remote
