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

/// One event for a worker. Shares the storage of the batch that delivered it.
///
/// A worker is any actor that handles `work_item` and answers with an `outcome`, at once or by a promise that it fulfils later. It
/// receives the next event after the answer. If it throws, or answers with an error or with nothing, the event is answered as
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

/// Starts a worker. Called for each worker and each replacement, on a thread of the actor system.
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

/// Options of competing workers.
struct competing_workers_options {
  /// The number of workers, which is the number of events processed at the same time; at least 1.
  std::size_t workers = 4;
  /// Events with the same key are processed one at a time, in the order in which they were delivered.
  event_key key = key_by_stream;
  /// The options of the shared consumer. Events that wait for a worker count towards its buffer and the group's message timeout.
  consume_options consumer{.buffer = 100};
  /// How many workers are replaced within `replacement_span`. Further workers that end are not replaced. When the last worker has ended,
  /// the pool ends.
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

/// Answered when the server has confirmed the consumer, or with the error if it refuses.
struct await_joined {};

/// Returns the current workload.
struct get_workload {};
/// The workload of competing workers.
struct workload {
  std::size_t workers = 0; ///< The number of running workers.
  std::size_t working = 0; ///< Events that workers are processing.
  std::size_t waiting = 0; ///< Events that wait for a worker, or for an earlier event with the same key.
  friend bool operator==(const workload&, const workload&) = default;
};

/// A consumer and its workers. Lives until the consumer ends or the last worker is lost, whether anyone holds the handle or not; it can
/// be monitored. Outcomes are passed to the consumer as they arrive. After `cancel`, or an exit message, workers receive no more events;
/// when they have answered the events that they have, the pool and its workers end.
using competing_workers_actor = caf::typed_actor<accepts<await_joined>, accepts<get_workload, workload>,
                                                 accepts<cancel>>; // Answers when the end has been sent.

/// Starts workers and a consumer for them, and returns at once. An event is passed to a worker after all earlier events with the same key
/// were answered, with any outcome. An event that is nacked with `retry` is therefore delivered again after the events that already wait.
/// Events with different keys may overtake each other.
result<competing_workers_actor> spawn_competing_workers(caf::actor_system& system, client_actor client,
                                                        competing_workers_plan plan);

} // namespace v0
} // namespace kdb

KDB_ACTOR_MESSAGES(kdb_competing_workers, 1280, kdb::outcome, kdb::work_item, kdb::worker_lost, kdb::await_joined,
                   kdb::get_workload, kdb::workload, kdb::competing_workers_actor)
