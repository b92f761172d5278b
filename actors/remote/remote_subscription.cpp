// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/remote_subscription.hpp"

#include <caf/sec.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace kdb::inline v0::remote {

namespace {

/// How far a subscriber is after a batch: by the position in $all, or by the revision in one stream.
last_delivered last_event_of(const event_batch& batch, bool of_all, const last_delivered& before) {
  auto last = before;
  for (const auto& event : batch.events())
    last = of_all ? last_delivered{event.original().position()} : last_delivered{event.original().revision()};
  return last;
}

} // namespace

template <class Self, class Batch>
void delivery<Self, Batch>::begin(std::uint64_t given_id, portal_ref given_portal, const caf::actor& given_subscriber) {
  id = given_id;
  portal = std::move(given_portal);
  subscriber = given_subscriber;
  subscriber_end = {self, [this](caf::down_msg&) {
                      give_up(end_reason::subscriber_failed,
                              {.code = errc::subscriber_failed, .message = "the subscriber has ended"});
                    }};
  subscriber_end.watch(subscriber);
}

template <class Self, class Batch>
void delivery<Self, Batch>::on_frame(const frame_arrived& frame) {
  if (frame.kind == frame_kind::ended) {
    auto told_end = content_as<subscription_ended>(frame.bytes);
    if (told_end)
      on_ended(std::move(*told_end));
    else
      give_up(end_reason::server_error, bad_frame_error("the end of a subscription"));
    return;
  }
  if (frame.kind != frame_kind::batch || stopped || end)
    return;
  auto batch = content_as<Batch>(frame.bytes);
  if (!batch)
    return give_up(end_reason::server_error, bad_frame_error("a batch"));
  ready.push_back(std::move(*batch));
  deliver_next();
}

template <class Self, class Batch>
void delivery<Self, Batch>::deliver_next() {
  if (delivering || told)
    return;
  if (ready.empty()) {
    if (end)
      finish();
    return;
  }
  delivering = true;
  auto batch = std::move(ready.front());
  ready.pop_front();
  // Without a timeout: a response after one would be lost, and with it the credit. The subscriber is monitored instead.
  if constexpr (std::is_same_v<Batch, event_batch>) {
    handed = last_event_of(batch, of_all, handed);
    const auto taken = [this] {
      delivering = false;
      portal.tell(send_frame{bare_frame(frame_kind::taken, id)});
      deliver_next();
    };
    any_caf::request(self, subscriber, caf::infinite, std::move(batch)).then(taken, [this, taken](const caf::error& cause) {
      if (cause == caf::sec::unexpected_response) { // It answered, with more than it had to.
        taken();
        return;
      }
      auto failure =
        error{.code = errc::subscriber_failed, .message = "the subscriber refused a batch: " + error::from(cause).message};
      portal.tell(send_frame{make_frame(frame_kind::refused, id, failure)});
      give_up(end_reason::subscriber_failed, std::move(failure));
    });
  } else {
    const auto answered = [this](const batch_outcomes& outcomes) {
      delivering = false;
      portal.tell(send_frame{make_frame(frame_kind::outcomes, id, outcomes)});
      deliver_next();
    };
    any_caf::request(self, subscriber, caf::infinite, std::move(batch)).then(answered, [this, answered](const caf::error& cause) {
      if (cause == caf::sec::unexpected_response) { // It answered with nothing: it answers the events by itself.
        answered({});
        return;
      }
      delivering = false;
      portal.tell(send_frame{make_frame(frame_kind::refused, id, error::from(cause))});
      deliver_next();
    });
  }
}

template <class Self, class Batch>
caf::result<void> delivery<Self, Batch>::on_cancel() {
  stopped = true;
  ready.clear();
  portal.tell(send_frame{bare_frame(frame_kind::cancel, id)});
  auto promise = self->template make_response_promise<void>();
  cancellers.push_back(promise);
  return promise;
}

