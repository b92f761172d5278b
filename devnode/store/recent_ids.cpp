// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/recent_ids.hpp"

namespace kdb::inline v0::development {

void recent_ids::remember(const uuid& id, const stream& owner, std::int64_t revision) {
  places_.insert_or_assign(id, place{&owner, revision, forgotten_ + order_.size()});
  order_.push_back(id);
  if (order_.size() <= capacity_)
    return;
  auto oldest = places_.find(order_.front());
  if (oldest != places_.end() && oldest->second.written == forgotten_)
    places_.erase(oldest);
  order_.pop_front();
  ++forgotten_;
}

std::optional<std::int64_t> recent_ids::find(const uuid& id, const stream& owner) const {
  auto found = places_.find(id);
  if (found == places_.end() || found->second.owner != &owner)
    return std::nullopt;
  return found->second.revision;
}

} // namespace kdb::inline v0::development
