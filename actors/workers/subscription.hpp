// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/runtime/incident.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/stop_watch.hpp"
#include "actors/runtime/stream_signals.hpp"
#include "actors/workers/worker_context.hpp"
#include "libkdb/policy/resuming.hpp"

namespace kdb::inline v0 {

struct stream_plan {
  std::string stream;
  subscribe_to_stream_options options;
};

struct all_plan {
  subscribe_to_all_options options;
};

/// The source and the subscriber of a subscription.
struct subscription_plan {
  std::variant<stream_plan, all_plan> source;
  caf::actor subscriber;

  const call_options& call() const;
  const resume_options& resume() const;
  std::chrono::milliseconds slow_after() const;
  /// The stream, or "$all".
  std::string_view name() const;
  /// As the log calls it.
  std::string title() const;
  policy::log_fields log_fields() const { return {{"db.kurrentdb.stream", std::string{name()}}}; }
  policy::observed_operation operation() const;
  /// The next call.
  wire::read_request request() const;
  /// The request for the last existing event.
  wire::read_request head_request() const;
  /// Whether the subscription is behind this last existing event.
  bool is_behind(const event_batch& head) const;
  /// Moves the start of the next call behind these items.
  void note_received(const event_batch& batch);
  /// How far the subscriber is after these items.
  last_delivered last_event_of(const event_batch& batch, const last_delivered& before) const;
};

/// One catch-up subscription. Delivers one batch at a time to its subscriber. After a loss it starts again on another node,
/// behind the last event received, until a final error ends it.
struct subscription_state {
  static inline const char* name = "kdb.subscription";

  /// Batches under way or waiting for the subscriber, at most. Each holds up to 256 events or 256 KiB, or one event above that.
  static constexpr std::size_t batches_ahead = 4;

  explicit subscription_state(subscription_self::pointer owner) : self{owner}, stops{owner} {}
  /// Tells the subscriber the end, if it does not know it yet.
  ~subscription_state();

  subscription_self::behavior_type start(subscription_plan plan, worker_context_ptr context);

  // One for each message.
  caf::result<subscription_actor> on_begin();
  caf::result<void> on_cancel();
  void on_stop_due();
  void on_resume_due();
  void on_batch(batch_arrived& message);
  void on_confirmed(const subscription_confirmed& message);
  void on_read_ended(read_ended& message);
  void on_silence_due();
  void on_head_seen(const head_seen& message);
  void on_silence_confirmed(const silence_confirmed& message);

  void find_node();
  void begin_call(const node_ptr& found);
  void end_call(error cause);
  void call_over(error cause);
  bool is_silent() const;
  void deliver_next();
  void delivered();
  void refused(const caf::error& cause);
  void finish(end_reason reason, std::optional<error> cause);
  /// Once, last.
  void tell_end(end_reason reason, std::optional<error> cause);

  subscription_self::pointer self;
  any_caf::monitoring subscriber_end;
  subscription_plan plan;
  worker_context_ptr context;
  stop_watch stops;
  stop_watch::watched stop;
  observation starting; // Until the server confirms.
  incident outage;      // Of a call that the server had confirmed.
  stream_signals signs;
  policy::resuming phases;
  caf::typed_response_promise<subscription_actor>
    beginning; // Pending until the first confirmation. Later the end is reported to the subscriber.
  node_ptr current;
  std::uint64_t calls = 0; // So far: their numbers.
  std::unique_ptr<rpc::read_call> call;
  std::vector<event_batch> ready; // `batches_ahead` at most. A deque takes 576 bytes when it is empty, as it is nearly always.
  bool delivering = false;
  std::optional<error> failed;       // Final, but told only after what is ready has been delivered.
  std::uint64_t arrivals = 0;        // Batches and confirmations. While it does not change, the server is silent.
  std::uint64_t arrivals_before = 0; // `arrivals` at the last check of the watchdog.
  std::unique_ptr<rpc::read_call> head_call;
  last_delivered handed; // What the subscriber has got.
  bool finished = false;
};

subscription_self::behavior_type subscription(subscription_self::stateful_pointer<subscription_state> self,
                                              subscription_plan plan, worker_context_ptr context);

} // namespace kdb::inline v0
