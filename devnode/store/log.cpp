#include "store/log.hpp"

#include "store/stream.hpp"

#include <algorithm>

namespace kdb::development {

std::size_t log::index_of(std::uint64_t position) const {
  auto found = std::lower_bound(events_.begin(), events_.end(), position,
                                [](const stored_event& event, std::uint64_t at) { return event.position < at; });
  return static_cast<std::size_t>(found - events_.begin());
}

std::size_t log::append(const proposed_event& event, const stream& owner, std::int64_t revision, std::int64_t created) {
  events_.push_back(make_stored(event, {&owner, revision, end_, created}));
  end_ += 80 + owner.name.size() + event.type.size() + event.data.size() + event.custom_metadata.size();
  return events_.size() - 1;
}

void log::restore(stored_event event) {
  // No less than the event took when it was written. What an append without events took behind it may be taken again.
  end_ = event.position + 80 + event.body.size();
  events_.push_back(std::move(event));
}

std::uint64_t log::append_invisible() {
  auto position = end_;
  end_ += 97;
  return position;
}

} // namespace kdb::development