template <class Self, class Batch>
void delivery<Self, Batch>::on_ended(subscription_ended told_end) {
  if (end)
    return;
  // As in the process of the client: what was cancelled or closed delivers nothing more, what has failed delivers what it has.
  const auto at_once = stopped || told_end.reason == end_reason::cancelled || told_end.reason == end_reason::closed ||
                       std::is_same_v<Batch, consumer_batch>;
  end = std::move(told_end);
  if (at_once)
    finish();
  else
    deliver_next();
}

template <class Self, class Batch>
void delivery<Self, Batch>::on_portal_over(const portal_over& over) {
  subscription_ended by_portal{.reason = over.is_closed ? end_reason::closed : end_reason::connection_lost};
  if (!over.is_closed)
    by_portal.cause = over.cause;
  on_ended(std::move(by_portal));
  if (over.is_closed && !told)
    finish();
}

template <class Self, class Batch>
void delivery<Self, Batch>::give_up(end_reason reason, error cause) {
  stopped = true;
  ready.clear();
  if (!end)
    end = subscription_ended{.reason = reason, .cause = std::move(cause)};
  finish();
}

template <class Self, class Batch>
void delivery<Self, Batch>::finish() {
  tell_end();
  self->quit();
}

template <class Self, class Batch>
void delivery<Self, Batch>::tell_end() {
  if (std::exchange(told, true))
    return;
  if (!end)
    end = subscription_ended{.reason = end_reason::closed};
  end->last = handed; // What this subscriber has got: a few more may have been on their way.
  any_caf::anon_send(subscriber, *end);
  for (auto& promise : std::exchange(cancellers, {}))
    any_caf::deliver_nothing(promise);
}

// -- subscription -------------------------------------------------------------------------------------

remote_subscription_state::~remote_subscription_state() {
  deliveries.tell_end();
  deliveries.portal.tell(stream_over{deliveries.id});
}

remote_subscription_self::behavior_type remote_subscription(
  remote_subscription_self::stateful_pointer<remote_subscription_state> self, std::uint64_t id, portal_ref portal,
  const caf::actor& subscriber, bool of_all) {
  auto& deliveries = any_caf::state_of(self).deliveries;
  deliveries.of_all = of_all;
  deliveries.begin(id, std::move(portal), subscriber);
  return {
    [&deliveries](const cancel&) { return deliveries.on_cancel(); },
    [&deliveries](const frame_arrived& frame) { deliveries.on_frame(frame); },
    [&deliveries](const portal_over& over) { deliveries.on_portal_over(over); },
  };
}

// -- consumer -----------------------------------------------------------------------------------------

remote_consumer_state::~remote_consumer_state() {
  deliveries.tell_end();
  deliveries.portal.tell(stream_over{deliveries.id});
}

template <class Request>
caf::result<ack_result> remote_consumer_state::answer(const char* request_name, const Request& request) {
  const auto portal = deliveries.portal.lock();
  if (!portal)
    return to_caf({.code = errc::closed, .message = "the client is closed"});
  encoder content;
  encode(content, request);
  return any_caf::delegate(deliveries.self, caf::actor_cast<events_answerer>(portal),
                           answer_events{deliveries.id, request_name, std::move(content.bytes)});
}

remote_consumer_self::behavior_type remote_consumer(remote_consumer_self::stateful_pointer<remote_consumer_state> self,
                                                    std::uint64_t id, portal_ref portal, const caf::actor& subscriber) {
  auto& state = any_caf::state_of(self);
  auto& deliveries = state.deliveries;
  deliveries.begin(id, std::move(portal), subscriber);
  return {
    [&state](const ack_events& request) { return state.answer("ack_events", request); },
    [&state](const nack_events& request) { return state.answer("nack_events", request); },
    [&state](const answer_batch& request) { return state.answer("answer_batch", request); },
    [&deliveries](const cancel&) { return deliveries.on_cancel(); },
    [&deliveries](const frame_arrived& frame) { deliveries.on_frame(frame); },
    [&deliveries](const portal_over& over) { deliveries.on_portal_over(over); },
  };
}

} // namespace kdb::inline v0::remote
