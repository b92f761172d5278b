// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/consumer_pool.hpp"
#include "devnode/persistent/group_settings.hpp"
#include "devnode/persistent/latency_window.hpp"
#include "devnode/store/uuid.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace kdb::inline v0::development {

/// A place in what a group follows: the revision in its stream, or the position in $all.
struct group_place {
  std::int64_t at = 0;
  bool skipped = false; ///< Of an event that no consumer gets.

  friend bool operator==(const group_place&, const group_place&) = default;
};

/// An event as far as it matters to a group.
struct group_event {
  std::size_t index = 0; ///< In the log.
  uuid id;               ///< By which it is acknowledged: that of the link where there is one.
  std::int64_t place = 0;
  bucket kept_with = 0;
  bool replayed = false; ///< It was parked before and is no part of the group's progress.
};

/// What a consumer wants done with an event that it could not process.
enum class nack_action { unknown, park, retry, skip, stop };

// -- what a group decides ------------------------------------------------------------------------------------------

/// Send this event to this consumer.
struct push_event {
  consumer_id to = 0;
  group_event event;
  std::int32_t retry_count = 0;
};

/// Put this event aside.
struct park_event {
  group_event event;
  std::string reason;
};

/// Write down that everything up to this place is done.
struct save_checkpoint {
  group_place place;
};

using group_decision = std::variant<push_event, park_event, save_checkpoint>;

/// A group of consumers that share the events of a stream or of $all: what happens goes in, decisions come out. It knows neither the
/// log nor a clock: it is given events while it has `room`, and the time with whatever depends on it.
///
/// An event waits for a consumer, is in flight, waits for a retry, or is done. Done is what was acknowledged, skipped or parked.
class consumer_group {
public:
  using time = std::chrono::microseconds; ///< Since any moment.

  /// `saved` is the checkpoint of an earlier life.
  consumer_group(const group_settings& settings, std::optional<group_place> saved, time now);

  /// Decisions since the last call, in order.
  std::vector<group_decision> take();

  // -- events ---

  /// How many events it would take now.
  std::size_t room() const;

  /// The next event, or one that no consumer gets. In order of places.
  void add(const group_event& event);
  void skip(std::int64_t place);

  /// Has all events that there are; those that follow are live, until there is no room for one.
  void caught_up() { live_ = true; }
  void fell_behind();
  bool live() const { return live_; }

  /// An event that was parked. It waits like one that is to be retried.
  void replay(const group_event& event);

  // -- consumers ---

  bool full() const;
  void connect(consumer_id id, std::int32_t buffer_size, time now);

  /// What it had in flight is for others, however often that happens.
  void disconnect(consumer_id id, time now);

  /// Ids of events that are not in flight are ignored. Any consumer of the group may answer for any other.
  void ack(std::span<const uuid> ids, time now);
  void nack(std::span<const uuid> ids, nack_action action, std::string_view reason, time now);

  /// Time goes by: what took too long is sent again, and a checkpoint may be due.
  void tick(time now);

  /// Sends what waits and can be sent.
  void dispatch(time now);

  // -- facts ---

  const consumer_pool& consumers() const { return pool_; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t retrying() const { return retrying_.size(); }
  std::size_t in_flight() const { return in_flight_.size(); }
  std::int64_t sent() const { return sent_; }

  /// How long a consumer takes; nullptr where the settings don't ask for it.
  const latency_window* latency_of(consumer_id id) const;
  std::int64_t live_events() const { return live_events_; }
  const std::optional<group_place>& saved() const { return saved_; }
  const std::optional<std::int64_t>& last_known() const { return last_known_; }

private:
  // An event with its number in the row of all events of the group; one that was parked before has none.
  struct entry {
    group_event event;
    std::int64_t number = 0;
    std::int32_t retries = 0;
  };
  struct flight {
    entry what;
    consumer_id by = 0;
    time since{};
    time due{};
  };
  struct progress {
    std::int64_t number = 0;
    std::optional<group_place> place;
  };

  void send(const entry& added, consumer_id to, time now);
  void retry(entry entry, bool limited);
  bool used_up(const entry& added) const { return added.retries >= settings_.max_retry_count; }
  std::string used_up_text() const;
  void add_retry(const entry& added);
  void finish(const entry& added);
  void park(const entry& added, std::string reason);
  std::optional<flight> land(const uuid& id);
  progress done() const;
  void check_progress(time now, bool is_time);

  group_settings settings_;
  consumer_pool pool_;
  std::vector<group_decision> decided_;
  std::deque<entry> waiting_;
  std::deque<entry> retrying_;
  std::unordered_map<uuid, flight> in_flight_;
  std::map<consumer_id, latency_window> latencies_;
  std::map<std::int64_t, std::optional<group_place>> open_; // numbers of what is not done, and the places before them
  progress last_;                                           // of what came in
  std::optional<group_place> saved_;
  std::int64_t saved_number_ = 0;
  time saved_at_;
  std::optional<std::int64_t> last_known_;
  std::int64_t sent_ = 0;
  std::int64_t live_events_ = 0;
  bool live_ = false;
};

} // namespace kdb::inline v0::development
