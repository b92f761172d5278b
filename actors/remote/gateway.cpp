// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/gateway.hpp"

#include <utility>

#include "actors/remote/caf_io.hpp"
#include "actors/remote/session.hpp"

namespace kdb::inline v0::remote {

gateway_state::~gateway_state() {
  for (const auto& each : sessions)
    if (const auto alive = each.lock())
      any_caf::anon_send(caf::actor_cast<caf::actor>(alive), gateway_over{cause});
}

caf::behavior gateway_state::start(gateway_parts given) {
  parts = std::move(given);
  ends = {self, [this](caf::down_msg& message) {
            end({.code = errc::closed, .message = "the published client has ended: " + error::from(message.reason).message});
          }};
  ends.watch(parts.client);
  return any_caf::behavior_with_exit<caf::behavior>(
    self,
    [this](caf::exit_msg& message) {
      if (any_caf::is_local(message, self->system()))
        end(std::move(cause));
    },
    [this](const std::string& bytes) { on_frame(bytes); });
}

void gateway_state::end(error reason) {
  cause = std::move(reason);
  // Without the error: another process may monitor this actor, and CAF can't send one of ours.
  self->quit(caf::exit_reason::user_shutdown);
}

void gateway_state::on_frame(const std::string& bytes) {
  const auto sender = caf::actor_cast<caf::actor>(self->current_sender());
  decoder in{bytes};
  const auto header = read_header(in);
  if (!sender || !header)
    return; // Not from a portal.
  if (header->version != protocol_version)
    any_caf::send(self, sender, other_version_frame(header->version));
  if (header->version != protocol_version || header->kind != frame_kind::hello)
    return;
  std::erase_if(sessions, [](const caf::weak_actor_ptr& each) { return !each.lock(); });
  const caf::actor begun =
    self->spawn(session, session_parts{.client = parts.client, .link = sender, .accepts_secrets = parts.accepts_secrets});
  sessions.push_back(caf::actor_cast<caf::weak_actor_ptr>(begun));
}

caf::behavior gateway(caf::stateful_actor<gateway_state>* self, gateway_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

} // namespace kdb::inline v0::remote
