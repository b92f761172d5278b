// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/groups.hpp>
#include <kdb/subscribe.hpp>

// Consuming from a group of a persistent subscription.
namespace kdb {
inline namespace KDB_API v0 {

/// What the server does with an event that was not processed.
enum class nack_action : std::uint8_t {
  unknown, ///< Like `retry`.
  park,    ///< Put it aside until the parked events are replayed.
  retry,   ///< Deliver it again; after the group's `max_retries`, park it.
  skip,    ///< Count it as processed.
  stop,    ///< Current servers treat it as `skip`.
};

std::string_view to_string(nack_action action);

/// The result of processing an event.
class outcome {
public:
  /// The maximum length of a reason, in bytes.
  static constexpr std::size_t longest_reason = 4096;

  /// Processed.
  static outcome ack() { return {}; }
  /// Not processed. The reason may be any text: bytes that are not UTF-8 are replaced by U+FFFD, and texts longer than `longest_reason`
  /// are truncated, because the server would end the consumer's call otherwise. An action that is not one of the enumerators becomes
  /// `unknown`.
  static outcome nack(nack_action action, std::string_view reason = {});

  /// Whether the event was processed.
  bool is_ack() const { return ack_; }
  /// The action of a nack.
  nack_action action() const { return action_; }
  /// The reason, for people. The server keeps it with parked events. Valid UTF-8, at most `longest_reason` bytes.
  const std::string& reason() const { return reason_; }

  friend bool operator==(const outcome&, const outcome&) = default;

private:
  outcome() = default;
  bool ack_ = true;
  nack_action action_ = nack_action::unknown;
  std::string reason_;
};

/// The outcomes of a batch: one for each event, in order, or one for all. Empty: nothing is answered now, the events are answered one by
/// one later.
struct batch_outcomes {
  std::vector<outcome> each{}; ///< The outcomes.

  /// The same outcome for all events of the batch.
  static batch_outcomes all(const outcome& answer) { return {{answer}}; }
};

/// Identifies a delivered event in its answer: the id of the link if the event was resolved, else the event's own id, and the call that
/// delivered it.
struct event_token {
  uuid id{};
  std::uint64_t incarnation = 0; ///< Counts the calls of the consumer.
  friend bool operator==(const event_token&, const event_token&) = default;
};

/// An event of a batch. Valid as long as the batch, or a copy of it.
struct consumed_event {
  /// The event, or a broken link to one.
  const resolved_event& event;
  /// How often it was delivered before.
  std::uint32_t retries = 0;
  event_token token{}; ///< Names the event in an answer.
};

/// Events handed to a consumer, in the order of the server. Immutable; copies share the same storage.
class consumer_batch {
public:
  using value_type = consumed_event;
  class iterator;

  consumer_batch() = default;
  /// All items of `events` must be events, with one retry count for each.
  consumer_batch(event_batch events, std::vector<std::uint32_t> retries, std::uint64_t incarnation);

  std::size_t size() const { return events_.size(); }
  bool empty() const { return events_.empty(); }
  consumed_event operator[](std::size_t index) const;
  iterator begin() const;
  iterator end() const;
  /// The events alone.
  const event_batch& events() const { return events_; }
  /// The call that delivered it; answers are only valid on that call.
  std::uint64_t incarnation() const { return incarnation_; }

private:
  event_batch events_;
  std::shared_ptr<const std::vector<std::uint32_t>> retries_;
  std::uint64_t incarnation_ = 0;
};

class consumer_batch::iterator {
public:
  using value_type = consumed_event;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::input_iterator_tag;

  iterator() = default;
  iterator(const consumer_batch* batch, std::size_t at) : batch_{batch}, at_{at} {}
  consumed_event operator*() const { return (*batch_)[at_]; }
  iterator& operator++() {
    ++at_;
    return *this;
  }
  iterator operator++(int) {
    auto before = *this;
    ++at_;
    return before;
  }
  friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }

private:
  const consumer_batch* batch_ = nullptr;
  std::size_t at_ = 0;
};

inline consumer_batch::iterator consumer_batch::begin() const {
  return {this, 0};
}

inline consumer_batch::iterator consumer_batch::end() const {
  return {this, size()};
}

/// How many answers were accepted for sending. The server does not confirm them: consuming is at least once.
struct ack_result {
  /// Answers that will be sent to the server.
  std::size_t taken = 0;
  /// Answers to events of a call that is over. They have no effect: the server delivers those events again.
  std::size_t stale = 0;
  friend bool operator==(const ack_result&, const ack_result&) = default;
};

/// Options of a consumer.
struct consume_options {
  /// The maximum number of events that are in flight or not answered yet; at least 1.
  std::uint32_t buffer = 10;
  /// Collected answers are sent when there are this many, or half of `buffer` if that is less; at least 1.
  std::uint32_t ack_batch = 50;
  /// The maximum time that an answer waits for others to be sent together. 0: each is sent at once.
  std::chrono::milliseconds ack_delay{20};
  /// The outcome for the events of a batch whose handler threw or answered with an error. An empty reason is replaced by the error's
  /// text.
  outcome on_failure = outcome::nack(nack_action::retry);
  /// The client logs a warning when a batch takes longer than this. Set it to the group's message timeout.
  std::chrono::milliseconds slow_after{30'000};
  /// Whether the consumer ends if the group is full when it resumes after a lost call. If not, it tries again, because the server may not
  /// have noticed yet that this consumer's previous call is lost. When a consumer starts, a full group always refuses it.
  bool end_when_full = false;
  /// How the consumer resumes after a lost call. Consumers have no watchdog.
  resume_options resume{};
  /// The deadline bounds the start, until the server confirms.
  call_options call{};
};

} // namespace v0
} // namespace kdb
