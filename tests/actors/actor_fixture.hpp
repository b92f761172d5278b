// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "tests/actors/stepped_system.hpp"
#include <kdb/actors.hpp>
#include <kdb/result.hpp>

namespace kdb::test {

/// Runs in an actor.
struct job {
  std::function<void(caf::event_based_actor*)> run;
};

/// A job that runs in a scripted actor. Promises may be fulfilled only there.
struct step {
  std::function<void()> run;
};

} // namespace kdb::test

KDB_ACTOR_MESSAGES(actor_fixture, 1500, kdb::test::job, kdb::test::step)

namespace kdb::test {

/// The present or future answer to a request.
template <class T>
class answer {
public:
  bool pending() const { return !*outcome_; }
  /// Throws if there is none yet.
  const result<T>& outcome() const {
    if (pending())
      throw std::logic_error{"no answer yet"};
    return **outcome_;
  }
  bool succeeded() const { return !pending() && outcome().has_value(); }
  const auto& value() const { return outcome().value(); }
  /// Throws if there was no error.
  const error& why() const {
    if (outcome())
      throw std::logic_error{"an answer, and no error"};
    return outcome().error();
  }
  errc code() const { return why().code; }

  std::shared_ptr<std::optional<result<T>>> slot() const { return outcome_; }

private:
  std::shared_ptr<std::optional<result<T>>> outcome_ = std::make_shared<std::optional<result<T>>>();
};

/// An actor system in which nothing happens by itself: messages run in `drain`, time moves in `advance`.
class actor_fixture {
public:
  actor_fixture();
  /// Ends everything that was started through the fixture; a test that leaves an actor behind fails.
  ~actor_fixture();

  /// Runs all ready messages, in order. Throws if that never ends.
  void drain();
  /// Lets time pass, in steps small enough that timers set meanwhile come in order.
  void advance(std::chrono::milliseconds duration);

  /// Sends a request from an actor of the test, and runs all ready messages. The handle is used untyped: comparing each request with a
  /// typed interface takes the compiler long.
  template <class T, class Handle, class Request>
  answer<T> ask(const Handle& whom, Request what, any_caf::timeout timeout = caf::infinite) {
    answer<T> out;
    as_self([&, receiver = caf::actor_cast<caf::actor>(whom)](caf::event_based_actor* from) {
      expect(any_caf::request(from, receiver, timeout, std::move(what)), out);
    });
    return out;
  }

  /// Sends a message and runs what is ready.
  template <class Handle, class Message>
  void tell(const Handle& whom, Message what) {
    any_caf::anon_send(whom, std::move(what));
    drain();
  }

  /// Runs code in an actor of the test, and all messages that follow.
  void as_self(std::function<void(caf::event_based_actor*)> run);
  /// Likewise in another one.
  void as(const caf::actor& whom, std::function<void(caf::event_based_actor*)> run);
  /// An actor that runs jobs.
  caf::actor spawn_worker();

  void kill(const caf::strong_actor_ptr& whom);
  template <class Handle>
  void kill(const Handle& whom) {
    kill(caf::actor_cast<caf::strong_actor_ptr>(whom));
  }

  template <class Handle>
  static bool has_ended(const Handle& whom) {
    return caf::actor_cast<caf::abstract_actor*>(whom)->getf(caf::abstract_actor::is_terminated_flag);
  }
  template <class Handle>
  void expect_exit(const Handle& whom) {
    drain();
    if (!has_ended(whom))
      throw std::logic_error{"the actor still lives"};
  }

  /// Ends with the fixture.
  template <class Handle>
  Handle keep(Handle whom) {
    kept_.push_back(caf::actor_cast<caf::strong_actor_ptr>(whom));
    return whom;
  }

private:
  template <class T, class Response>
  static void expect(Response response, const answer<T>& to) {
    auto failed = [slot = to.slot()](const caf::error& why) { slot->emplace(unexpected{error::from(why)}); };
    if constexpr (std::is_void_v<T>)
      std::move(response).then([slot = to.slot()] { slot->emplace(); }, failed);
    else
      std::move(response).then([slot = to.slot()](const T& value) { slot->emplace(value); }, failed);
  }

  stepped_system stepped_;
  std::vector<caf::strong_actor_ptr> kept_;

public:
  caf::actor_system& sys = stepped_.system();
  caf::actor self;
};

/// The behavior of a dynamic actor that takes no notice of messages it has no handler for.
template <class... Handlers>
caf::behavior behavior_that_drops_others([[maybe_unused]] caf::event_based_actor* self, Handlers... handlers) {
#if KDB_CAF_1
  return {std::move(handlers)...,
          [](const caf::message&) -> caf::result<void> { return caf::make_error(caf::sec::unexpected_message); }};
#else
  self->set_default_handler(caf::drop);
  return {std::move(handlers)...};
#endif
}

} // namespace kdb::test
