// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/signals.hpp"
#include <kdb/event_batch.hpp>

namespace kdb::inline v0 {

/// The traces and metrics of a read, a subscription or a consumer. A member of its actor: the stream counts as open until the
/// actor ends.
class stream_signals {
public:
  using time_point = std::chrono::steady_clock::time_point;

  stream_signals() = default;
  stream_signals(const stream_signals&) = delete;
  /// The spans of an unanswered batch fail.
  ~stream_signals();

  /// `name` is the subscription in the attributes of spans.
  void open(signals_ptr on, policy::stream_kind kind, const call_options& call, std::string_view name);

  /// A reading program has taken a batch.
  void delivered(const event_batch& batch) const;

  /// A batch goes to the subscriber. Each event with the context of a span gets a span, which ends with the answer.
  void hand_over(const event_batch& batch, const endpoint& node, time_point now);
  /// The subscriber has answered, with an error if there is a cause. Returns how long it took.
  std::chrono::milliseconds answered(time_point now, const error* cause = nullptr);

  /// The stream starts again after a failure. Returns the observation of the new start.
  observation resumes(policy::observed_operation operation, const call_options& call, const error& cause,
                      std::chrono::milliseconds pause) const;

  /// Answers to events of a consumer.
  void count_answers(policy::answer_kind kind, std::size_t events) const;

private:
  void count_delivered(std::size_t events) const;

  signals_ptr on_;
  policy::stream_kind kind_{};
  std::string name_, user_;
  level open_;
  time_point handed_at_{};
  std::vector<std::unique_ptr<trace_span>> spans_; // Of the batch that the subscriber has.
};

} // namespace kdb::inline v0
