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
  park,    ///< Put it aside until parked events are replayed.
  retry,   ///< Deliver it again; after the group's `max_retries`, park it.
  skip,    ///< Take it as processed.
  stop,    ///< Current servers treat it as `skip`.
};

std::string_view to_string(nack_action action);

/// The result of processing an event.
class outcome {
public:
  /// Bytes of a reason that are kept.
  static constexpr std::size_t longest_reason = 4096;

  /// Processed.
  static outcome ack() { return {}; }
  /// Not processed. The reason may be any text: bytes that are not UTF-8 are replaced by U+FFFD, and texts longer than `longest_reason`
  /// are truncated, because the server would end the consumer's call otherwise. An action that is not one of the enumerators becomes
  /// `unknown`.
  static outcome nack(nack_action action, std::string_view reason = {});

  /// Whether the event was processed.
  bool is_ack() const { return ack_; }
  /// Only of a nack.
  nack_action action() const { return action_; }
  /// For people; the server keeps it with parked events. Valid UTF-8, at most `longest_reason` bytes.
  const std::string& reason() const { return reason_; }

  friend bool operator==(const outcome&, const outcome&) = default;

private:
  outcome() = default;
  bool ack_ = true;
  nack_action action_ = nack_action::unknown;
  std::string reason_;
};

/// The outcomes of a batch: one for each event, in order, or one for all. Empty: the events will be answered one by one.
struct batch_outcomes {
  std::vector<outcome> each{}; ///< The outcomes.

  /// The same outcome for all events of the batch.
  static batch_outcomes all(const outcome& answer) { return {{answer}}; }
};

/// Names a delivered event for its answer: the id of the link if the event was resolved, else its own, and the call that brought it.
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
  /// All items are events, with as many retry counts.
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
  /// Answers that are on their way to the server.
  std::size_t taken = 0;
  /// Answers to events of a call that is over. They have no effect: the server delivers those events again.
  std::size_t stale = 0;
  friend bool operator==(const ack_result&, const ack_result&) = default;
};

/// How to consume.
struct consume_options {
  /// Events that may be under way or unanswered; at least 1.
  std::uint32_t buffer = 10;
  /// Answers are sent when there are so many, or half the buffer if that is less; at least 1.
  std::uint32_t ack_batch = 50;
  /// The longest that an answer waits for others. 0: none waits.
  std::chrono::milliseconds ack_delay{20};
  /// For the events of a batch whose handler threw or answered with an error. An empty reason becomes the error's.
  outcome on_failure = outcome::nack(nack_action::retry);
  /// Warn in the log when the handling of a batch takes longer. Should be the group's message timeout.
  std::chrono::milliseconds slow_after{30'000};
  /// End when the group, after a lost call, has all the consumers it may have. Otherwise try again: the server may not have noticed
  /// yet that our own last call is gone. At its start a consumer is refused in either case.
  bool end_when_full = false;
  /// For calls that break off. Consumers have no watchdog.
  resume_options resume{};
  /// Its deadline bounds the start, until the server confirms.
  call_options call{};
};

} // namespace v0
} // namespace kdb
