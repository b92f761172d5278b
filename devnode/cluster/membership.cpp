// SPDX-License-Identifier: Apache-2.0
#include "devnode/cluster/membership.hpp"

#include <algorithm>
#include <tuple>

namespace kdb::inline v0::development {

std::string_view name_of(node_state state) {
  switch (state) {
    case node_state::initializing: return "Initializing";
    case node_state::discover_leader: return "DiscoverLeader";
    case node_state::unknown: return "Unknown";
    case node_state::pre_replica: return "PreReplica";
    case node_state::catching_up: return "CatchingUp";
    case node_state::clone: return "Clone";
    case node_state::follower: return "Follower";
    case node_state::pre_leader: return "PreLeader";
    case node_state::leader: return "Leader";
    case node_state::manager: return "Manager";
    case node_state::shutting_down: return "ShuttingDown";
    case node_state::shutdown: return "Shutdown";
    case node_state::read_only_leaderless: return "ReadOnlyLeaderless";
    case node_state::pre_read_only_replica: return "PreReadOnlyReplica";
    case node_state::read_only_replica: return "ReadOnlyReplica";
    case node_state::resigning_leader: return "ResigningLeader";
  }
  return "?";
}

membership::membership(membership_settings settings) : settings_{settings}, nodes_(settings.voters + settings.read_only) {
  for (auto& each : nodes_)
    each.views.resize(size());
  if (settings_.cold_start) {
    for (std::size_t i = 0; i < size(); ++i) {
      nodes_[i].running = nodes_[i].synchronized = false;
      start(i, now_);
    }
  } else {
    leader_ = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      nodes_[i].knows = 0;
      nodes_[i].state = i == 0 ? node_state::leader : read_only(i) ? node_state::read_only_replica : node_state::follower;
    }
    gossip();
  }
  plan(task::gossip, 0, part(2));
}

// -- events --------------------------------------------------------------------------------------------------------

void membership::kill(std::size_t node, time now) {
  advance(now);
  if (!nodes_[node].running)
    return;
  lost(node);
  notice(node); // its sockets close
}

void membership::lost(std::size_t node) {
  auto& gone = nodes_[node];
  gone.running = gone.hanging = gone.draining = gone.synchronized = false;
  gone.knows.reset();
  ++gone.life;
  enter(node, node_state::shutdown);
}

void membership::start(std::size_t node, time now) {
  advance(now);
  auto& started = nodes_[node];
  if (started.running)
    return;
  started.running = true;
  ++started.life;
  ++started.starts;
  started.views.assign(size(), member_view{node_state::manager, true, now_});
  enter(node, node_state::initializing);
  plan_of_node(task::rise, node, now_ + part(1));
}

void membership::hang(std::size_t node, time now) {
  advance(now);
  auto& frozen = nodes_[node];
  if (!reachable(node))
    return;
  frozen.hanging = true;
  frozen.synchronized = leader_ == node;
  ++frozen.life;
  plan_of_node(task::notice, node, now_ + part(2));
}

void membership::thaw(std::size_t node, time now) {
  advance(now);
  auto& back = nodes_[node];
  if (!back.hanging)
    return;
  back.hanging = false;
  ++back.life;
  if (leader_ == node) // nobody has noticed
    return;
  bool followed = back.state == node_state::follower || back.state == node_state::read_only_replica;
  if (followed && leader_ && back.knows == leader_)
    return plan_of_node(task::synchronize, node, now_ + part(1));
  back.synchronized = false;
  back.knows.reset();
  enter(node, read_only(node) ? node_state::read_only_leaderless : node_state::unknown);
  plan_of_node(task::look, node, now_ + part(1));
}

void membership::drain(std::size_t node, time now) {
  advance(now);
  auto& leaving = nodes_[node];
  if (!leaving.running || leaving.draining)
    return;
  leaving.draining = true;
  plan(task::stop, node, now_ + settings_.drain, leaving.starts);
}

bool membership::resign(std::size_t node, time now) {
  advance(now);
  if (leader_ != node || nodes_[node].state != node_state::leader)
    return false;
  enter(node, node_state::resigning_leader);
  resigned_ = node;
  plan(task::resigned, node, now_ + part(2));
  return true;
}

void membership::leaderless(time now) {
  advance(now);
  held_ = true;
  lose_leader();
}

void membership::elect(time now) {
  advance(now);
  held_ = false;
  if (leader_ || electing_)
    return;
  if (quorum())
    return call_election(now_ + part(2));
  for (std::size_t i = 0; i < size(); ++i)
    if (reachable(i) && nodes_[i].state == node_state::unknown)
      plan_of_node(task::look, i, now_ + part(2));
}

