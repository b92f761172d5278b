// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/scoped_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "actors/runtime/logger.hpp"
#include "actors/runtime/observed_call.hpp"
#include "actors/runtime/protocol.hpp"
#include <kdb/actors.hpp>
#include <kdb/result.hpp>

namespace kdb::inline v0::detail {

/// Lets the calling thread forget the actor system that it used last. CAF keeps that system's logger in each thread, a system does not end
/// before the last thread has let go of it, and a thread that ends lets go of it too early for the destructors of static objects.
void forget_system();

/// Runs a job on a thread of its own: when the calling thread or the process ends, what CAF keeps for the calling thread may be gone already.
void run_aside(std::function<void()> job, bool may_wait);

/// Waits until the threads of a system that we own run, and returns whether they do. In the constructor of a static object of a plugin they don't:
/// threads of CAF wait for the lock of `dlopen`.
bool await_start(caf::actor_system& system, std::chrono::milliseconds at_most);

/// A scoped actor on a thread of the host: the thread does not remember our system.
struct host_actor : caf::scoped_actor {
  explicit host_actor(caf::actor_system& system) : caf::scoped_actor{system} { forget_system(); }
};

/// What an operation completes with, of the result of its request.
template <class Request>
outcome_of<Request> to_outcome(result<answer_of<Request>> answer) {
  if constexpr (std::is_same_v<outcome_of<Request>, append_in_parts_result>)
    return answer ? std::move(*answer) : append_in_parts_result{.stopped = std::move(answer.error())};
  else
    return answer;
}

/// An actor system of our own with one client in it: what the ways in without actors stand on.
///
/// A runtime ends with its last handle. When the process ends first, all clients are closed before any static object is destroyed that was
/// made before the first client; what is asked of them afterwards fails with `closed`. In a child of `fork` the runtime of the parent is
/// dead: everything fails with `closed`, and nothing of it is destroyed.
class runtime {
public:
  /// Errors: those of `spawn_client`, and `closed` when the process ends or can't use gRPC.
  static result<std::shared_ptr<runtime>> start(settings settings);

  struct parts;
  explicit runtime(std::shared_ptr<parts> given);
  /// Ends, and takes the system down. Safe on every thread: on the runtime's own, and on the sinks', that is done elsewhere.
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  caf::actor_system& system();
  const client_actor& client() const;
  const logger& log() const;
  const signals_ptr& signals() const;

  /// Whether it belongs to the parent of this process, which was forked off.
  bool inherited() const;
  /// Why nothing can be asked of it, if that is so.
  std::optional<error> refusal() const;

  /// The same for those who are about to wait: also if no thread of the runtime runs yet.
  std::optional<error> refusal_to_wait() const;

  /// Spawns on a thread of the host.
  template <class... Args>
  auto spawn(Args&&... args) {
    auto spawned = system().spawn(std::forward<Args>(args)...);
    forget_system();
    return spawned;
  }

  /// Sends a request to an actor and waits for the answer, which has to come: our actors answer in every case.
  template <class Answer, class Handle, class Request>
  static result<Answer> ask(caf::scoped_actor& self, const Handle& whom, Request&& what) {
    std::optional<result<Answer>> answer;
    self->request(whom, caf::infinite, std::forward<Request>(what))
      .receive([&](Answer& value) { answer.emplace(std::move(value)); },
               [&](caf::error& cause) { answer.emplace(unexpected{error::from(cause)}); });
    return std::move(*answer);
  }

  template <class Answer, class Handle, class Request>
  result<Answer> ask(const Handle& whom, Request&& what) {
    if (auto cause = refusal_to_wait())
      return unexpected{std::move(*cause)};
    host_actor self{system()};
    return ask<Answer>(self, whom, std::forward<Request>(what));
  }

  template <class Answer, class Request>
  result<Answer> ask(Request&& what) {
    adopt_current(signals(), what);
    return ask<Answer>(client(), std::forward<Request>(what));
  }

  /// Carries out an operation. Calls need no actor of their type: they are prepared and understood here, on the caller's thread.
  template <class Request>
  outcome_of<Request> run(Request request) {
    if constexpr (is_call<Request>) {
      if (auto cause = refusal())
        return unexpected{std::move(*cause)};
      const auto prepared = observe_call(signals(), std::move(request));
      if (!prepared)
        return unexpected{prepared.error()};
      return decode_observed<Request>(*prepared->plan, prepared->seen, call(*prepared));
    } else {
      return to_outcome<Request>(ask<answer_of<Request>>(std::move(request)));
    }
  }

  /// Makes a call. Its answer are the messages of the server.
  result<wire::message_list> call(const observed_call& prepared);

  void close();

  /// Closes the client although somebody else may still hold the runtime, and waits until its sinks have been called for the last time: what
  /// they refer to may go then. On threads that may not wait it is done elsewhere.
  void end();

private:
  bool runs() const;
  /// Not on the runtime's own threads, nor on the sinks'.
  bool may_wait() const;

  std::shared_ptr<parts> parts_;
  const unsigned generation_;
};

} // namespace kdb::inline v0::detail
