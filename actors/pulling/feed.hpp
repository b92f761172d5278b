// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "actors/runtime/caf_parts.hpp"
#include <kdb/actors.hpp>
#include <kdb/async_core.hpp>

namespace kdb::inline v0::detail {

/// Batches of a reading, a subscription or a consumer, for programs without actors. Any thread may take the next one.
///
/// A feed is an actor without a mailbox: it handles a message at once, on the thread of the sender. Taking a batch gives credit
/// for one more. The source of the batches monitors the feed, and ends when the feed is closed.
template <class Batch>
class feed final : public any_caf::direct_actor {
public:
  static std::shared_ptr<feed> open(caf::actor_system& system);

  explicit feed(caf::actor_config& config) : any_caf::direct_actor{config} {}

  /// The subscriber of a subscription or consumer.
  caf::actor address();

  /// Starts a reading: the client answers the request with a reader, which is then asked for batches.
  template <class Request>
  void read(const caf::actor& client, Request request) {
    send(caf::actor_cast<caf::strong_actor_ptr>(client), caf::make_message(std::move(request)));
  }

  /// Waits until the client has answered `read`. Returns the error if the reading has already ended with one.
  result<void> await_start();

  /// Completes with the next batch, or with the end. One may wait at a time; a second one completes with `invalid_argument`.
  void take(completion_ptr<Batch> done);
  /// Completes a waiting `take` with `cancelled`.
  void stop_waiting();

  /// Waits for the next batch or the end. An empty batch when that time has passed.
  result<Batch> wait(std::chrono::milliseconds timeout);

  /// Where the stream begins and ends, according to the batches taken so far.
  stream_bounds bounds() const;
  /// How the subscription or consumer has ended, once all batches were taken.
  std::optional<subscription_ended> ended() const;

  /// Ends it, with that error unless it has ended already. Batches that nobody took are dropped.
  void close(error cause);

  const char* name() const override { return "kdb.feed"; }

private:
  bool receive(caf::mailbox_element& element) override;

  struct arrival {
    Batch batch;
    caf::strong_actor_ptr source;
    caf::message_id request; // Of a subscription or consumer, which expects an answer. A reader gets another request instead.
  };

  void send(const caf::strong_actor_ptr& whom, caf::message request);
  void answered(caf::mailbox_element& answer);
  void arrived(arrival delivery);
  void end(result<Batch> outcome, std::optional<subscription_ended> told);
  /// The caller holds the mutex.
  arrival take_first();
  void give_credit(const arrival& taken);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  caf::strong_actor_ptr reader_; // Only of a reading, from its start on.
  std::deque<arrival> ready_;
  completion_ptr<Batch> taker_;
  std::optional<result<Batch>> end_; // The result of every `take` after the last batch. A reading ends with an empty batch.
  std::optional<subscription_ended> told_;
  stream_bounds bounds_;
};

extern template class feed<event_batch>;
extern template class feed<consumer_batch>;

} // namespace kdb::inline v0::detail
