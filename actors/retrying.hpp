#pragma once

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <utility>

#include <kdb/actors.hpp>
#include <policy/failure.hpp>
#include <random_pause.hpp>
#include <worker_context.hpp>

namespace kdb {

/// When a request that has failed may be sent again.
struct retry_plan {
  policy::request_kind kind = policy::request_kind::write;
  /// Of a write: doing it twice is doing it once.
  bool idempotent = false;
  std::uint32_t times = 0;
  time_budget budget{};
};

/// Asks for the answer to the request.
struct try_it {};
/// A retrying actor to itself.
struct try_again {};

template <class Answer>
using retrying_actor = caf::typed_actor<typename caf::replies_to<try_it>::template with<Answer>, caf::reacts_to<try_again>>;

/// The options of a request, wherever it has them.
template <class Request>
call_options& call_of(Request& what) {
  if constexpr (requires { what.options.call; })
    return what.options.call;
  else
    return what.call;
}

/// Sends one request to the client, and again while it fails, that is safe, and the plan allows it.
template <class Request, class Answer>
struct retrying_state {
  static inline const char* name = "kdb.retrying";
  using actor = retrying_actor<Answer>;

  explicit retrying_state(typename actor::pointer owner) : self{owner} {}
  ~retrying_state() {
    if (answer.pending())
      answer.deliver(to_caf({.code = errc::closed,
                             .message = "the client was closed before the request succeeded",
                             .outcome_unknown = plan.kind == policy::request_kind::write}));
  }

  typename actor::behavior_type start(client_actor given_client, Request given_request, const retry_plan& given_plan) {
    client = std::move(given_client);
    request = std::move(given_request);
    plan = given_plan;
    call_of(request).retry = 0;
    return {
      [this](const try_it&) -> caf::result<Answer> {
        answer = self->template make_response_promise<Answer>();
        attempt();
        return answer;
      },
      [this](const try_again&) { attempt(); },
    };
  }

  void attempt() {
    call_of(request).deadline = plan.budget.left(self->clock().now());
    // The client answers in any case.
    self->request(client, caf::infinite, request)
      .then([this](Answer& done) { finish(std::move(done)); }, [this](const caf::error& why) { failed(error::from(why)); });
  }

  void failed(error why) {
    unknown = unknown || why.outcome_unknown;
    const auto pause = random_pause(tries + 1);
    const auto in_time = !plan.budget.limited() || *plan.budget.left(self->clock().now()) > pause;
    if (tries < plan.times && in_time && policy::may_retry(why, plan.kind, plan.idempotent)) {
      ++tries;
      self->delayed_send(self, pause, try_again{});
      return;
    }
    why.outcome_unknown = unknown; // Of any of the tries.
    finish(to_caf(std::move(why)));
  }

  template <class Outcome>
  void finish(Outcome outcome) {
    answer.deliver(std::move(outcome));
    self->quit();
  }

  typename actor::pointer self;
  client_actor client;
  Request request;
  retry_plan plan;
  std::uint32_t tries = 0;
  bool unknown = false;
  caf::typed_response_promise<Answer> answer;
};

template <class Request, class Answer>
typename retrying_actor<Answer>::behavior_type retrying(
  typename retrying_actor<Answer>::template stateful_pointer<retrying_state<Request, Answer>> self, client_actor client,
  Request request, const retry_plan& plan) {
  return self->state.start(std::move(client), std::move(request), plan);
}

} // namespace kdb

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::try_it)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::try_again)
