#pragma once

#include "store/event.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace kdb::development {

/// All events in the order they were written. Positions increase but are not dense, as on a server, where they are byte offsets:
/// a client that counts on more finds out here. Events never move in memory.
class log {
public:
  /// Number of events, which is also the index of the next one.
  std::size_t size() const { return events_.size(); }

  /// Number of events that readers may see: all, unless some are not in the database yet.
  std::size_t readable() const { return readable_; }

  /// Lets readers see the events before `end`.
  void publish(std::size_t end) { readable_ = end; }

  const stored_event& operator[](std::size_t index) const { return events_[index]; }

  /// Position of the next record.
  std::uint64_t end_position() const { return end_; }

  /// Index of the first event at or behind `position`.
  std::size_t index_of(std::uint64_t position) const;

  /// Appends an event of `owner` and returns its index.
  std::size_t append(const proposed_event& event, const stream& owner, std::int64_t revision, std::int64_t created);

  /// Appends an event that was read from a database.
  void restore(stored_event event);

  /// Lets the next record stand there at least.
  void skip_to(std::uint64_t position) { end_ = std::max(end_, position); }

  /// Writes a record that no reader sees, as an append without events does, and returns its position.
  std::uint64_t append_invisible();

private:
  std::deque<stored_event> events_;
  std::size_t readable_ = 0;
  std::uint64_t end_ = 548; // where the first visible event of a fresh server stands
};

} // namespace kdb::development
