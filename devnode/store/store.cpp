// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/store.hpp"

#include <algorithm>
#include <chrono>
#include <ratio>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace kdb::inline v0::development {
namespace {

class ids_of : public known_ids {
public:
  ids_of(const stream* of, const log& events, const recent_ids& recent) : of_{of}, events_{events}, recent_{recent} {}

  std::optional<uuid> id_at(std::int64_t revision) const override {
    if (!of_ || revision < 0 || revision > of_->last())
      return std::nullopt;
    return events_[of_->events[static_cast<std::size_t>(revision)]].id;
  }

  std::optional<std::int64_t> recent(const uuid& id) const override { return of_ ? recent_.find(id, *of_) : std::nullopt; }

private:
  const stream* of_;
  const log& events_;
  const recent_ids& recent_;
};

} // namespace

std::int64_t system_ticks() {
  using ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
  return std::chrono::duration_cast<ticks>(std::chrono::system_clock::now().time_since_epoch()).count();
}

store::store(ticks_clock clock, database* kept) : clock_{std::move(clock)} {
  if (kept)
    kept->load([this](kept_event each) { restore(std::move(each.event), each.stream, each.body); });
  remember_last_ids();
  restored_ = log_.size();
  log_.publish(restored_);
  log_.settle(restored_);
  if (hidden_bytes_ > most_hidden_bytes)
    reclaim();
  if (restored_ > 0)
    return;
  write_first();
}

void store::write_first() {
  auto first = log_.size();
  write_metadata("$scavenges", R"({"$maxAge":2592000,"$acl":{"$r":"$ops","$w":[],"$d":[],"$mr":[],"$mw":[]}})", now());
  written(first);
}

std::int64_t store::now() {
  return now_ = std::max(now_, clock_());
}

const stream* store::find(std::string_view name) const {
  return find_open(name);
}

stream* store::find_open(std::string_view name) const {
  auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second.get();
}

bool store::tombstoned(std::string_view name) const {
  if (auto of = find(name); of && of->tombstoned())
    return true;
  return is_metastream(name) && tombstoned(name.substr(2));
}

stream_facts store::facts(std::string_view name) const {
  return facts(name, find(name));
}

stream_facts store::facts(std::string_view name, const stream* of) const {
  // As a server's writer, which asks about a metastream's stream only if it has not written to the metastream before.
  stream_facts facts{.tombstoned = of && !of->events.empty() ? of->tombstoned() : tombstoned(name)};
  if (of) {
    facts.last = of->last();
    facts.soft_deleted = of->soft_deleted();
    facts.has_metadata = of->has_metadata;
  }
  return facts;
}

std::int64_t store::first_visible(const stream& of) {
  if (!of.has_metadata && !is_metastream(of.name))
    return of.first_kept; // most streams: no need to look at the clock
  return development::first_visible(of, log_, now());
}

bool store::visible(const stored_event& event) {
  auto& of = *event.owner;
  return !event.dropped() && !of.tombstoned() && !of.soft_deleted() && event.revision >= first_visible(of);
}

// -- keeping -------------------------------------------------------------------------------------------------------

void store::restore(stored_event event, std::string_view stream, std::optional<std::string_view> body) {
  auto& into = open(stream);
  event.owner = &into;
  now_ = std::max(now_, event.created);
  note_change(into);
  if (event.revision == tombstone_revision) {
    into.tombstone = log_.size();
  } else {
    into.events.push_back(log_.size());
    if (!body && event.dropped()) // in the store of which this one is a copy; what came before it there is dropped, too
      into.first_kept = into.hidden_until = event.revision + 1;
  }
  if (body)
    log_.restore(std::move(event), *body);
  else
    log_.restore(std::move(event));
  if (is_metastream(into.name) && !into.events.empty())
    apply_metadata(into);
  else if (into.has_metadata || into.tombstoned())
    note_hidden(into);
}

