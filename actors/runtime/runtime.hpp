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

/// Drops the calling thread's reference to the actor system that it used last. CAF keeps a reference to the system's logger in
/// each thread. A system does not end until all threads have dropped it, and an ending thread drops it too early for the
/// destructors of static objects.
void forget_system();

/// Runs a job on a new thread. When the calling thread or the process ends, CAF's data for the calling thread may already be
/// destroyed.
void run_aside(std::function<void()> job, bool may_wait);

/// Waits until the threads of an owned system run, and returns whether they do. They do not run during the constructor of a
/// static object of a plugin, because threads of CAF wait for the lock of `dlopen`.
bool await_start(caf::actor_system& system, std::chrono::milliseconds at_most);

/// A scoped actor on a thread of the host. The thread keeps no reference to the system.
struct host_actor : caf::scoped_actor {
  explicit host_actor(caf::actor_system& system) : caf::scoped_actor{system} { forget_system(); }
};

/// Converts the result of a request to the outcome of its operation.
template <class Request>
outcome_of<Request> to_outcome(result<answer_of<Request>> answer) {
  if constexpr (std::is_same_v<outcome_of<Request>, append_in_parts_result>)
    return answer ? std::move(*answer) : append_in_parts_result{.stopped = std::move(answer.error())};
  else
    return answer;
}

/// An owned actor system with one client in it: the base of the blocking and the Asio client.
///
/// A runtime ends with its last handle. If the process ends first, all clients are closed before any static object is destroyed
/// that was made before the first client; later requests fail with `closed`. In a child of `fork` the parent's runtime can't be
/// used: every request fails with `closed`, and nothing of it is destroyed.
class runtime {
public:
  /// Errors: those of `spawn_client`, and `closed` when the process ends or can't use gRPC.
  static result<std::shared_ptr<runtime>> start(settings settings);

  struct parts;
  explicit runtime(std::shared_ptr<parts> given);
  /// Ends the client and its system. Safe on every thread: on threads of the runtime and of the sinks, another thread does it.
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  caf::actor_system& system();
  const untyped_client& client() const;
  const logger& log() const;
  const signals_ptr& signals() const;

  /// Whether the runtime was made in the parent process, before a `fork`.
  bool inherited() const;
  /// The error for every request, if the runtime can't be used.
  std::optional<error> refusal() const;

  /// The same for callers that would wait: also set if no thread of the runtime runs yet.
  std::optional<error> refusal_to_wait() const;

  /// Spawns on a thread of the host.
  template <class... Args>
  auto spawn(Args&&... args) {
    auto spawned = system().spawn(std::forward<Args>(args)...);
    forget_system();
    return spawned;
  }

  /// Sends a request to an actor and waits for the answer. The actors of libkdb always answer.
  template <class Answer, class Handle, class Request>
  static result<Answer> ask(caf::scoped_actor& self, const Handle& whom, Request&& what) {
    std::optional<result<Answer>> answer;
    any_caf::request(self, whom, caf::infinite, std::forward<Request>(what))
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

  /// Carries out an operation. A call is prepared and decoded here, on the calling thread, so it needs no message of its own
  /// type.
  template <operation Request>
  outcome_of<Request> run(Request&& request) {
    if constexpr (is_call<Request>) {
      if (auto cause = refusal())
        return unexpected{std::move(*cause)};
      auto job = observe_call(signals(), std::move(request));
      if (!job)
        return unexpected{std::move(job.error())};
      return decode_observed<Request>(**job, call(*job));
    } else {
      return to_outcome<Request>(ask<answer_of<Request>>(std::move(request)));
    }
  }

  /// Makes a call, and returns the messages of the server.
  result<wire::message_list> call(const std::shared_ptr<call_job>& job);

  void close();

  /// Closes the client even if others still hold the runtime, and waits for the last call of its sinks: afterwards, objects that
  /// the sinks use may be destroyed. For threads that may not wait, another thread does it.
  void end();

private:
  bool runs() const;
  /// False on the threads of the runtime and of the sinks.
  bool may_wait() const;

  std::shared_ptr<parts> parts_;
  const unsigned generation_;
};

} // namespace kdb::inline v0::detail
