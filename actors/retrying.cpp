#include <retrying.hpp>

#include <random_pause.hpp>

namespace kdb {

retrying_state::~retrying_state() {
  if (asker.pending())
    asker.deliver(to_caf({.code = errc::closed,
                          .message = "the client was closed before the request succeeded",
                          .outcome_unknown = plan.kind == policy::request_kind::write}));
}

caf::behavior retrying_state::start(attempt what, const retry_plan& how) {
  send = std::move(what);
  plan = how;
  return {
    [this](const try_it&) {
      asker = self->make_response_promise();
      try_now();
      return asker;
    },
    [this](const try_again&) { try_now(); },
  };
}

void retrying_state::try_now() {
  send(*this, plan.budget.left(self->clock().now()));
}

void retrying_state::succeed(caf::message answer) {
  asker.deliver(std::move(answer));
  self->quit();
}

void retrying_state::fail(error why) {
  unknown = unknown || why.outcome_unknown;
  const auto pause = random_pause(tries + 1);
  const auto in_time = !plan.budget.limited() || *plan.budget.left(self->clock().now()) > pause;
  if (tries < plan.times && in_time && policy::may_retry(why, plan.kind, plan.idempotent)) {
    ++tries;
    self->delayed_send(self, pause, try_again{});
    return;
  }
  why.outcome_unknown = unknown; // Of any of the tries.
  asker.deliver(to_caf(std::move(why)));
  self->quit();
}

caf::behavior retrying(caf::stateful_actor<retrying_state>* self, retrying_state::attempt what, const retry_plan& plan) {
  return self->state.start(std::move(what), plan);
}

} // namespace kdb
