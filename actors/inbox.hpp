#pragma once

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include <kdb/actors.hpp>

namespace kdb {

/// Asks an inbox for a batch, or for the end, or for an empty batch when that time has passed.
struct take {
  std::chrono::milliseconds timeout{};
};

struct taken {
  event_batch batch;
  std::optional<subscription_ended> end{};
};

struct take_overdue {
  std::uint64_t number = 0;
};

using inbox_actor = caf::typed_actor<caf::replies_to<event_batch>::with<void>, caf::reacts_to<subscription_ended>,
                                     caf::replies_to<take>::with<taken>, caf::reacts_to<take_overdue>>;

/// Receives a subscription for programs without actors: keeps one batch until somebody takes it, and answers for it then.
struct inbox_state {
  static inline const char* name = "kdb.inbox";

  struct taker {
    std::uint64_t number;
    caf::typed_response_promise<taken> promise;
  };

  explicit inbox_state(inbox_actor::pointer owner) : self{owner} {}
  ~inbox_state();

  inbox_actor::behavior_type start();

  caf::result<void> on_batch(event_batch& batch);
  void on_ended(subscription_ended& what);
  caf::result<taken> on_take(const take& what);
  void on_overdue(const take_overdue& what);
  void serve();

  inbox_actor::pointer self;
  event_batch batch;
  caf::response_promise credit; // Answers for the batch.
  std::optional<subscription_ended> end;
  std::deque<taker> takers;
  std::uint64_t last_number = 0;
};

inbox_actor::behavior_type inbox(inbox_actor::stateful_pointer<inbox_state> self);

} // namespace kdb

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::take)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::take_overdue)
