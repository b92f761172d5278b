// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "actors/async/impl.hpp"
#include "actors/pulling/pull_handle.hpp"
#include "actors/runtime/moved_from.hpp"

// What subscriptions and consumers of Asio programs share.
namespace kdb::inline v0::detail {

/// A subscription or consumer of an Asio program.
template <class Batch, class Source>
struct async_pull {
  explicit async_pull(std::shared_ptr<const async_core::impl> given) : owner{std::move(given)}, pulled{owner->running} {}
  std::shared_ptr<const async_core::impl> owner;
  pull_handle<Batch, Source> pulled;
};

/// Starts a subscription or consumer, with its feed as the subscriber of the request.
template <class State, class Source, class Request>
void start_pull(const std::shared_ptr<async_core::impl>& owner, Request request, completion_ptr<std::shared_ptr<State>> done) {
  if (auto cause = owner->running->refusal()) {
    done->complete(unexpected{std::move(*cause)});
    return;
  }
  auto state = make_state<State>(owner);
  request.subscriber = state->pulled.batches->address();
  owner->template ask<Source>(owner->running->client(), std::move(request),
                              [state = std::move(state), done = std::move(done)](result<Source> started) mutable {
                                if (!started) {
                                  state.reset();
                                  done->complete(unexpected{std::move(started.error())});
                                  return;
                                }
                                state->pulled.source = std::move(*started);
                                done->complete(std::move(state));
                              });
}

/// Takes the next batch. `problem` is the error text for an object that was moved from.
template <class State, class Batch>
void take_next(const std::shared_ptr<State>& state, completion_ptr<Batch> done, const char* problem) {
  if (!state) {
    done->complete(moved_from(problem));
    return;
  }
  if (auto cause = state->owner->running->refusal())
    done->complete(unexpected{std::move(*cause)});
  else
    state->pulled.batches->take(std::move(done));
}

template <class State>
void stop_taking(const std::shared_ptr<State>& state) {
  if (state && !state->owner->running->inherited())
    state->pulled.batches->stop_waiting();
}

template <class State>
std::optional<subscription_ended> end_of_pull(const std::shared_ptr<State>& state) {
  return state ? state->pulled.batches->ended() : std::nullopt;
}

} // namespace kdb::inline v0::detail
