// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/consumer_group.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kdb::inline v0::development {

consumer_group::consumer_group(const group_settings& settings, std::optional<group_place> saved, time now)
  : settings_{settings}, pool_{settings.strategy}, saved_{saved}, saved_at_{now} {
  last_.place = saved;
}

std::vector<group_decision> consumer_group::take() {
  return std::exchange(decided_, {});
}

// -- events --------------------------------------------------------------------------------------------------------

std::size_t consumer_group::room() const {
  auto size = std::max<std::int64_t>(settings_.history_buffer_size, 1);
  auto free = size - static_cast<std::int64_t>(waiting_.size() + retrying_.size());
  if (live_)
    return free > 0 ? 1 : 0;
  auto batch = std::max<std::int64_t>(settings_.read_batch_size, 1);
  return free > batch || (free > 0 && waiting_.empty() && retrying_.empty()) ? static_cast<std::size_t>(batch) : 0;
}

void consumer_group::add(const group_event& event) {
  auto before = last_.place;
  last_ = {last_.number + 1, group_place{event.place}};
  last_known_ = event.place;
  if (live_)
    live_events_ = std::min<std::int64_t>(live_events_ + 1, std::max(settings_.live_buffer_size, 0));
  open_.emplace(last_.number, before);
  waiting_.push_back({event, last_.number});
}

void consumer_group::skip(std::int64_t place) {
  last_ = {last_.number + 1, group_place{place, true}};
}

void consumer_group::fell_behind() {
  live_ = false;
  live_events_ = 0;
}

void consumer_group::replay(const group_event& event) {
  retrying_.push_back({event});
}

// -- consumers -----------------------------------------------------------------------------------------------------

bool consumer_group::full() const {
  auto limit = settings_.max_subscriber_count;
  return limit > 0 && pool_.all().size() >= static_cast<std::size_t>(limit);
}

void consumer_group::connect(consumer_id id, std::int32_t buffer_size, time now) {
  pool_.add(id, buffer_size);
  if (settings_.extra_statistics)
    latencies_[id];
  dispatch(now);
}

void consumer_group::disconnect(consumer_id id, time now) {
  std::vector<entry> left;
  for (auto at = in_flight_.begin(); at != in_flight_.end();) {
    if (at->second.by == id) {
      left.push_back(at->second.what);
      at = in_flight_.erase(at);
    } else {
      ++at;
    }
  }
  std::ranges::sort(left, {}, [](auto& each) { return std::pair{each.event.replayed, each.event.place}; });
  for (auto& each : left)
    pool_.released(id, each.event.kept_with);
  pool_.remove(id);
  latencies_.erase(id);
  for (auto& each : left)
    retry(each, false);
  dispatch(now);
}

void consumer_group::ack(std::span<const uuid> ids, time now) {
  for (auto& id : ids) {
    auto landed = land(id);
    if (!landed)
      continue;
    finish(landed->what);
    if (auto measured = latencies_.find(landed->by); measured != latencies_.end())
      measured->second.add(now - landed->since);
  }
  check_progress(now, false);
  dispatch(now);
}

// As on a server what one answer parks is let go of after all its ids were looked at: an id that it names twice is parked twice.
void consumer_group::nack(std::span<const uuid> ids, nack_action action, std::string_view reason, time now) {
  std::unordered_map<uuid, entry> parked;
  auto parks = [&](const entry& added) {
    return action == nack_action::park || (action != nack_action::skip && action != nack_action::stop && used_up(added));
  };
  for (auto& id : ids) {
    auto landed = land(id);
    if (landed && parks(landed->what))
      parked.emplace(id, landed->what);
    if (auto found = parked.find(id); found != parked.end()) {
      park(found->second,
           action == nack_action::park ? "Client explicitly NAK'ed message.\n" + std::string{reason} : used_up_text());
      continue;
    }
    if (!landed)
      continue;
    if (action == nack_action::unknown || action == nack_action::retry)
      retry(landed->what, true);
    else
      finish(landed->what); // stopping stops nothing on a server
  }
  check_progress(now, false);
  dispatch(now);
}

