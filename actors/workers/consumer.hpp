// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "actors/runtime/incident.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/stop_watch.hpp"
#include "actors/runtime/stream_signals.hpp"
#include "actors/workers/worker_context.hpp"
#include "libkdb/policy/ack_batch.hpp"
#include "libkdb/policy/resuming.hpp"

namespace kdb::inline v0 {

/// The group and the subscriber of a consumer.
struct consumer_plan {
  group_name group;
  consume_options options;
  caf::actor subscriber;

  /// As the log calls it.
  std::string title() const { return "the consumer of " + to_string(group); }
  policy::log_fields log_fields() const { return {{"db.kurrentdb.stream", group.stream}, {"kurrentdb.group", group.group}}; }
};

/// One consumer of a group. Delivers one batch at a time to its subscriber, collects the answers, and joins the group again after
/// every loss that is not final.
struct consumer_state {
  static inline const char* name = "kdb.consumer";

  /// How long the call is kept for sending the last answers. Dropping the call would discard them.
  static constexpr std::chrono::milliseconds grace{100};

  explicit consumer_state(consumer_self::pointer owner) : self{owner}, stops{owner} {}
  /// Tells the subscriber the end, if it does not know it yet.
  ~consumer_state();

  consumer_self::behavior_type start(consumer_plan plan, worker_context_ptr context);

  // One for each message.
  caf::result<consumer_actor> on_begin();
  caf::result<void> on_cancel();
  void on_stop_due();
  void on_resume_due();
  ack_result on_ack(const ack_events& request);
  ack_result on_nack(const nack_events& request);
  ack_result on_answer(const answer_batch& request);
  void on_events(events_arrived& message);
  void on_confirmed(const subscription_confirmed& message);
  void on_read_ended(read_ended& message);
  void on_answers_due();
  void on_host_holds(const host_holds& message);
  void on_subscriber_down();

  void find_node();
  void begin_call(const node_ptr& found);
  void call_over(error cause);
  /// Requests as many events as the buffer has room for.
  void grant();

  void deliver_next();
  void delivered(const batch_outcomes& outcomes);
  /// With a cause if the subscriber has failed.
  void answered(const batch_outcomes& outcomes, const error* cause);
  void refused(const caf::error& cause);
  consumer_batch take_delivered(const error* cause = nullptr);

  ack_result answer_all(const consumer_batch& batch, const batch_outcomes& outcomes);
  ack_result answer_tokens(const std::vector<event_token>& tokens, const outcome& answer);
  /// Sends the waiting answers if their time has come; otherwise sets a timer.
  void answers_added();
  void flush();

  /// Ends the consumer when the answers have been sent.
  void finish(end_reason reason, std::optional<error> cause);
  void leave();
  /// Once, last.
  void tell_end();

  consumer_self::pointer self;
  any_caf::monitoring subscriber_end;
  consumer_plan plan;
  worker_context_ptr context;
  stop_watch stops;
  stop_watch::watched stop;
  observation starting; // Until the server confirms.
  incident outage;      // Of a call that the server had confirmed.
  stream_signals signs;
  policy::resuming phases;
  caf::typed_response_promise<consumer_actor> beginning; // Pending until the first confirmation.
  node_ptr current;
  std::uint64_t incarnation = 0; // Number of the call; its events carry it. Messages and answers of earlier calls are late.
  std::unique_ptr<rpc::consume_call> call;
  std::size_t allowed = 0; // Events that may still come.
  std::deque<consumer_batch> ready;
  std::size_t ready_events = 0;
  std::size_t host_events = 0; // Events of batches answered without outcomes, as reported by the subscriber.
  std::optional<consumer_batch> delivering;
  policy::ack_batch answers;
  bool answers_timer = false;
  std::optional<std::chrono::steady_clock::time_point> last_written;
  std::optional<subscription_ended> end; // Decided; reported when the answers have been sent.
  bool told = false;
  std::vector<caf::typed_response_promise<void>> cancellers;
};

consumer_self::behavior_type consumer(consumer_self::stateful_pointer<consumer_state> self, consumer_plan plan,
                                      worker_context_ptr context);

} // namespace kdb::inline v0
