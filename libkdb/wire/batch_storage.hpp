// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <kdb/event_batch.hpp>

namespace kdb::inline v0 {

/// Memory of one batch: the bytes of its messages, the events parsed from them, and the list of items. Everything but the list is
/// bumped out of chunks that come from, and go back to, a small cache shared by all threads; nothing is allocated per event.
///
/// Filled by one thread, then shared and immutable.
class batch_storage {
public:
  /// Expects as much as another batch had; that decides how it begins, not how far it can go.
  struct expectation {
    std::size_t bytes = 0;
    std::size_t items = 0;
  };

  explicit batch_storage(expectation expected) : expected_{expected} {}
  ~batch_storage();
  batch_storage(const batch_storage&) = delete;
  batch_storage& operator=(const batch_storage&) = delete;

  /// Bytes without alignment, for the next message.
  std::span<char> reserve(std::size_t size);
  /// Gives the latest `reserve` back, if nothing was made after it.
  void release_reserved();
  /// Keeps an event.
  const recorded_event* keep(recorded_event&& event);
  void push(batch_item item);

  const std::vector<batch_item>& items() const { return items_; }
  /// Bytes held, used or not.
  std::size_t byte_size() const { return chunk_bytes_ + items_.capacity() * sizeof(batch_item); }
  /// What the next batch of the same reading may expect.
  expectation used() const { return {used_, items_.size()}; }

private:
  struct chunk {
    std::byte* begin;
    std::size_t size;
  };

  std::byte* allocate(std::size_t size, std::size_t alignment);
  std::byte* add_chunk(std::size_t size);

  expectation expected_;
  std::vector<chunk> chunks_;
  std::vector<batch_item> items_;
  std::byte* at_ = nullptr;  // Of the chunk in use: begin of its free part,
  std::byte* end_ = nullptr; // and its end.
  std::size_t chunk_bytes_ = 0;
  std::size_t used_ = 0;
  std::byte* reserved_ = nullptr; // The latest reserve, while it can be given back;
  std::size_t reserved_size_ = 0;
  bool reserved_alone_ = false; // in a chunk of its own.
};

} // namespace kdb::inline v0
