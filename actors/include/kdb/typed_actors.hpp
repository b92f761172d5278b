// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/result.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include <kdb/actors.hpp>
#include <kdb/event_handlers.hpp>

// Typed events for actors. Optional, as `kdb/typed_events.hpp`.
namespace kdb {
inline namespace KDB_API v0 {

// -- in the subscriber ---------------------------------------------------------------

/// Returns a handler of `event_batch` for a subscriber's behavior, made of functions as for `event_handlers`. The next batch comes when
/// all events of this one are handled. If one fails, the subscription ends with `subscriber_failed` and the error's text.
template <class... Handlers>
auto on_events(Handlers... handlers) {
  return [all = event_handlers{std::move(handlers)...}](const event_batch& batch) mutable -> caf::result<void> {
    if (auto done = all(batch); !done)
      return to_caf(std::move(done).error());
    return caf::unit;
  };
}

/// The same for `consumer_batch`: the outcomes are those of `event_handlers`.
template <class... Handlers>
auto on_consumed(Handlers... handlers) {
  return [all = event_handlers{std::move(handlers)...}](const consumer_batch& batch) mutable { return all(batch); };
}

// -- as messages -----------------------------------------------------------------------

/// The treatment of an event that the actor can't receive as a message of its type.
enum class event_fate : std::uint8_t {
  refuse,  ///< The subscription ends with `subscriber_failed` and the error's text.
  skip,    ///< The actor does not receive it.
  forward, ///< The actor receives it as an `owned_event`.
};

/// Options of `typed_subscriber`.
struct typed_subscriber_options {
  /// For events of other types, and for broken links.
  event_fate unknown = event_fate::skip;
  /// For events of these types that can't be decoded.
  event_fate broken = event_fate::refuse;
};

namespace detail {

/// Passes on one event after the other. Each is a request to the receiver.
struct typed_subscriber_state {
  static inline const char* name = "kdb.typed_subscriber";

  explicit typed_subscriber_state(caf::event_based_actor* actor) : self{actor} {}

  caf::event_based_actor* const self;
  any_caf::monitoring receiver_end{};
  caf::actor receiver{};
  /// Sends an event. Returns whether there is an answer to wait for.
  std::function<result<bool>(const resolved_event&)> send{};
  event_batch batch{};
  event_batch::event_range::iterator at{};
  caf::response_promise credit{};

  caf::result<void> take(const event_batch& given) {
    batch = given;
    at = {batch.begin(), batch.end()};
    credit = self->make_response_promise();
    auto answer = credit;
    send_next();
    return answer;
  }

  void send_next() {
    while (at != event_batch::event_range::iterator{batch.end(), batch.end()}) {
      const auto waits = send(*at++);
      if (!waits)
        credit.deliver(to_caf(waits.error()));
      if (!waits || *waits)
        return;
    }
    any_caf::deliver_nothing(credit);
  }

  /// Ends the actor. A waiting batch is not handled.
  void end(const caf::error& reason) {
    if (credit.pending())
      credit.deliver(reason ? reason : caf::make_error(caf::sec::request_receiver_down));
    self->quit(reason);
  }

  template <class Message>
  void ask(Message&& message) {
    any_caf::request(self, receiver, caf::infinite, std::forward<Message>(message))
      .then([this] { send_next(); },
            [this](caf::error& cause) {
              if (cause == caf::sec::unexpected_response) // The receiver has answered, with a value that is not needed.
                send_next();
              else
                credit.deliver(std::move(cause));
            });
  }

  /// For an event that has no message of its own, and is not refused.
  bool pass(event_fate fate, const resolved_event& event) {
    if (fate == event_fate::forward)
      ask(owned_event{event});
    return fate == event_fate::forward;
  }
};

template <class... Events>
caf::behavior typed_subscriber(caf::stateful_actor<typed_subscriber_state>* self, caf::actor receiver,
                               typed_subscriber_options options) {
  auto& state = any_caf::state_of(self);
  state.receiver = receiver;
  const auto send_typed = [&state]<class Event>(std::type_identity<Event>) {
    return [&state](Event event) {
      state.ask(std::move(event));
      return true;
    };
  };
  state.send = event_handlers{send_typed(std::type_identity<Events>{})...,
                              [&state, options](const resolved_event& event) -> result<bool> {
                                if (options.unknown == event_fate::refuse)
                                  return refuse_unknown(event);
                                return state.pass(options.unknown, event);
                              },
                              [&state, options](const kdb::error& error, const resolved_event& event) -> result<bool> {
                                if (options.broken == event_fate::refuse)
                                  return unexpected{error};
                                return state.pass(options.broken, event);
                              }};
  state.receiver_end = {self, [&state](const caf::down_msg& down) { state.end(down.reason); }};
  state.receiver_end.watch(receiver);
  return {
    [&state](const event_batch& batch) { return state.take(batch); },
    [self, &state, receiver](const subscription_ended& end) {
      any_caf::send(self, receiver, end);
      state.end({});
    },
  };
}

} // namespace detail

/// A subscriber that passes events on to an actor as messages of these types, one at a time: `.subscriber = kdb::typed_subscriber<order_placed,
/// order_shipped>(self)`.
///
/// Each event is a request; the next one arrives after it was answered. The handler returns nothing, or a promise that it fulfils later.
/// The next batch is requested when all events of this one are handled. If a handler throws or answers with an error, the subscription
/// ends with `subscriber_failed`. `subscription_ended` arrives once, as the last message. Other items of a batch, such as `checkpoint`
/// and `caught_up`, are left out. The returned actor ends with the subscription or with the receiver; use it for one subscription. For
/// consumers of groups see `on_consumed`.
template <typed_event... Events, class Handle>
  requires(sizeof...(Events) > 0)
subscriber typed_subscriber(const Handle& receiver, typed_subscriber_options options = {}) {
  const auto actor = subscriber{receiver}.handle();
  return actor->home_system().spawn(detail::typed_subscriber<Events...>, actor, options);
}

} // namespace v0
} // namespace kdb

/// Events are messages that stay in the process, so their types need no serialization. CAF 1 has to know them: `KDB_EVENT_MESSAGES`.
template <class T>
  requires kdb::typed_event<T>
struct caf::allowed_unsafe_message_type<T> : std::true_type {
};

/// Numbers typed events that are messages, from `first` on, as CAF 1 wants it. It is like `KDB_ACTOR_MESSAGES`, and goes with `kdb::init_caf` as
/// well; CAF 0.17 does without.
#define KDB_EVENT_MESSAGES(block, first_id, ...)                                                                                 \
  KDB_NAME_MESSAGES(block, first_id, __VA_ARGS__)                                                                                \
  KDB_MESSAGE_IDS(kdb_block::block)
