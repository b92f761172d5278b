#pragma once

#include <caf/scoped_actor.hpp>

#include <functional>
#include <memory>
#include <optional>

#include <kdb/actors.hpp>
#include <kdb/result.hpp>
#include <logger.hpp>

namespace kdb::detail {

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

  void close();

private:
  std::unique_ptr<owned_system> system_;
  client_actor client_;
  logger_ptr log_;
};

} // namespace kdb::detail
