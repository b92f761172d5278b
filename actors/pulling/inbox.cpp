// SPDX-License-Identifier: Apache-2.0
#include "actors/pulling/inbox.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0 {

template <class Batch>
inbox_state<Batch>::~inbox_state() {
  if (!end)
    end = subscription_ended{.reason = end_reason::closed};
  for (auto& each : takers)
    each.promise.deliver(taken_from<Batch>{.batch = {}, .end = end});
}

template <class Batch>
typename inbox_state<Batch>::actor::behavior_type inbox_state<Batch>::start() {
  return {
    [this](Batch& message) { return on_batch(message); },
    [this](subscription_ended& end) { on_ended(end); },
    [this](const take& message) { return on_take(message); },
    [this](const take_overdue& message) { on_overdue(message); },
    [this](takes_stopped) {
      for (auto& each : std::exchange(takers, {}))
        each.promise.deliver(to_caf(waiting_stopped()));
    },
  };
}

template <class Batch>
caf::result<typename inbox_state<Batch>::credit_type> inbox_state<Batch>::on_batch(Batch& message) {
  auto promise = self->template make_response_promise<credit_type>();
  batch = std::move(message);
  credit = promise;
  serve();
  return promise;
}

template <class Batch>
void inbox_state<Batch>::on_ended(subscription_ended& ended) {
  end = std::move(ended);
  serve();
}

template <class Batch>
caf::result<taken_from<Batch>> inbox_state<Batch>::on_take(const take& message) {
  if (auto fine = policy::check_not_negative("timeout", message.timeout); !fine)
    return to_caf(std::move(fine.error()));
  auto promise = self->template make_response_promise<taken_from<Batch>>();
  takers.push_back({++last_number, promise});
  serve();
  if (!takers.empty() && message.timeout < policy::longest_wait)
    self->delayed_send(self, message.timeout, take_overdue{last_number});
  return promise;
}

template <class Batch>
void inbox_state<Batch>::on_overdue(const take_overdue& message) {
  const auto late = std::find_if(takers.begin(), takers.end(), [&](const taker& each) { return each.number == message.number; });
  if (late == takers.end())
    return;
  late->promise.deliver(taken_from<Batch>{});
  takers.erase(late);
}

template <class Batch>
void inbox_state<Batch>::serve() {
  if (!takers.empty() && !batch.empty()) {
    takers.front().promise.deliver(taken_from<Batch>{.batch = std::exchange(batch, {})});
    takers.pop_front();
    // The next one comes while this one is looked at.
    if constexpr (std::is_void_v<credit_type>)
      credit.deliver(caf::unit);
    else
      credit.deliver(credit_type{});
  }
  if (!end || !batch.empty())
    return;
  for (auto& each : std::exchange(takers, {}))
    each.promise.deliver(taken_from<Batch>{.batch = {}, .end = end});
}

template struct inbox_state<event_batch>;
template struct inbox_state<consumer_batch>;

inbox_actor::behavior_type inbox(inbox_actor::stateful_pointer<inbox_state<event_batch>> self) {
  return self->state.start();
}

consumer_inbox_actor::behavior_type consumer_inbox(consumer_inbox_actor::stateful_pointer<inbox_state<consumer_batch>> self) {
  return self->state.start();
}

} // namespace kdb::inline v0