// Only once, because there may be many more events than ids to remember.
void store::remember_last_ids() {
  auto first = log_.size();
  for (std::size_t found = 0; first > 0 && found < most_recent_ids; --first)
    found += log_[first - 1].revision == tombstone_revision ? 0 : 1;
  for (auto index = first; index < log_.size(); ++index)
    if (auto& event = log_[index]; event.revision != tombstone_revision)
      recent_.remember(event.id, *event.owner, event.revision);
}

void store::adopt(const log& from, const commit& written) {
  for (auto index = written.first; index < written.end; ++index) {
    auto& event = from[index];
    restore(event, event.owner->name);
    if (event.revision != tombstone_revision)
      recent_.remember(event.id, *log_[log_.size() - 1].owner, event.revision);
  }
  log_.skip_to(from.end_position());
  publish(log_.size());
}

void store::keep_with(std::function<void(const commit&)> keep) {
  keep_ = std::move(keep);
  if (log_.size() > restored_)
    keep_({restored_, log_.size()});
}

void store::note_change(const stream& of) {
  access_changes_ += of.settings ? 1 : 0;
  user_changes_ += of.user ? 1 : 0;
}

void store::written(std::size_t first) {
  if (log_.size() == first)
    return;
  if (keep_)
    keep_({first, log_.size()});
  else
    publish(log_.size());
}

void store::publish(std::size_t end) {
  auto first = log_.readable();
  log_.publish(std::max(end, first));
  if (end <= first)
    return;
  if (listener_)
    listener_({first, end});
  if (wait_)
    wait_({first, end});
  else
    settle(end);
  if (hidden_bytes_ > most_hidden_bytes)
    reclaim();
}

void store::settle_with(std::function<void(const commit&)> wait) {
  wait_ = std::move(wait);
  settle(log_.readable());
}

void store::settle(std::size_t end) {
  auto first = log_.end(seen_by::projections);
  log_.settle(std::max(end, first));
  if (settled_listener_ && end > first)
    settled_listener_({first, end});
}

std::int64_t store::last_readable(const stream& of) const {
  auto last = of.last();
  while (last >= 0 && of.events[static_cast<std::size_t>(last)] >= log_.readable())
    --last;
  return last;
}

// -- giving back ---------------------------------------------------------------------------------------------------

void store::note_hidden(stream& of) {
  auto end = of.tombstoned() ? of.last() + 1 : first_visible(of);
  if (end <= of.hidden_until)
    return;
  if (of.hidden_until == of.first_kept)
    with_hidden_.push_back(&of);
  for (; of.hidden_until < end; ++of.hidden_until)
    hidden_bytes_ += log_[of.events[static_cast<std::size_t>(of.hidden_until)]].body().size();
}

