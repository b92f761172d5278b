// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/append_decision.hpp"
#include "devnode/store/database.hpp"
#include "devnode/store/log.hpp"
#include "devnode/store/recent_ids.hpp"
#include "devnode/store/stream.hpp"
#include "devnode/store/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kdb::inline v0::development {

/// Tells the time in 100 ns since 1970.
using ticks_clock = std::function<std::int64_t()>;

std::int64_t system_ticks();

/// How a write ended.
struct write_outcome {
  append_verdict verdict = append_verdict::write;
  std::int64_t last = no_revision;       ///< Success: the revision of its last event. Otherwise the stream's.
  std::optional<std::uint64_t> position; ///< Of the last event; absent when a duplicate's original is hidden by now.

  bool success() const { return verdict == append_verdict::write || verdict == append_verdict::duplicate; }
};

/// What a transaction has written, or had written before.
struct transaction_outcome {
  std::vector<std::int64_t> last; ///< The last revision of every target.
  std::uint64_t position = 0;     ///< Of the last event.
};

/// Log indices [first, end) of what was written together.
struct commit {
  std::size_t first = 0;
  std::size_t end = 0;
};

/// Bytes of events that were deleted or truncated and that $all still shows, as a server's $all does before a scavenge. When there are more they are
/// all dropped.
inline constexpr std::size_t most_hidden_bytes = 32 * 1024 * 1024;

/// The log and the streams that index it. In memory, for one thread; a database may keep a copy.
class store {
public:
  /// With the events of a database, if there is one.
  explicit store(ticks_clock clock = system_ticks, database* kept = nullptr);

  /// For a copy of another node's log: empty, even without the first event of every server.
  struct copy {};
  explicit store(copy) : clock_{system_ticks} {}

  /// Writes the first event of every server.
  void write_first();

  /// Copies what another store wrote, which goes on where this one ends.
  void adopt(const log& from, const commit& written);

  store(const store&) = delete;
  store& operator=(const store&) = delete;

  const log& events() const { return log_; }

  /// Returns the time, which never runs backwards.
  std::int64_t now();

  /// Returns the stream if it has or had events or metadata.
  const stream* find(std::string_view name) const;

  /// Whether the stream, or the one whose metastream it is, was tombstoned.
  bool tombstoned(std::string_view name) const;

  /// Returns what writes are decided by. Metadata can be written after a tombstone if some were written before, though nobody reads them.
  stream_facts facts(std::string_view name) const;

  /// Returns the lowest revision that may be read now; last + 1 when there is none.
  std::int64_t first_visible(const stream& of);

  /// Whether an event may be read now.
  bool visible(const stored_event& event);

  /// Writes all events or none.
  write_outcome append(std::string_view name, expected_state expected, std::span<const proposed_event> events);

  /// Decides on every target of a transaction as if it was an append of its own.
  std::vector<append_decision> decide(const transaction& proposed) const;

  /// Writes a transaction on which was decided. It has entries.
  transaction_outcome write(const transaction& decided);

  /// Tells where a transaction is that was written before, by the decisions on its targets.
  transaction_outcome written_before(const transaction& repeated, std::span<const append_decision> decisions) const;

  /// Hides a stream until it is written again.
  write_outcome soft_delete(std::string_view name, expected_state expected);

  /// Ends a stream for ever.
  write_outcome tombstone(std::string_view name, expected_state expected);

  /// Has readers wait: `keep` is called with each write, at once with those that no database has, and they are seen after `publish`.
  void keep_with(std::function<void(const commit&)> keep);

  /// Lets readers see the events before this log index.
  void publish(std::size_t end);

  /// Has projections and indexes wait: `wait` is called with what readers have come to see, and they see it after `settle`. Otherwise they see it at
  /// once.
  void settle_with(std::function<void(const commit&)> wait);

  /// Lets projections and indexes see the events before this log index.
  void settle(std::size_t end);

  /// The last revision that can be seen; below the last one when the newest events are not in the database yet.
  std::int64_t last_readable(const stream& of) const;

  /// Grows with every write that can change who may do what: to metadata and to `$settings`.
  std::uint64_t access_changes() const { return access_changes_; }

  /// Grows with every write that can change a user.
  std::uint64_t user_changes() const { return user_changes_; }

  /// Called after each write, when its events can be seen.
  void on_commit(seen_by whom, std::function<void(const commit&)> listener) {
    (whom == seen_by::readers ? listener_ : settled_listener_) = std::move(listener);
  }

private:
  void restore(stored_event event, std::string_view stream, std::optional<std::string_view> body = {});
  void remember_last_ids();
  void note_hidden(stream& of);
  void reclaim();
  void written(std::size_t first);
  void note_change(const stream& of);
  stream* find_open(std::string_view name) const;
  stream& open(std::string_view name);
  stream_facts facts(std::string_view name, const stream* of) const;
  append_decision decide(const stream_facts& before, expected_state expected, std::span<const proposed_event> events,
                         const stream* of) const;
  void write(stream& into, const proposed_event& event, std::int64_t created);
  void write_metadata(std::string_view of, std::string_view data, std::int64_t created);
  void apply_metadata(stream& metastream);
  void undelete(std::string_view name, std::int64_t first, std::int64_t created);
  void undelete_after(stream& written, bool was_deleted, std::int64_t last_before, std::int64_t created);
  write_outcome duplicate(const stream& of, std::int64_t last);

  static constexpr std::size_t most_recent_ids = 100'000;

  struct name_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };

  ticks_clock clock_;
  std::int64_t now_ = 0;
  log log_;
  std::unordered_map<std::string, std::unique_ptr<stream>, name_hash, std::equal_to<>> streams_;
  recent_ids recent_{most_recent_ids};
  std::vector<stream*> with_hidden_;
  std::size_t hidden_bytes_ = 0;
  std::size_t restored_ = 0;
  std::uint64_t access_changes_ = 1;
  std::uint64_t user_changes_ = 1;
  std::function<void(const commit&)> keep_;
  std::function<void(const commit&)> wait_;
  std::function<void(const commit&)> listener_;
  std::function<void(const commit&)> settled_listener_;
};

} // namespace kdb::inline v0::development
