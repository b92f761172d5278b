// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "actors/runtime/protocol.hpp"
#include "libkdb/policy/key_dispatch.hpp"
#include "libkdb/policy/retry_budget.hpp"
#include <kdb/competing_workers.hpp>

namespace kdb::inline v0 {

/// The time for workers to answer is over.
struct stop_overdue {};
/// `doubt` has passed since an error of this worker: it gets work again, unless its down message has arrived.
struct worker_doubted {
  policy::key_dispatch::worker_number worker = 0;
};

using competing_workers_self =
  competing_workers_actor::extend<accepts<consumer_batch, batch_outcomes>, accepts<subscription_ended>, accepts<stop_overdue>,
                                  accepts<worker_doubted>>;

/// The subscriber of a consumer. Sends each event to a worker, passes on its answer, and tells the consumer how many events it
/// holds.
struct competing_workers_state {
  static inline const char* name = "kdb.competing_workers";

  /// How long a worker gets no work after an error from the actor system: usually it has ended, and its down message is about to
  /// arrive.
  static constexpr std::chrono::milliseconds doubt{100};

  explicit competing_workers_state(competing_workers_self::pointer owner) : self{owner} {}
  ~competing_workers_state();

  competing_workers_self::behavior_type start(untyped_client client, competing_workers_plan plan);

  // One for each message.
  caf::result<void> on_await_joined();
  workload on_get_workload() const;
  caf::result<void> on_cancel();
  batch_outcomes on_batch(const consumer_batch& batch);
  void on_ended(const subscription_ended& message);
  void on_stop_overdue();
  void on_worker_doubted(const worker_doubted& message);
  void on_worker_down(const caf::down_msg& message);

  void joined_with(const consumer_actor& handle);
  void not_joined(const caf::error& cause);

  void spawn_worker();
  /// Assigns items to free workers.
  void hand_out();
  void answered(policy::key_dispatch::worker_number worker, const outcome& answer);
  void failed(policy::key_dispatch::worker_number worker, const caf::error& cause);
  void answer(policy::key_dispatch::item_number item, const outcome& answer);
  void take_back_waiting();
  void report(std::optional<event_token> token, const outcome& answer);
  outcome failure_outcome(const std::string& reason) const;

  /// Assigns no more items, and ends when no worker has one.
  void stop(end_reason reason, std::optional<error> cause);
  void stop_when_idle();
  void leave(subscription_ended options);

  competing_workers_self::pointer self;
  any_caf::monitoring worker_ends;
  competing_workers_plan plan;
  policy::retry_budget replacements{0, std::chrono::milliseconds{1}};
  policy::key_dispatch dispatch;
  std::unordered_map<policy::key_dispatch::item_number, work_item> held; // All unanswered items.
  std::set<uuid> held_ids;                                               // Event ids of the items from the current call.
  policy::key_dispatch::item_number last_item = 0;
  std::uint64_t incarnation = 0;
  std::map<policy::key_dispatch::worker_number, caf::actor> workers;
  std::unordered_map<caf::actor_addr, policy::key_dispatch::worker_number> numbers;
  policy::key_dispatch::worker_number last_worker = 0;
  caf::actor consumer; // Also set before the client has answered with the handle.
  bool joined = false;
  std::optional<error> refusal;
  std::vector<caf::typed_response_promise<void>> waiting_to_join;
  std::optional<subscription_ended> end; // Decided; more precise than the end of the consumer itself.
  bool cancelled_consumer = false;
  bool told = false;
  std::vector<caf::typed_response_promise<void>> cancellers;
};

competing_workers_self::behavior_type competing_workers(competing_workers_self::stateful_pointer<competing_workers_state> self,
                                                        untyped_client client, competing_workers_plan plan);

} // namespace kdb::inline v0

KDB_ACTOR_MESSAGES(kdb_competing_workers_runtime, 1390, kdb::stop_overdue, kdb::worker_doubted)
