#pragma once

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <gathered.hpp>
#include <kdb/async_core.hpp>
#include <runtime.hpp>

// What the operations of an `async_core` share: the gate, an actor that asks on behalf of those who are no actors.
namespace kdb::detail {

struct gate_state {
  static inline const char* name = "kdb.gate";
  std::vector<std::function<void()>> finished;
};
using gate_actor = caf::stateful_actor<gate_state>;

/// Starts something on behalf of the gate.
using async_job = std::function<void(gate_actor*)>;
using async_jobs = std::shared_ptr<gathered<async_job>>;

/// To the gate: there are jobs.
struct jobs_waiting {};
/// The gate to itself: what was in its mailbox when this was sent has been handled.
struct gate_drained {};

} // namespace kdb::detail

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::detail::jobs_waiting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::detail::gate_drained)

namespace kdb::detail {

template <class Answer>
outcome_t<Answer> failed(error why) {
  if constexpr (std::is_same_v<outcome_t<Answer>, append_in_parts_result>)
    return append_in_parts_result{.stopped = std::move(why)};
  else
    return unexpected{std::move(why)};
}

/// Completes an operation. Those whose answers come together complete in a row: an executor that is woken by the first one finds the
/// others, where it would fall asleep after each.
template <class T>
void finish(gate_actor* self, const completion_ptr<T>& done, outcome_t<T> outcome) {
  auto& finished = self->state.finished;
  if (finished.empty() && self->mailbox().empty()) {
    done->complete(std::move(outcome));
    return;
  }
  finished.push_back([done, outcome = std::move(outcome)]() mutable { done->complete(std::move(outcome)); });
  if (finished.size() == 1)
    self->send(self, gate_drained{});
}

struct async_core::impl {
  explicit impl(std::shared_ptr<runtime> given);
  /// The last handle is gone: what is pending ends with `closed`, and the runtime goes with the last of it.
  ~impl();

  template <class Answer, class Request>
  void ask(Request request, completion_ptr<Answer> done) const {
    // The runtime has to stay for as long as anybody waits for an answer.
    auto start = [running = running, request = std::make_shared<Request>(std::move(request)), done](gate_actor* self) {
      self->request(running->client(), caf::infinite, std::move(*request))
        .then([self, running, done](Answer& answer) { finish<Answer>(self, done, std::move(answer)); },
              [self, running, done](const caf::error& why) { finish<Answer>(self, done, failed<Answer>(error::from(why))); });
    };
    run(std::move(start));
  }

  /// Has a call made. `then` gets what came of it, on the gate's thread.
  void call(std::shared_ptr<wire::call_plan> plan, std::function<void(gate_actor*, result<wire::message_list>)> then) const;

  void run(async_job job) const {
    if (jobs->add(std::move(job)))
      caf::anon_send(gate, jobs_waiting{});
  }

  std::shared_ptr<runtime> running;
  async_jobs jobs = std::make_shared<gathered<async_job>>();
  caf::actor gate;
};

} // namespace kdb::detail
