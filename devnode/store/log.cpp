// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/log.hpp"

#include "devnode/store/stream.hpp"

#include <algorithm>
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
  add(make_stored(event, {&owner, revision, end_, created}));
  end_ = (*this)[size_ - 1].record_end();
  return size_ - 1;
}

void log::restore(stored_event event) {
  // No less than the event took when it was written. What an append without events took behind it may be taken again.
  end_ = event.position + 80 + event.body.size();
  add(std::move(event));
}

void log::add(stored_event event) {
  if (size_ % block_size == 0)
    blocks_.push_back(std::make_unique<stored_event[]>(block_size));
  blocks_.back()[size_++ % block_size] = std::move(event);
}

std::uint64_t log::append_invisible() {
  auto position = end_;
  end_ += 97;
  return position;
}

} // namespace kdb::inline v0::development
