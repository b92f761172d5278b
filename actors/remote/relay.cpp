// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/relay.hpp"

#include <utility>

namespace kdb::inline v0::remote {

caf::behavior relay_state::start(std::uint64_t given_id, const caf::actor& given_session) {
  id = given_id;
  session = given_session;
  return {
    [this](const event_batch& batch) { return on_batch(batch); },
    [this](const consumer_batch& batch) { return on_consumed(batch); },
    [this](subscription_ended& end) { on_ended(end); },
    [this](const connection_change& change) {
      any_caf::send(self, session, send_frame{make_frame(frame_kind::change, id, change)});
    },
    [this](const frame_arrived& frame) { on_frame(frame); },
  };
}

caf::result<void> relay_state::on_batch(const event_batch& batch) {
  any_caf::send(self, session, send_frame{make_frame(frame_kind::batch, id, batch)});
  if (++ahead < batches_ahead)
    return caf::unit;
  waiting = self->make_response_promise();
  return caf::delegated<void>{};
}

caf::result<batch_outcomes> relay_state::on_consumed(const consumer_batch& batch) {
  any_caf::send(self, session, send_frame{make_frame(frame_kind::batch, id, batch)});
  consumes = true;
  waiting = self->make_response_promise();
  return caf::delegated<batch_outcomes>{};
}

void relay_state::on_ended(subscription_ended& end) {
  if (failure) { // It was cancelled for that.
    end.reason = end_reason::subscriber_failed;
    end.cause = std::move(failure);
  }
  any_caf::send(self, session, send_frame{make_frame(frame_kind::ended, id, end)});
  any_caf::send(self, session, stream_over{id});
  self->quit();
}

void relay_state::on_frame(const frame_arrived& frame) {
  switch (frame.kind) {
    case frame_kind::taken:
      ahead -= ahead > 0 ? 1 : 0;
      if (waiting.pending())
        any_caf::deliver_nothing(waiting);
      return;
    case frame_kind::outcomes:
      if (!waiting.pending())
        return;
      if (auto outcomes = content_as<batch_outcomes>(frame.bytes))
        waiting.deliver(std::move(*outcomes));
      else
        waiting.deliver(to_caf(bad_frame_error("the outcomes of a batch")));
      return;
    case frame_kind::refused: {
      auto cause = content_as<error>(frame.bytes).value_or(bad_frame_error("the error of a subscriber"));
      if (consumes && waiting.pending())
        waiting.deliver(to_caf(std::move(cause))); // The consumer goes on.
      else if (!consumes)
        failure = std::move(cause); // The session cancels the subscription.
      return;
    }
    default: return;
  }
}

caf::behavior relay(caf::stateful_actor<relay_state>* self, std::uint64_t id, const caf::actor& session) {
  return any_caf::state_of(self).start(id, session);
}

} // namespace kdb::inline v0::remote