void consumer_group::tick(time now) {
  std::vector<std::pair<std::int64_t, uuid>> late;
  for (auto& [id, each] : in_flight_)
    if (each.due <= now)
      late.emplace_back(each.what.number, id);
  std::ranges::sort(late, {}, &std::pair<std::int64_t, uuid>::first);
  for (auto& [number, id] : late)
    if (auto landed = land(id))
      retry(landed->what, true);
  check_progress(now, true);
  dispatch(now);
}

const latency_window* consumer_group::latency_of(consumer_id id) const {
  auto found = latencies_.find(id);
  return found == latencies_.end() ? nullptr : &found->second;
}

// -- what happens to an event --------------------------------------------------------------------------------------

void consumer_group::dispatch(time now) {
  for (auto row : {&retrying_, &waiting_}) {
    for (auto at = row->begin(); at != row->end() && pool_.any_free();) {
      auto to = pool_.choose(at->event.kept_with);
      if (!to && !pool_.pinned())
        return;
      if (!to) {
        ++at; // the one that it is bound to is full: others may overtake
        continue;
      }
      auto what = *at;
      at = row->erase(at);
      send(what, *to, now);
    }
  }
}

// Of two events with one id the second is sent and forgotten, as on a server.
void consumer_group::send(const entry& added, consumer_id to, time now) {
  bool tracked = !in_flight_.contains(added.event.id);
  pool_.sent(to, added.event.kept_with, tracked);
  ++sent_;
  decided_.push_back(push_event{to, added.event, added.retries});
  auto id = added.event.id;
  if (tracked)
    in_flight_.emplace(id, flight{added, to, now, now + settings_.message_timeout});
  else
    finish(added);
}

std::optional<consumer_group::flight> consumer_group::land(const uuid& id) {
  auto found = in_flight_.find(id);
  if (found == in_flight_.end())
    return std::nullopt;
  auto landed = found->second;
  in_flight_.erase(found);
  pool_.released(landed.by, landed.what.event.kept_with);
  return landed;
}

void consumer_group::retry(entry entry, bool limited) {
  if (limited && used_up(entry))
    return park(entry, used_up_text());
  ++entry.retries;
  add_retry(entry);
}

std::string consumer_group::used_up_text() const {
  return "Reached retry count of " + std::to_string(settings_.max_retry_count);
}

// In order of places; those that were parked come last.
void consumer_group::add_retry(const entry& added) {
  auto after = [](const entry& left, const entry& right) {
    return std::pair{left.event.replayed, left.event.place} < std::pair{right.event.replayed, right.event.place};
  };
  retrying_.insert(std::ranges::upper_bound(retrying_, added, after), added);
}

void consumer_group::finish(const entry& added) {
  open_.erase(added.number);
}

void consumer_group::park(const entry& added, std::string reason) {
  finish(added);
  decided_.push_back(park_event{added.event, std::move(reason)});
}

// -- progress ------------------------------------------------------------------------------------------------------

// Everything before the first event that is not done.
consumer_group::progress consumer_group::done() const {
  if (open_.empty())
    return last_;
  auto& [number, before] = *open_.begin();
  return {number - 1, before};
}

void consumer_group::check_progress(time now, bool is_time) {
  auto reached = done();
  auto more = reached.number - saved_number_;
  bool late = settings_.checkpoint_after.count() > 0 && now - saved_at_ >= settings_.checkpoint_after;
  bool due = more >= settings_.max_checkpoint_count || (is_time && late && more >= settings_.min_checkpoint_count);
  if (more <= 0 || !due || !reached.place)
    return;
  saved_ = reached.place;
  saved_number_ = reached.number;
  saved_at_ = now;
  decided_.push_back(save_checkpoint{*reached.place});
}

} // namespace kdb::inline v0::development
