// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/cursor.hpp"

#include <algorithm>

namespace kdb::inline v0::development {

const stored_event* stream_forwards::next(int& budget) {
  if (!stream_)
    stream_ = store_.find(name_); // once there it stays
  auto of = stream_;
  if (!of || ended_)
    return nullptr;
  --budget;
  next_ = std::max(next_, std::min(of->first_kept, of->last() + 1));
  if (!ignore_truncation_ && next_ <= of->last())
    next_ = std::max(next_, store_.first_visible(*of));
  if (next_ <= of->last()) {
    auto index = of->events[static_cast<std::size_t>(next_)];
    if (index >= store_.events().readable())
      return nullptr;
    ++next_;
    return &store_.events()[index];
  }
  ended_ = include_tombstone_ && of->tombstoned() && *of->tombstone < store_.events().readable();
  return ended_ ? &store_.events()[*of->tombstone] : nullptr;
}

std::int64_t stream_forwards::behind() const {
  auto of = stream_ ? stream_ : store_.find(name_);
  return of ? std::max<std::int64_t>(store_.last_readable(*of) - next_ + 1, 0) : 0;
}

stream_backwards::stream_backwards(store& events, std::string name, std::int64_t next)
  : store_{events}, name_{std::move(name)}, next_{next} {}

const stored_event* stream_backwards::next(int& budget) {
  if (!stream_)
    stream_ = store_.find(name_);
  auto of = stream_;
  if (!of)
    return nullptr;
  --budget;
  next_ = std::min(next_, store_.last_readable(*of));
  if (next_ < store_.first_visible(*of))
    return nullptr;
  return &store_.events()[of->events[static_cast<std::size_t>(next_--)]];
}

event_filter only_visible(store& events, event_filter accepts) {
  return [&events, accepts = std::move(accepts)](const stored_event& event) { return accepts(event) && events.visible(event); };
}

const stored_event* all_forwards::next(int& budget) {
  auto& events = store_.events();
  while (next_ < end() && budget > 0) {
    --budget;
    auto& event = events[next_++];
    if (!event.owner->hidden && !event.dropped() && (!accepts_ || accepts_(event)))
      return &event;
  }
  return nullptr;
}

const stored_event* all_backwards::next(int& budget) {
  before_ = std::min(before_, store_.events().end(whom_));
  while (before_ > 0 && budget > 0) {
    --budget;
    auto& event = store_.events()[--before_];
    if (!event.owner->hidden && !event.dropped() && (!accepts_ || accepts_(event)))
      return &event;
  }
  return nullptr;
}

} // namespace kdb::inline v0::development
