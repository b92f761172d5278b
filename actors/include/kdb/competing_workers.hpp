// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <kdb/actors.hpp>
#include <kdb/event_key.hpp>
#include <kdb/export.hpp>

// Several workers on one consumer of a group. Events with the same key are processed in order.
namespace kdb {
inline namespace KDB_API v0 {

/// One event for a worker. Shares the storage of the batch it came in.
///
/// A worker is any actor that handles `work_item` and answers with an `outcome`, at once or with a promise that it fulfils later; it
/// gets the next event when it has. If it throws or answers with an error or with nothing, the event is answered as
/// `consume_options::on_failure` says.
class work_item {
public:
  work_item() = default;
  /// Made by the pool. A test of a worker can make one, too.
  work_item(consumer_batch batch, std::size_t index) : batch_{std::move(batch)}, index_{index} {}

  const resolved_event& event() const { return batch_[index_].event; }
  /// How often it was delivered before.
  std::uint32_t retries() const { return batch_[index_].retries; }
  /// Names the event in an answer.
  event_token token() const { return batch_[index_].token; }

private:
  consumer_batch batch_;
  std::size_t index_ = 0;
};

/// Starts a worker: called for each, and for each replacement, on a thread of the actor system.
using worker_factory = std::function<caf::actor(caf::actor_system&)>;

/// Sent to the observer: a worker has ended. Its event was answered as `consume_options::on_failure` says.
struct worker_lost {
  /// The reason why the worker ended.
  std::string why{};
  /// Whether another worker was started in its place.
  bool replaced = false;
  /// Remaining workers, including the new one.
  std::size_t workers = 0;
};

/// How the events of a group are shared among workers.
struct competing_workers_options {
  /// Events that are processed at the same time; at least 1.
  std::size_t workers = 4;
  /// Events with the same key are processed one at a time, in the order in which they were delivered.
  event_key key = key_by_stream;
  /// The shared consumer. Events that wait for a worker count towards its buffer and towards the group's message timeout.
  consume_options consumer{.buffer = 100};
  /// So many workers are replaced within `replacement_span`. Further losses are not replaced; without workers everything ends.
  std::size_t replacements = 100;
  /// The time in which `replacements` count.
  std::chrono::milliseconds replacement_span{60'000};
  /// The time that workers have to finish their events after `cancel`.
  std::chrono::milliseconds stop_within{10'000};
};

/// The group to consume, and the workers.
struct competing_workers_plan {
  group_name group{};
  /// Starts each worker.
  worker_factory make_worker{};
  /// Any actor that handles `worker_lost` and `subscription_ended`, which is sent once, last. Optional.
  caf::actor observer{};
  competing_workers_options options{};
};

/// Answered when the server has confirmed the consumer, or with the error.
struct await_joined {};

/// Returns the present workload.
struct get_workload {};
/// How much there is to do.
struct workload {
  std::size_t workers = 0; ///< Workers that run.
  std::size_t working = 0; ///< Events that workers have.
  std::size_t waiting = 0; ///< Events that wait for a worker, or for those before them.
  friend bool operator==(const workload&, const workload&) = default;
};

/// A consumer and its workers. Lives until the consumer ends or the last worker is lost, whether anyone holds the handle or not; it can
/// be monitored. Outcomes are sent on as they come. After `cancel`, or an exit message, no event is handed out any more; when the
/// workers have answered for those they have, all ends. The workers end with it.
using competing_workers_actor = caf::typed_actor<accepts<await_joined>, accepts<get_workload, workload>,
                                                 accepts<cancel>>; // Answers when the end has been sent.

/// Starts workers and a consumer for them; returns at once. An event of a key is handed out when those before it were answered, however:
/// one that is nacked with `retry` comes again after what waits behind it. Events of different keys overtake each other.
result<competing_workers_actor> spawn_competing_workers(caf::actor_system& system, client_actor client,
                                                        competing_workers_plan plan);

} // namespace v0
} // namespace kdb

KDB_ACTOR_MESSAGES(kdb_competing_workers, 1280, kdb::outcome, kdb::work_item, kdb::worker_lost, kdb::await_joined,
                   kdb::get_workload, kdb::workload, kdb::competing_workers_actor)
