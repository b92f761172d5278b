// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "actors/runtime/reply_desk.hpp"
#include "actors/runtime/runtime.hpp"
#include "libkdb/values/forks.hpp"
#include <kdb/async_core.hpp>

// What the operations of an `async_core` share.
namespace kdb::inline v0::detail {

struct async_core::impl {
  explicit impl(std::shared_ptr<runtime> given);
  /// Runs with the last handle. Pending operations end with `closed`, and the runtime ends with the last of them. Afterwards the
  /// sinks of the client are not called any more.
  ~impl();

  /// Sends a request to an actor; `done` gets a `result<Answer>`. `done` must drop its references to the client before it passes
  /// the result on.
  template <class Answer, class Handle, class Request, class Done>
  void ask(const Handle& whom, Request request, Done done) const {
    if (auto cause = running->refusal()) {
      done(result<Answer>{unexpected{std::move(*cause)}});
      return;
    }
    adopt_current(running->signals(), request);
    // The runtime must live until the answer arrives, and no longer: the receiver of the answer may drop the client, which must
    // then end there and not here.
    desk->ask<Answer>(whom, std::move(request), [running = running, done = std::move(done)](result<Answer> answer) mutable {
      running.reset();
      done(std::move(answer));
    });
  }

  /// Asks the client.
  template <class Answer, class Request>
  void ask(Request request, completion_ptr<Answer> done) const {
    ask<Answer>(running->client(), std::move(request),
                [done = std::move(done)](result<Answer> answer) { done->complete(std::move(answer)); });
  }

  /// Makes a call. `done` gets the messages of the server.
  void call(const std::shared_ptr<call_job>& job, std::function<void(result<wire::message_list>)> done) const {
    ask<server_messages>(running->client(), run_call{job}, [done = std::move(done)](result<server_messages> answer) {
      done(std::move(answer).transform([](server_messages messages) { return std::move(messages.all); }));
    });
  }

  std::shared_ptr<runtime> running;
  std::shared_ptr<reply_desk> desk;
};

/// Makes the state of a reading, subscription or consumer. In a child of `fork` it is left behind with the parent's runtime.
template <class State, class... Args>
std::shared_ptr<State> make_state(Args&&... args) {
  return {new State(std::forward<Args>(args)...), [](State* state) {
            if (state->owner->running->inherited())
              leave_behind(std::shared_ptr<State>{state});
            else
              delete state;
          }};
}

} // namespace kdb::inline v0::detail
