// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/log.hpp"

#include "devnode/store/stream.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <ranges>
#include <utility>

namespace kdb::inline v0::development {

std::size_t log::index_of(std::uint64_t position) const {
  auto all = std::views::iota(std::size_t{0}, size_);
  return *std::ranges::partition_point(all, [&](std::size_t index) { return (*this)[index].position < position; });
}

// Before the first event stands a record that no reader sees.
bool log::inside_record(std::uint64_t position) const {
  auto next = index_of(position);
  bool begins = next < size_ && (*this)[next].position == position;
  if (begins || position == 0 || size_ == 0)
    return false;
  return next == 0 || position < (*this)[next - 1].record_end();
}

std::size_t log::append(const proposed_event& event, const stream& owner, std::int64_t revision, std::int64_t created) {
  add(make_stored(event, {&owner, revision, end_, created}, memory_));
  end_ = (*this)[size_ - 1].record_end();
  return size_ - 1;
}

void log::restore(stored_event event) {
  // No less than the event took when it was written. What an append without events took behind it may be taken again.
  end_ = event.position + 80 + event.body().size();
  add(std::move(event));
}

void log::restore(stored_event event, std::string_view body) {
  restore_message(event, body, memory_);
  restore(std::move(event));
}

void log::add(stored_event event) {
  if (size_ % block_size == 0)
    blocks_.push_back(std::make_unique<stored_event[]>(block_size));
  count(segments_, size_, event.message.size());
  blocks_.back()[size_++ % block_size] = std::move(event);
}

// -- giving memory back --------------------------------------------------------------------------------------------

// Where a message does not fit any more `message_memory` begins a segment, too.
void log::count(std::vector<segment>& segments, std::size_t index, std::size_t size) {
  if (!message_memory::shares(size))
    return;
  if (segments.empty() || segments.back().bytes + size > message_memory::segment_size)
    segments.push_back({.first = index});
  segments.back().bytes += size;
  segments.back().live += size;
}

void log::drop(std::size_t index) {
  auto& message = at(index).message;
  if (auto size = message.size(); message_memory::shares(size) && size > 0)
    std::prev(std::ranges::upper_bound(segments_, index, {}, &segment::first))->live -= size;
  message = {};
}

void log::compact() {
  // The last one is still being filled, and another thread may look at what can't be read yet.
  auto movable = [this](std::size_t i) {
    return i + 1 < segments_.size() && segments_[i + 1].first <= readable_ && segments_[i].sparse();
  };
  std::vector<segment> kept;
  segment joined; // those in a row
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (!movable(i)) {
      kept.push_back(segments_[i]);
      continue;
    }
    if (joined.bytes == 0)
      joined.first = segments_[i].first;
    joined.bytes += segments_[i].bytes;
    joined.live += segments_[i].live;
    if (!movable(i + 1))
      pack(std::exchange(joined, {}), segments_[i + 1].first, kept);
  }
  segments_ = std::move(kept);
}

void log::pack(const segment& sparse, std::size_t end, std::vector<segment>& into) {
  message_memory memory;
  auto left = sparse.live;
  for (auto index = sparse.first; left > 0 && index < end; ++index) {
    auto& message = at(index).message;
    auto size = message.size();
    if (size == 0 || !message_memory::shares(size))
      continue;
    auto copy = memory.allocate(size, std::min(left, message_memory::segment_size));
    std::memcpy(const_cast<std::uint8_t*>(copy.begin()), message.begin(), size);
    message = std::move(copy);
    count(into, index, size);
    left -= size;
  }
}

std::uint64_t log::append_invisible() {
  auto position = end_;
  end_ += 97;
  return position;
}

} // namespace kdb::inline v0::development
