// SPDX-License-Identifier: Apache-2.0
#include "actors/client/retrying.hpp"

#include "actors/connection/random_pause.hpp"

namespace kdb::inline v0 {

retrying_state::~retrying_state() {
  if (answer.pending())
    answer.deliver(
      to_caf({.code = errc::closed, .message = "the client was closed before the append succeeded", .outcome_unknown = true}));
}

retrying_actor::behavior_type retrying_state::start(untyped_client given, const retry_plan& options) {
  client = std::move(given);
  plan = options;
  return {
    [this](observed_append& append) -> caf::result<append_result> {
      request = std::move(append.request);
      seen = std::move(append.seen);
      seen.mark(request.events);
      request.options.call.retry = 0;
      answer = self->make_response_promise<append_result>();
      stop = stops.watch(request.options.call.stop);
      try_now();
      return answer;
    },
    [this](const try_again&) { try_now(); },
    [this](stop_due) {
      if (pausing) // A try that is under way notices by itself.
        end(stopped(false));
    },
  };
}

void retrying_state::try_now() {
  pausing = false;
  request.options.call.deadline = plan.budget.left(self->clock().now());
  any_caf::request(self, client, caf::infinite, observed_append{request, seen, true})
    .then(
      [this](const append_result& done) {
        seen.ends();
        answer.deliver(done);
        self->quit();
      },
      [this](const caf::error& cause) { fail(error::from(cause)); });
}

void retrying_state::fail(error error) {
  outcome_unknown |= error.outcome_unknown;
  const auto pause = random_pause(tries + 1);
  if (tries < plan.times && plan.budget.has_room_for(pause, self->clock().now()) &&
      policy::may_retry(error, policy::request_kind::write, plan.idempotent)) {
    ++tries;
    seen.retries(error, pause);
    pausing = true;
    any_caf::send_later(self, pause, try_again{});
    return;
  }
  end(std::move(error));
}

void retrying_state::end(error error) {
  error.outcome_unknown = outcome_unknown; // Of any of the tries.
  seen.ends(error);
  answer.deliver(to_caf(std::move(error)));
  self->quit();
}

retrying_actor::behavior_type retrying(retrying_actor::stateful_pointer<retrying_state> self, untyped_client client,
                                       const retry_plan& plan) {
  return any_caf::state_of(self).start(std::move(client), plan);
}

} // namespace kdb::inline v0
