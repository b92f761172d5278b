// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/group_source.hpp"

#include "devnode/store/json.hpp"

namespace kdb::inline v0::development {
namespace {

std::optional<std::string> correlation_of(const stored_event& event) {
  return string_member(event.custom_metadata(), "$correlationId");
}

// A group that was kept by an earlier version may have an expression that this one does not compile: such a group can't be read.
event_filter filter_of(const group_filter& wanted) {
  try {
    return wanted.compile();
  } catch (const bad_pattern& problem) {
    return [told = std::string{problem.what()}](const stored_event&) -> bool { throw pattern_gave_up{told}; };
  }
}

} // namespace

group_source::group_source(store& events, const group_definition& of, const std::optional<group_place>& checkpoint)
  : store_{events}, group_{of} {
  if (group_.filter)
    filter_ = filter_of(*group_.filter);
  at_end_ = !checkpoint && group_.start.end();
  auto first = checkpoint ? checkpoint->at + 1 : group_.start.at;
  auto& log = store_.events();
  if (group_.all()) {
    auto index = at_end_ ? log.readable() : log.index_of(static_cast<std::uint64_t>(first));
    all_ = std::make_unique<all_forwards>(events, index, event_filter{});
    return;
  }
  auto source = store_.find(group_.stream);
  if (at_end_)
    first = source ? store_.last_readable(*source) + 1 : 0;
  stream_ = std::make_unique<stream_forwards>(events, group_.stream, first);
  stream_->include_tombstone();
}

group_source::~group_source() = default;

const stored_event* group_source::next(int& budget, bool& wanted) {
  auto found = all_ ? all_->next(budget) : stream_->next(budget);
  wanted = found && accepts(*found);
  return found;
}

void group_source::go_live(bool live) {
  live_ = live;
  if (stream_)
    stream_->ignore_truncation(live);
}

bool group_source::behind() const {
  return (all_ ? all_->behind() : stream_->behind()) > 0;
}

// As on a server: what is live is judged by what it leads to, history by what it is.
bool group_source::accepts(const stored_event& event) {
  if (!filter_)
    return true;
  auto resolved = live_ ? deliver(event) : resolved_event{&event, nullptr};
  return filter_(resolved.event ? *resolved.event : event);
}

group_event group_source::describe(const stored_event& event) {
  group_event described;
  described.index = store_.events().index_of(event.position);
  described.id = event.id;
  described.place = group_.all() ? static_cast<std::int64_t>(event.position) : event.revision;
  auto strategy = group_.settings.strategy;
  if (strategy == consumer_strategy::pinned || strategy == consumer_strategy::pinned_by_correlation)
    described.kept_with = bucket_of(kept_with(event));
  return described;
}

resolved_event group_source::deliver(const stored_event& event) {
  bool follow = group_.settings.resolve_links || event.owner->name == group_.parked_stream();
  return follow ? resolve(store_, event) : resolved_event{&event, nullptr};
}

// A link is kept with what its target's stream has.
std::string group_source::kept_with(const stored_event& event) {
  if (group_.settings.strategy == consumer_strategy::pinned_by_correlation) {
    auto resolved = deliver(event);
    if (auto found = resolved.event ? correlation_of(*resolved.event) : std::nullopt)
      return *found;
  }
  auto at = event.link() ? event.data().find('@') : std::string_view::npos;
  return at == std::string_view::npos ? event.owner->name : std::string{event.data().substr(at + 1)};
}

} // namespace kdb::inline v0::development
