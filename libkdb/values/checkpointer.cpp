// SPDX-License-Identifier: Apache-2.0
#include <kdb/checkpoint_store.hpp>

#include <utility>

namespace kdb::inline v0 {

namespace {

std::optional<resume_point> point_of(const batch_item& item, followed source) {
  if (const auto* event = std::get_if<resolved_event>(&item)) {
    const auto& original = event->original();
    return source == followed::stream ? resume_point{original.revision()} : resume_point{original.position()};
  }
  if (const auto* passed = std::get_if<checkpoint>(&item); passed && source == followed::all)
    return resume_point{passed->position};
  return std::nullopt;
}

} // namespace

checkpointer::checkpointer(checkpoint_store& store, std::string name, followed followed, rhythm when)
  : store_{store}, name_{std::move(name)}, followed_{followed}, rhythm_{when} {}

result<std::optional<resume_point>> checkpointer::resume() {
  return store_.load(name_);
}

result<void> checkpointer::handled(const batch_item& item, std::chrono::steady_clock::time_point now) {
  const auto point = point_of(item, followed_);
  if (!point)
    return {};
  if (!last_commit_)
    last_commit_ = now; // The interval counts from the first item.
  handled_ = point;
  ++uncommitted_;
  // In milliseconds: in the clock's own units a long interval would overflow.
  const auto since = std::chrono::floor<std::chrono::milliseconds>(now - *last_commit_);
  if (uncommitted_ < rhythm_.items && since < rhythm_.interval)
    return {};
  last_commit_ = now;
  return flush();
}

result<void> checkpointer::handled(const event_batch& batch, std::chrono::steady_clock::time_point now) {
  for (const auto& item : batch)
    if (auto done = handled(item, now); !done)
      return done;
  return {};
}

result<void> checkpointer::flush() {
  if (uncommitted_ == 0)
    return {};
  auto stored = store_.store(name_, *handled_);
  if (stored)
    uncommitted_ = 0;
  return stored;
}

} // namespace kdb::inline v0
