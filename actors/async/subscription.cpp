// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actors/async/pull.hpp"

namespace kdb::inline v0::detail {

struct async_subscription_state : async_pull<event_batch, subscription_actor> {
  using async_pull::async_pull;
};

void start_next(const std::shared_ptr<async_subscription_state>& state, completion_ptr<event_batch> done) {
  take_next(state, std::move(done), "subscription");
}

void stop_waiting(const std::shared_ptr<async_subscription_state>& state) {
  stop_taking(state);
}

std::optional<subscription_ended> end_of(const std::shared_ptr<async_subscription_state>& state) {
  return end_of_pull(state);
}

void cancel(const std::shared_ptr<async_subscription_state>& state) {
  state->pulled.cancel();
}

void async_core::subscribe_to_stream(std::string stream, subscribe_to_stream_options options,
                                     completion_ptr<std::shared_ptr<async_subscription_state>> done) const {
  kdb::subscribe_to_stream request{.stream = std::move(stream), .subscriber = {}, .options = std::move(options)};
  start_pull<async_subscription_state, subscription_actor>(impl_, std::move(request), std::move(done));
}

void async_core::subscribe_to_all(subscribe_to_all_options options,
                                  completion_ptr<std::shared_ptr<async_subscription_state>> done) const {
  kdb::subscribe_to_all request{.subscriber = {}, .options = std::move(options)};
  start_pull<async_subscription_state, subscription_actor>(impl_, std::move(request), std::move(done));
}

} // namespace kdb::inline v0::detail
