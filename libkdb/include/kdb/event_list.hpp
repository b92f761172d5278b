// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <kdb/event.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The default memory limit of `read_stream_to_end`, in bytes.
inline constexpr std::uint64_t default_read_bytes = 64 << 20;

/// All events that a read delivered, in order. The events are views that live as long as the list or a copy of it; copies share
/// the memory and may be used from several threads at once.
class event_list {
public:
  using value_type = resolved_event;
  using const_iterator = const resolved_event*;

  event_list() = default;

  const_iterator begin() const { return first_; }
  const_iterator end() const { return last_; }
  std::size_t size() const { return static_cast<std::size_t>(last_ - first_); }
  bool empty() const { return first_ == last_; }
  const resolved_event& operator[](std::size_t index) const { return first_[index]; }
  const resolved_event& front() const { return *first_; }
  const resolved_event& back() const { return last_[-1]; }

  /// The bounds of the stream, as far as the server has sent them.
  const stream_bounds& bounds() const { return bounds_; }
  /// The memory that the list uses, in bytes.
  std::size_t byte_size() const { return byte_size_; }

  class builder;

private:
  std::shared_ptr<const void> storage_;
  const resolved_event* first_ = nullptr;
  const resolved_event* last_ = nullptr;
  stream_bounds bounds_;
  std::size_t byte_size_ = 0;
};

/// Collects batches into a list, up to a limit of bytes.
class event_list::builder {
public:
  explicit builder(std::uint64_t max_bytes);
  ~builder();
  builder(builder&&) noexcept;
  builder& operator=(builder&&) noexcept;

  /// Adds a batch. Fails with `read_too_large` if all batches together are above the limit.
  result<void> add(event_batch batch);
  /// Returns the list of all events that were added. Call it once.
  event_list finish();

private:
  struct content;
  std::shared_ptr<content> content_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  stream_bounds bounds_;
};

/// "N events, M bytes": never payloads.
std::string to_string(const event_list& events);

} // namespace v0
} // namespace kdb