// What is not in the database yet is left for the next time, and what metadata show again meanwhile stays.
void store::reclaim() {
  hidden_bytes_ = 0;
  for (auto each : std::exchange(with_hidden_, {})) {
    auto end = each->tombstoned() ? each->last() + 1 : std::min(each->hidden_until, first_visible(*each));
    for (; each->first_kept < end; ++each->first_kept) {
      auto index = each->events[static_cast<std::size_t>(each->first_kept)];
      if (index >= log_.readable())
        break;
      log_.drop(index);
    }
    each->hidden_until = each->first_kept;
    note_hidden(*each);
  }
  log_.compact();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

// -- writing -------------------------------------------------------------------------------------------------------

stream& store::open(std::string_view name) {
  auto found = streams_.find(name);
  if (found == streams_.end())
    found = streams_.emplace(std::string{name}, std::make_unique<stream>(std::string{name})).first;
  return *found->second;
}

void store::write(stream& into, const proposed_event& event, std::int64_t created) {
  auto revision = into.last() + 1;
  into.events.push_back(log_.append(event, into, revision, created));
  note_change(into);
  recent_.remember(event.id, into, revision);
}

write_outcome store::append(std::string_view name, expected_state expected, std::span<const proposed_event> events) {
  auto of = find_open(name);
  auto before = facts(name, of);
  auto decision = decide(before, expected, events, of);
  if (decision.verdict == append_verdict::duplicate)
    return duplicate(*of, decision.last);
  if (decision.verdict != append_verdict::write)
    return {decision.verdict, before.last, {}};

  auto first = log_.size();
  auto created = now();
  write_outcome done{append_verdict::write, before.last, {}};
  if (events.empty()) {
    done.position = log_.append_invisible();
    if (before.soft_deleted)
      undelete(name, before.last + 1, created);
  } else {
    auto& into = of ? *of : open(name);
    for (auto& event : events)
      write(into, event, created);
    done.last = into.last();
    done.position = log_[into.events.back()].position;
    undelete_after(into, before.soft_deleted, before.last, created);
  }
  written(first);
  return done;
}

append_decision store::decide(const stream_facts& before, expected_state expected, std::span<const proposed_event> events,
                              const stream* of) const {
  const ids_of known{of, log_, recent_};
  if (events.size() == 1)
    return decide_append(before, expected, {&events.front().id, 1}, known);
  std::vector<uuid> ids;
  ids.reserve(events.size());
  for (auto& event : events)
    ids.push_back(event.id);
  return decide_append(before, expected, ids, known);
}

std::vector<append_decision> store::decide(const transaction& proposed) const {
  std::vector<std::vector<uuid>> ids(proposed.targets.size());
  for (auto& [target, event] : proposed.entries)
    ids[target].push_back(event.id);
  std::vector<append_decision> decisions;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto& [name, expected] = proposed.targets[i];
    decisions.push_back(decide_append(facts(name), expected, ids[i], ids_of{find(name), log_, recent_}));
  }
  return decisions;
}

transaction_outcome store::write(const transaction& decided) {
  struct part {
    stream& into;
    bool was_deleted;
    std::int64_t last_before;
  };
  std::vector<part> parts;
  for (auto& target : decided.targets) {
    auto before = facts(target.stream);
    parts.push_back({open(target.stream), before.soft_deleted, before.last});
  }
  auto first = log_.size();
  auto created = now();
  for (auto& [target, event] : decided.entries)
    write(parts[target].into, event, created);
  transaction_outcome done{{}, log_[log_.size() - 1].position};
  for (auto& [into, was_deleted, last_before] : parts) {
    done.last.push_back(into.last());
    undelete_after(into, was_deleted, last_before, created);
  }
  written(first);
  return done;
}

transaction_outcome store::written_before(const transaction& repeated, std::span<const append_decision> decisions) const {
  transaction_outcome done;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    auto last = decisions[i].last;
    auto index = find(repeated.targets[i].stream)->events[static_cast<std::size_t>(last)];
    done.last.push_back(last);
    done.position = std::max(done.position, log_[index].position);
  }
  return done;
}

write_outcome store::duplicate(const stream& of, std::int64_t last) {
  auto& original = log_[of.events[static_cast<std::size_t>(last)]];
  write_outcome done{append_verdict::duplicate, last, {}};
  if (visible(original))
    done.position = original.position;
  return done;
}

write_outcome store::soft_delete(std::string_view name, expected_state expected) {
  auto before = facts(name);
  auto verdict = decide_delete(before, expected, false);
  if (verdict != append_verdict::write)
    return {verdict, before.last, {}};
  auto first = log_.size();
  // As on a server all other metadata are lost.
  write_metadata(name, "{\"$tb\":" + std::to_string(deleted_truncate_before) + "}", now());
  written(first);
  return {verdict, before.last, log_[first].position};
}

write_outcome store::tombstone(std::string_view name, expected_state expected) {
  auto before = facts(name);
  auto verdict = decide_delete(before, expected, true);
  if (verdict != append_verdict::write)
    return {verdict, before.last, {}};
  auto& into = open(name);
  proposed_event event{.id = random_uuid(), .type = "$streamDeleted", .json = false, .data = {}, .custom_metadata = {}};
  auto first = log_.append(event, into, tombstone_revision, now());
  into.tombstone = first;
  note_change(into);
  note_hidden(into);
  written(first);
  return {verdict, before.last, log_[first].position};
}

} // namespace kdb::inline v0::development