void membership::has_log_of_leader(std::size_t node) {
  if (leader())
    nodes_[node].epoch = nodes_[*leader_].epoch;
}

// -- time ----------------------------------------------------------------------------------------------------------

void membership::plan(task task, std::size_t node, time due, std::uint64_t valid) {
  agenda_.push_back({due, planned_++, task, node, valid});
  std::ranges::sort(agenda_, {}, [](const planned& each) { return std::tuple{each.due, each.order}; });
}

std::optional<membership::time> membership::next_due() const {
  return agenda_.empty() ? std::nullopt : std::optional{agenda_.front().due};
}

void membership::advance(time now) {
  while (!agenda_.empty() && agenda_.front().due <= now) {
    auto next = agenda_.front();
    agenda_.erase(agenda_.begin());
    now_ = std::max(now_, next.due);
    happen(next);
  }
  now_ = std::max(now_, now);
}

void membership::happen(const planned& next) {
  auto node = next.node;
  bool same_term = next.valid == term_;
  switch (next.what) {
    case task::gossip: gossip(); return plan(task::gossip, 0, next.due + part(2));
    case task::quorum:
      if (!quorum())
        return lose_leader();
      return leader_ || electing_ || held_ ? void() : call_election(now_ + part(1));
    case task::vote: return same_term ? vote() : void();
    case task::lead: return same_term ? lead() : void();
    case task::follow: return same_term && reachable(node) ? follow(node) : void();
    case task::resigned: return same_term && reachable(node) ? call_election(now_) : void();
    case task::stop:
      if (next.valid == nodes_[node].starts && nodes_[node].draining) {
        lost(node);
        notice(node);
      }
      return;
    default:
      if (next.valid == nodes_[node].life)
        happen_to_node(next.what, node);
  }
}

void membership::happen_to_node(task task, std::size_t node) {
  switch (task) {
    case task::notice: return notice(node);
    case task::rise: enter(node, node_state::discover_leader); return plan_of_node(task::look, node, now_ + part(2));
    case task::look: return look(node);
    case task::catch_up:
      if (!read_only(node))
        enter(node, node_state::catching_up);
      return plan_of_node(task::copy, node, now_ + part(1));
    case task::copy:
      if (!read_only(node))
        enter(node, node_state::clone);
      return plan_of_node(task::arrive, node, now_ + part(1));
    case task::arrive:
      enter(node, read_only(node) ? node_state::read_only_replica : node_state::follower);
      return plan_of_node(task::synchronize, node, now_ + part(1));
    case task::synchronize:
      if (!leader()) // later
        return plan_of_node(task::synchronize, node, now_ + part(1));
      nodes_[node].synchronized = true;
      return;
    default: return;
  }
}

// -- what happens --------------------------------------------------------------------------------------------------

void membership::enter(std::size_t node, node_state state) {
  nodes_[node].state = state;
  nodes_[node].views[node] = {state, true, now_};
}

bool membership::quorum() const {
  std::size_t alive = 0;
  for (std::size_t i = 0; i < settings_.voters; ++i)
    alive += takes_part(i) ? 1 : 0;
  return alive > settings_.voters / 2;
}

// The others find that a node does not answer.
void membership::notice(std::size_t node) {
  nodes_[node].synchronized = false;
  for (std::size_t i = 0; i < size(); ++i)
    if (i != node && reachable(i))
      nodes_[i].views[node].alive = false;
  if (leader_ == node && quorum())
    return call_election(now_ + part(2));
  if (leader_ == node) {
    leader_.reset();
    ++term_;
  }
  if (!quorum())
    plan(task::quorum, node, now_ + part(1));
}

// Until the vote everybody goes on believing in the old leader.
void membership::call_election(time due) {
  leader_.reset();
  ++term_;
  electing_ = true;
  plan(task::vote, 0, due);
}

// A server that wins again after it resigned does so in a second election, at once after the first. Here it is the one with the
// highest priority, and there is one election.
bool membership::stands_back(std::size_t node) const {
  if (resigned_ != node)
    return false;
  for (std::size_t i = 0; i < settings_.voters; ++i)
    if (i != node && nodes_[i].priority >= nodes_[node].priority)
      return true;
  return false;
}

