// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include <kdb/actors.hpp>

namespace kdb::inline v0 {

/// Asks an inbox for a batch, or for the end, or for an empty batch when that time has passed.
struct take {
  std::chrono::milliseconds timeout{};
};

/// For `take`: as long as it takes. So does everything from `policy::longest_wait` on.
inline constexpr auto for_ever = std::chrono::milliseconds::max();

template <class Batch>
struct taken_from {
  Batch batch{};
  std::optional<subscription_ended> end{};
};
using taken = taken_from<event_batch>;
using taken_events = taken_from<consumer_batch>;

struct take_overdue {
  std::uint64_t number = 0;
};

/// To an inbox: those who wait get `cancelled`.
struct takes_stopped {};

inline error waiting_stopped() {
  return {.code = errc::cancelled, .message = "waiting for the next batch was stopped by the caller"};
}

/// What an inbox answers for a batch.
template <class Batch>
struct credit_for {
  using type = void;
};
template <>
struct credit_for<consumer_batch> {
  using type = batch_outcomes; // None: who takes the batch answers its events.
};

template <class Batch>
using inbox_of =
  caf::typed_actor<typename caf::replies_to<Batch>::template with<typename credit_for<Batch>::type>,
                   caf::reacts_to<subscription_ended>, typename caf::replies_to<take>::template with<taken_from<Batch>>,
                   caf::reacts_to<take_overdue>, caf::reacts_to<takes_stopped>>;
using inbox_actor = inbox_of<event_batch>;
using consumer_inbox_actor = inbox_of<consumer_batch>;

/// Receives a subscription or a consumer's events for programs without actors: keeps one batch until somebody takes it, and answers
/// for it then.
template <class Batch>
struct inbox_state {
  static inline const char* name = "kdb.inbox";
  using actor = inbox_of<Batch>;
  using credit_type = typename credit_for<Batch>::type;

  struct taker {
    std::uint64_t number;
    caf::typed_response_promise<taken_from<Batch>> promise;
  };

  explicit inbox_state(typename actor::pointer owner) : self{owner} {}
  ~inbox_state();

  typename actor::behavior_type start();

  caf::result<credit_type> on_batch(Batch& batch);
  void on_ended(subscription_ended& end);
  caf::result<taken_from<Batch>> on_take(const take& message);
  void on_overdue(const take_overdue& message);
  void serve();

  typename actor::pointer self;
  Batch batch;
  caf::response_promise credit; // Answers for the batch.
  std::optional<subscription_ended> end;
  std::deque<taker> takers;
  std::uint64_t last_number = 0;
};

extern template struct inbox_state<event_batch>;
extern template struct inbox_state<consumer_batch>;

inbox_actor::behavior_type inbox(inbox_actor::stateful_pointer<inbox_state<event_batch>> self);
consumer_inbox_actor::behavior_type consumer_inbox(consumer_inbox_actor::stateful_pointer<inbox_state<consumer_batch>> self);

} // namespace kdb::inline v0

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::take)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::taken_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::take_overdue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::takes_stopped)
