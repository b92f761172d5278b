// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/running_group.hpp"

#include <limits>
#include <utility>

namespace kdb::inline v0::development {
namespace {

constexpr int events_a_turn = 1024;

consumer_group::time now() {
  return std::chrono::duration_cast<consumer_group::time>(std::chrono::steady_clock::now().time_since_epoch());
}

} // namespace

void item_rate::measure(std::int64_t total, consumer_group::time at) {
  auto elapsed = (at - at_).count();
  if (elapsed > 0)
    average_ = static_cast<std::int32_t>((total - measured_) * 1'000'000 / elapsed);
  measured_ = total;
  at_ = at;
}

running_group::running_group(store& events, followers& live, rpc::loop& on, group_definition definition)
  : store_{events}, definition_{std::move(definition)}, streams_{events, definition_},
    source_{events, definition_, streams_.checkpoint()}, group_{definition_.settings, streams_.checkpoint(), now()},
    read_later_{on, [this] { read_on(); }}, follower_{live, definition_.all() ? std::string{} : definition_.stream,
                                                      [this] { read_later_.schedule(); }} {
  rate_.measure(0, now());
  if (source_.at_end()) {
    source_.go_live(true);
    group_.caught_up();
  }
  read_on();
}

running_group::~running_group() {
  drop_all();
}

// -- reading -------------------------------------------------------------------------------------------------------

// A stream with a tombstone can't be read any more; that it gets one is an event like others.
void running_group::read_on() {
  if (faulted_)
    return;
  if (!group_.live() && !definition_.all() && store_.tombstoned(definition_.stream))
    return fault();
  try {
    read_what_is_there();
  } catch (const pattern_gave_up&) {
    fault();
  }
}

void running_group::read_what_is_there() {
  int budget = definition_.filter && !definition_.filter->regex.empty() ? events_a_slow_turn : events_a_turn;
  for (auto room = group_.room(); room > 0; room = group_.room()) {
    if (!read_batch(room, budget))
      break;
    group_.dispatch(now());
  }
  group_.dispatch(now());
  decide();
  if (budget <= 0) {
    read_later_.schedule();
  } else if (group_.live() && group_.room() == 0 && source_.behind()) {
    group_.fell_behind();
    source_.go_live(false);
  }
}

// Returns whether there may be more.
bool running_group::read_batch(std::size_t count, int& budget) {
  while (count > 0 && budget > 0) {
    bool wanted = false;
    auto event = source_.next(budget, wanted);
    if (!event && budget <= 0)
      return false;
    if (!event) {
      source_.go_live(true);
      group_.caught_up();
      return false;
    }
    auto described = source_.describe(*event);
    if (wanted) {
      group_.add(described);
      --count;
    } else {
      group_.skip(described.place);
    }
  }
  return budget > 0;
}

void running_group::decide() {
  for (auto decisions = group_.take(); !decisions.empty(); decisions = group_.take()) {
    for (auto& decision : decisions)
      std::visit([this](auto& each) { carry_out(each); }, decision);
    if (!gone_.empty())
      group_.ack(std::exchange(gone_, {}), now());
  }
}

void running_group::carry_out(const push_event& push) {
  auto found = members_.find(push.to);
  auto& event = store_.events()[push.event.index];
  if (event.dropped())
    gone_.push_back(event.id); // it was deleted or truncated meanwhile
  else if (found != members_.end())
    found->second.member->deliver(source_.deliver(event), push.retry_count);
}

// -- members -------------------------------------------------------------------------------------------------------

consumer_id running_group::join(group_member& member, std::int32_t buffer_size, consumer_label label) {
  auto id = ++last_id_;
  auto& joined = members_[id] = {&member, std::move(label), {}};
  joined.rate.measure(0, now());
  if (faulted_) {
    drop_all();
    return id;
  }
  group_.connect(id, buffer_size, now());
  read_on();
  return id;
}

void running_group::leave(consumer_id id) {
  if (members_.erase(id) == 0)
    return;
  group_.disconnect(id, now());
  read_on();
}

void running_group::ack(std::span<const uuid> ids) {
  group_.ack(ids, now());
  read_on();
}

void running_group::nack(std::span<const uuid> ids, nack_action action, std::string_view reason) {
  group_.nack(ids, action, reason, now());
  read_on();
}

void running_group::tick() {
  auto at = now();
  group_.tick(at);
  rate_.measure(group_.sent(), at);
  for (auto& consumer : group_.consumers().all())
    if (auto found = members_.find(consumer.id); found != members_.end())
      found->second.rate.measure(consumer.total, at);
  read_on();
}

void running_group::drop_all() {
  for (auto& [id, each] : std::exchange(members_, {}))
    each.member->dropped(errors::group_dropped(name()));
}

void running_group::fault() {
  faulted_ = true;
  drop_all();
}

// -- parked events -------------------------------------------------------------------------------------------------

void running_group::replay_parked(std::int64_t end) {
  for (auto index : streams_.parked_before(end)) {
    auto& parked = store_.events()[index];
    auto event = source_.describe(parked);
    event.place = parked.revision;
    event.replayed = true;
    group_.replay(event);
  }
  streams_.truncate_parked(end);
  read_on();
}

// -- facts ---------------------------------------------------------------------------------------------------------

std::vector<running_group::member_facts> running_group::members() const {
  std::vector<member_facts> facts;
  for (auto& consumer : group_.consumers().all())
    if (auto found = members_.find(consumer.id); found != members_.end())
      facts.push_back({consumer, found->second.label, found->second.rate});
  return facts;
}

std::string running_group::status() const {
  if (faulted_)
    return "Behind, OutstandingPageRequest";
  return group_.live() ? "Live" : "Behind";
}

std::int64_t running_group::parked_count() {
  auto range = streams_.parked();
  return range.end - range.first;
}

} // namespace kdb::inline v0::development
