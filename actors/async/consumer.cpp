// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "actors/async/pull.hpp"

namespace kdb::inline v0::detail {

struct async_consumer_state : async_pull<consumer_batch, consumer_actor> {
  using async_pull::async_pull;
};

namespace {

template <class Request>
void send_answers(const std::shared_ptr<async_consumer_state>& state, Request request, completion_ptr<ack_result> done) {
  state->owner->ask<ack_result>(state->pulled.source, std::move(request),
                                [state = state, done = std::move(done)](result<ack_result> taken) mutable {
                                  state.reset();
                                  done->complete(std::move(taken));
                                });
}

} // namespace

void start_next(const std::shared_ptr<async_consumer_state>& state, completion_ptr<consumer_batch> done) {
  take_next(state, std::move(done), "consumer");
}

void stop_waiting(const std::shared_ptr<async_consumer_state>& state) {
  stop_taking(state);
}

void answer(const std::shared_ptr<async_consumer_state>& state, consumer_batch batch, batch_outcomes outcomes,
            completion_ptr<ack_result> done) {
  if (!state) {
    done->complete(moved_from("consumer"));
    return;
  }
  send_answers(state, answer_batch{std::move(batch), std::move(outcomes)}, std::move(done));
}

void answer(const std::shared_ptr<async_consumer_state>& state, std::vector<event_token> events, kdb::outcome outcome,
            completion_ptr<ack_result> done) {
  if (!state) {
    done->complete(moved_from("consumer"));
    return;
  }
  if (outcome.is_ack())
    send_answers(state, ack_events{std::move(events)}, std::move(done));
  else
    send_answers(state, nack_events{std::move(events), outcome.action(), outcome.reason()}, std::move(done));
}

std::optional<subscription_ended> end_of(const std::shared_ptr<async_consumer_state>& state) {
  return end_of_pull(state);
}

void cancel(const std::shared_ptr<async_consumer_state>& state) {
  state->pulled.cancel();
}

void async_core::consume(group_name group, consume_options options,
                         completion_ptr<std::shared_ptr<async_consumer_state>> done) const {
  kdb::consume request{std::move(group), {}, std::move(options)};
  start_pull<async_consumer_state, consumer_actor>(impl_, std::move(request), std::move(done));
}

} // namespace kdb::inline v0::detail
