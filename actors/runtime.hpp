#pragma once

#include <caf/scoped_actor.hpp>

#include <functional>
#include <memory>
#include <optional>

#include <kdb/actors.hpp>
#include <kdb/result.hpp>
#include <logger.hpp>
#include <protocol.hpp>

namespace kdb::detail {

/// What an operation completes with, of the result of its request.
template <class Request>
outcome_of<Request> to_outcome(result<answer_of<Request>> answer) {
  if constexpr (std::is_same_v<outcome_of<Request>, append_in_parts_result>)
    return answer ? std::move(*answer) : append_in_parts_result{.stopped = std::move(answer.error())};
  else
    return answer;
}

/// An actor system of our own with one client in it: what the ways in without actors stand on.
class runtime {
public:
  static result<std::shared_ptr<runtime>> start(settings how);

  runtime(std::unique_ptr<owned_system> system, client_actor client, logger_ptr log);
  /// Closes. Safe on every thread: on one that runs the log sink the system is taken down elsewhere.
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  caf::actor_system& system() { return system_->system(); }
  const client_actor& client() const { return client_; }
  const logger& log() const { return *log_; }

  /// Sends a request to an actor and waits for the answer, which has to come: our actors answer in every case.
  template <class Answer, class Handle, class Request>
  static result<Answer> ask(caf::scoped_actor& self, const Handle& whom, Request&& what) {
    std::optional<result<Answer>> answer;
    self->request(whom, caf::infinite, std::forward<Request>(what))
      .receive([&](Answer& value) { answer.emplace(std::move(value)); },
               [&](caf::error& why) { answer.emplace(unexpected{error::from(why)}); });
    return std::move(*answer);
  }

  template <class Answer, class Request>
  result<Answer> ask(Request&& what) {
    caf::scoped_actor self{system()};
    return ask<Answer>(self, client_, std::forward<Request>(what));
  }

  /// Has a call made; its messages are the answer.
  result<wire::message_list> call(const std::shared_ptr<wire::call_plan>& plan);

  /// Carries out an operation. Calls need no actor of their type: preparing and understanding happens here, on the caller's thread.
  template <class Request>
  outcome_of<Request> run(Request request) {
    if constexpr (is_call<Request>) {
      auto prepared = wire::prepare(std::move(request));
      if (!prepared)
        return unexpected{std::move(prepared.error())};
      const auto plan = std::make_shared<wire::call_plan>(std::move(*prepared));
      return wire::understand<Request>(*plan, call(plan));
    } else {
      return to_outcome<Request>(ask<answer_of<Request>>(std::move(request)));
    }
  }

  void close();

private:
  std::unique_ptr<owned_system> system_;
  client_actor client_;
  logger_ptr log_;
};

} // namespace kdb::detail
