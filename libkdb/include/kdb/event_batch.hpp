// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <variant>

#include <kdb/event.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// A position to resume from: the server has looked at all events up to it. Only filtered subscriptions to $all get checkpoints.
struct checkpoint {
  log_position position;
  std::optional<std::chrono::system_clock::time_point> time{};
};

/// The subscription has delivered all existing events and is live now. May occur several times.
/// Members are unset on old servers, or if the stream is empty.
struct caught_up {
  std::optional<std::chrono::system_clock::time_point> time{};
  std::optional<stream_revision> revision{};
  std::optional<log_position> position{};
};

/// The subscription could not keep up and reads from the log again.
struct fell_behind {
  std::optional<std::chrono::system_clock::time_point> time{};
  std::optional<stream_revision> revision{};
  std::optional<log_position> position{};
};

/// The first and the last event of the stream that is read. Members are unset until the server has sent them; old servers never do.
struct stream_bounds {
  /// The first event that still exists. Sent only if a forward read begins before it, or after the last event.
  std::optional<stream_revision> first{};
  /// The last event of the stream, whether or not the read reached it. Sent at the end of a read.
  std::optional<stream_revision> last{};
  /// The last event in $all. No known server sends it.
  std::optional<log_position> last_in_all{};

  /// Copies the members that are set in the other one.
  void merge(const stream_bounds& later);
  friend bool operator==(const stream_bounds&, const stream_bounds&) = default;
};

/// One entry of a batch, in the order of the server.
using batch_item = std::variant<resolved_event, checkpoint, caught_up, fell_behind, stream_bounds>;

class batch_storage;

/// An ordered, immutable list of items. Copies share the same storage and may be used from several threads at once.
class event_batch {
public:
  using value_type = batch_item;
  using const_iterator = const batch_item*;

  /// Iterates over the events only.
  class event_range;

  event_batch() = default;
  explicit event_batch(std::shared_ptr<const batch_storage> storage);

  const_iterator begin() const { return first_; }
  const_iterator end() const { return last_; }
  /// Number of items, of all kinds.
  std::size_t size() const { return static_cast<std::size_t>(last_ - first_); }
  bool empty() const { return first_ == last_; }
  event_range events() const;
  /// The bounds of the stream, as far as this batch contains them.
  stream_bounds bounds() const;
  /// Memory held by the batch, in bytes.
  std::size_t byte_size() const;

private:
  std::shared_ptr<const batch_storage> storage_;
  const batch_item* first_ = nullptr;
  const batch_item* last_ = nullptr;
};

/// The events of a batch, without the other items.
class event_batch::event_range {
public:
  class iterator {
  public:
    using value_type = resolved_event;
    using difference_type = std::ptrdiff_t;
    using reference = const resolved_event&;
    using pointer = const resolved_event*;
    using iterator_category = std::forward_iterator_tag;

    iterator() = default;
    iterator(const batch_item* at, const batch_item* last) : at_{at}, last_{last} { skip(); }
    reference operator*() const { return *std::get_if<resolved_event>(at_); }
    pointer operator->() const { return std::get_if<resolved_event>(at_); }
    iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }

  private:
    void skip() {
      while (at_ != last_ && !std::holds_alternative<resolved_event>(*at_))
        ++at_;
    }
    const batch_item* at_ = nullptr;
    const batch_item* last_ = nullptr;
  };

  explicit event_range(event_batch batch) : batch_{std::move(batch)} {}
  iterator begin() const { return {batch_.begin(), batch_.end()}; }
  iterator end() const { return {batch_.end(), batch_.end()}; }
  bool empty() const { return begin() == end(); }

private:
  event_batch batch_; // Keeps the events alive in `for (auto& event : next_batch().events())`.
};

inline event_batch::event_range event_batch::events() const {
  return event_range{*this};
}

/// "N items, M bytes": never payloads.
std::string to_string(const event_batch& batch);

} // namespace v0
} // namespace kdb
