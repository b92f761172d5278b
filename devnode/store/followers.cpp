// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/followers.hpp"

namespace kdb::inline v0::development {

follower::follower(followers& of, std::string stream, std::function<void()> wake)
  : followers_{of}, stream_{std::move(stream)}, wake_{std::move(wake)} {
  auto& group = followers_.group_of(stream_);
  place_ = group.size();
  group.push_back(this);
}

follower::~follower() {
  auto& group = followers_.group_of(stream_);
  group[place_] = group.back();
  group[place_]->place_ = place_;
  group.pop_back();
  if (group.empty() && !stream_.empty())
    followers_.by_stream_.erase(stream_);
}

followers::followers(store& events, seen_by whom) : store_{events} {
  events.on_commit(whom, [this](const commit& written) { wake(written); });
}

void followers::wake(const commit& written) {
  for (auto follower : all_)
    follower->wake_();
  if (by_stream_.empty())
    return;
  const stream* told = nullptr;
  for (auto index = written.first; index < written.end; ++index) {
    auto owner = store_.events()[index].owner;
    if (owner == told)
      continue;
    told = owner;
    if (auto found = by_stream_.find(owner->name); found != by_stream_.end())
      for (auto follower : found->second)
        follower->wake_();
  }
}

} // namespace kdb::inline v0::development