std::optional<std::size_t> membership::winner() const {
  // The log that holds all that was acknowledged, before anything else: of the latest leader that it knows of, then the longest. Then one that
  // stays, then the one that wants it most, then the first.
  auto merits = [this](std::size_t node) {
    auto& each = nodes_[node];
    return std::tuple{each.log_size == 0 ? 0 : each.epoch, each.log_size, !each.draining && !stands_back(node), each.priority};
  };
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < settings_.voters; ++i)
    if (takes_part(i) && (!found || merits(i) > merits(*found)))
      found = i;
  return found;
}

void membership::vote() {
  electing_ = false;
  auto elected = winner();
  if (held_ || !quorum() || !elected)
    return lose_leader();
  leader_ = elected;
  resigned_.reset();
  for (std::size_t i = 0; i < size(); ++i) {
    auto& each = nodes_[i];
    if (!takes_part(i))
      continue;
    each.knows = elected;
    ++each.life; // whatever it was about to do
    bool leads = i == *elected;
    for (std::size_t j = 0; j < size(); ++j)
      each.views[j].state = j == *elected ? node_state::leader : read_only(j) ? each.views[j].state : node_state::unknown;
    enter(i, leads ? node_state::pre_leader : read_only(i) ? node_state::pre_read_only_replica : node_state::pre_replica);
  }
  plan(task::lead, *elected, now_ + part(2));
}

void membership::lead() {
  if (!leader_)
    return;
  auto elected = *leader_;
  if (!reachable(elected)) // until it thaws, or somebody has noticed
    return plan(task::lead, elected, now_ + part(1));
  enter(elected, node_state::leader);
  nodes_[elected].synchronized = true;
  nodes_[elected].epoch = ++epochs_;
  for (std::size_t i = 0; i < size(); ++i) {
    auto& each = nodes_[i];
    if (i == elected || each.knows != elected || !reachable(i))
      continue;
    each.synchronized = each.synchronized || each.log_size == nodes_[elected].log_size;
    plan(task::follow, i, now_ + part(1));
  }
}

void membership::follow(std::size_t node) {
  auto& each = nodes_[node];
  if (each.state != node_state::pre_replica && each.state != node_state::pre_read_only_replica)
    return; // started meanwhile, and follows in its own time
  enter(node, read_only(node) ? node_state::read_only_replica : node_state::follower);
  if (!each.synchronized)
    plan_of_node(task::synchronize, node, now_ + part(1));
}

// A node that has started looks for a leader. Finding none, it asks for an election.
void membership::look(std::size_t node) {
  if (leader_ && reachable(*leader_) && nodes_[*leader_].state != node_state::resigning_leader) {
    nodes_[node].knows = leader_;
    nodes_[node].views[*leader_] = {node_state::leader, true, now_};
    enter(node, read_only(node) ? node_state::pre_read_only_replica : node_state::pre_replica);
    return plan_of_node(task::catch_up, node, now_ + part(1));
  }
  enter(node, read_only(node) ? node_state::read_only_leaderless : node_state::unknown);
  if (!held_ && !leader_ && !electing_ && quorum())
    call_election(now_ + part(2));
  else if (!held_ && !electing_)
    plan_of_node(task::look, node, now_ + part(2));
}

void membership::lose_leader() {
  leader_.reset();
  electing_ = false;
  ++term_;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!takes_part(i))
      continue;
    nodes_[i].knows.reset();
    ++nodes_[i].life;
    enter(i, read_only(i) ? node_state::read_only_leaderless : node_state::unknown);
    if (!held_)
      plan_of_node(task::look, i, now_ + part(2));
  }
}

void membership::gossip() {
  for (std::size_t i = 0; i < size(); ++i) {
    if (!reachable(i))
      continue;
    for (std::size_t j = 0; j < size(); ++j)
      if (reachable(j))
        nodes_[i].views[j] = {nodes_[j].state, true, now_};
  }
}

// -- what is so ----------------------------------------------------------------------------------------------------

std::optional<std::size_t> membership::leader() const {
  return leader_ && nodes_[*leader_].running && nodes_[*leader_].state == node_state::leader ? leader_ : std::nullopt;
}

bool membership::commits() const {
  if (!leader())
    return false;
  std::size_t copies = 1;
  for (std::size_t i = 0; i < settings_.voters; ++i)
    copies += i != *leader_ && reachable(i) && nodes_[i].synchronized ? 1 : 0;
  return copies > settings_.voters / 2;
}

bool membership::forwards(std::size_t node) const {
  auto knows = nodes_[node].knows;
  return knows && knows == leader() && reachable(*knows) && commits();
}

} // namespace kdb::inline v0::development
