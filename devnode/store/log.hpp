// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/event.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// Who looks at the log. Indexes and projections see an event some time after readers do.
enum class seen_by { readers, projections };

/// All events in the order they were written. Positions increase but are not dense, as on a server, where they are byte offsets:
/// a client that counts on more finds out here. Events never move in memory.
class log {
public:
  /// Number of events, which is also the index of the next one.
  std::size_t size() const { return size_; }

  /// Number of events that readers may see: all, unless some are not in the database yet.
  std::size_t readable() const { return readable_; }

  /// Lets readers see the events before `end`.
  void publish(std::size_t end) { readable_ = end; }

  /// Lets projections see the events before `end`.
  void settle(std::size_t end) { settled_ = end; }

  /// Number of events that they may see.
  std::size_t end(seen_by whom) const { return whom == seen_by::readers ? readable_ : settled_; }

  const stored_event& operator[](std::size_t index) const { return blocks_[index / block_size][index % block_size]; }

  /// Position of the next record.
  std::uint64_t end_position() const { return end_; }

  /// Index of the first event at or behind `position`.
  std::size_t index_of(std::uint64_t position) const;

  /// Whether `position` is neither that of a record nor one at which a record could stand.
  bool inside_record(std::uint64_t position) const;

  /// Appends an event of `owner` and returns its index.
  std::size_t append(const proposed_event& event, const stream& owner, std::int64_t revision, std::int64_t created);

  /// Appends an event that was written before.
  void restore(stored_event event);

  /// The same with an event that has no message yet, but a body.
  void restore(stored_event event, std::string_view body);

  /// Drops the message of an event. What is left is where and when it was.
  void drop(std::size_t index);

  /// Moves the messages of readable events together where many between them were dropped, so that the memory of those is free.
  void compact();

  /// Lets the next record stand there at least.
  void skip_to(std::uint64_t position) { end_ = std::max(end_, position); }

  /// Writes a record that no reader sees, as an append without events does, and returns its position.
  std::uint64_t append_invisible();

private:
  // Large enough to stand apart from other memory: what is given back is then next to each other.
  static constexpr std::size_t block_size = 2048;

  /// Events in a row with messages that share memory.
  struct segment {
    std::size_t first = 0; ///< Log index.
    std::size_t bytes = 0; ///< Of all messages.
    std::size_t live = 0;  ///< Of those that were not dropped.

    bool sparse() const { return live < bytes - bytes / 4; }
  };

  stored_event& at(std::size_t index) { return blocks_[index / block_size][index % block_size]; }
  void add(stored_event event);
  static void count(std::vector<segment>& segments, std::size_t index, std::size_t size);
  void pack(const segment& sparse, std::size_t end, std::vector<segment>& into);

  message_memory memory_;
  std::vector<segment> segments_;
  std::vector<std::unique_ptr<stored_event[]>> blocks_;
  std::size_t size_ = 0;
  std::size_t readable_ = 0;
  std::size_t settled_ = 0;
  std::uint64_t end_ = 548; // where the first visible event of a fresh server stands
};

} // namespace kdb::inline v0::development
