// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/fixtures/certificates.hpp"
#include "tests/fixtures/wait.hpp"
#include <kdb/remote.hpp>

// Two actor systems in one process stand for two processes: they have nothing in common but a connection.
namespace kdb::test {

using namespace std::chrono_literals;

/// An actor system that can publish and connect.
class process {
public:
  explicit process(const std::optional<remote_tls>& tls = {}) : config_{tls}, system_{config_}, self_{system_} {}

  caf::actor_system& system() { return system_; }
  caf::scoped_actor& self() { return self_; }
  /// The actors that run, besides the one of the test.
  std::size_t actors() { return system_.registry().running() - 1; }

  template <class Answer, class Handle, class Request>
  result<Answer> ask_for(const Handle& whom, Request request, std::chrono::milliseconds at_most = fixtures::patience) {
    std::optional<result<Answer>> answer;
    const auto failed = [&](const caf::error& cause) { answer = unexpected{error::from(cause)}; };
    auto asked = any_caf::request(self_, whom, at_most, std::move(request));
    if constexpr (std::is_void_v<Answer>)
      std::move(asked).receive([&] { answer.emplace(); }, failed);
    else
      std::move(asked).receive([&](Answer& value) { answer = std::move(value); }, failed);
    return std::move(*answer);
  }

  template <class Request>
  result<answer_of<Request>> ask(const client_actor& client, Request request) {
    return ask_for<answer_of<Request>>(client, std::move(request));
  }

private:
  struct own_config : caf::actor_system_config {
    explicit own_config(const std::optional<remote_tls>& tls) { load_remote(*this, tls).value(); }
  };

  own_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
};

/// What a subscriber has seen. Safe to use from several threads.
class subscriber_log {
public:
  template <class Change>
  auto change(Change change) {
    const std::lock_guard guard{lock_};
    return change(*this);
  }
  std::size_t count() {
    return change([](auto& self) { return self.events.size(); });
  }
  std::optional<subscription_ended> ended() {
    return change([](auto& self) { return self.end; });
  }

  std::vector<std::uint64_t> events; ///< Their revisions.
  std::size_t batches = 0;
  std::optional<subscription_ended> end;
  std::vector<event_token> tokens;
  std::optional<consumer_batch> last;

private:
  std::mutex lock_;
};

using log_ptr = std::shared_ptr<subscriber_log>;

/// How a subscriber answers its batches.
enum class manner { takes, stalls, refuses };

struct subscriber_state {
  std::vector<caf::response_promise> kept;
};

inline caf::behavior test_subscriber(caf::stateful_actor<subscriber_state>* self, log_ptr log, manner answers) {
  return {
    [=](const event_batch& batch) -> caf::result<void> {
      log->change([&](auto& seen) {
        ++seen.batches;
        for (const auto& event : batch.events())
          seen.events.push_back(event.original().revision().value);
      });
      if (answers == manner::refuses)
        return to_caf({.code = errc::internal, .message = "no more of these"});
      if (answers == manner::takes)
        return caf::unit;
      any_caf::state_of(self).kept.push_back(self->make_response_promise());
      return caf::delegated<void>{};
    },
    [=](const consumer_batch& batch) -> caf::result<batch_outcomes> {
      log->change([&](auto& seen) {
        ++seen.batches;
        seen.last = batch;
        for (const auto& event : batch) {
          seen.events.push_back(event.event.original().revision().value);
          seen.tokens.push_back(event.token);
        }
      });
      if (answers == manner::refuses)
        return to_caf({.code = errc::internal, .message = "no more of these"});
      return answers == manner::takes ? batch_outcomes::all(outcome::ack()) : batch_outcomes{};
    },
    [=](const subscription_ended& end) {
      any_caf::state_of(self).kept.clear(); // They would keep this actor.
      log->change([&](auto& seen) { seen.end = end; });
    },
  };
}

inline std::vector<new_event> some_events(std::size_t count, std::size_t size = 10) {
  std::vector<new_event> events;
  for (; count > 0; --count)
    events.push_back(new_event::binary("happened", std::string(size, 'x')));
  return events;
}

} // namespace kdb::test
