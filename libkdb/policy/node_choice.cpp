// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/node_choice.hpp"

#include <algorithm>
#include <array>

namespace kdb::inline v0::policy {

namespace {

constexpr unsigned unfit = 100;
constexpr unsigned settled_states = 5;

/// The states in which a node serves clients, best first.
using ranking = std::array<member_state, settled_states>;

constexpr ranking leader_first{member_state::leader, member_state::follower, member_state::read_only_replica,
                               member_state::pre_read_only_replica, member_state::read_only_leaderless};
constexpr ranking follower_first{member_state::follower, member_state::leader, member_state::read_only_replica,
                                 member_state::pre_read_only_replica, member_state::read_only_leaderless};
constexpr ranking replica_first{member_state::read_only_replica, member_state::pre_read_only_replica,
                                member_state::read_only_leaderless, member_state::leader, member_state::follower};

const ranking& ranking_for(node_preference preference) {
  switch (preference) {
    case node_preference::follower: return follower_first;
    case node_preference::read_only_replica: return replica_first;
    case node_preference::leader:
    case node_preference::random: break;
  }
  return leader_first;
}

/// How far a member is from what is wished; 0 is best.
unsigned rank_of(const cluster_member& member, const node_wish& wish) {
  const auto& order = ranking_for(wish.preference);
  const auto place = std::find(order.begin(), order.end(), member.state);
  if (!member.alive || place == order.end())
    return unfit;
  if (wish.preference == node_preference::random)
    return 0;
  const auto rank = static_cast<unsigned>(place - order.begin());
  return wish.strict && rank > 0 ? unfit : rank;
}

bool contains(std::span<const endpoint> all, const endpoint& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string described(std::span<const cluster_member> members) {
  constexpr std::size_t enough = 16;
  std::string text;
  for (const auto& each : members.first(std::min(members.size(), enough)))
    text += (text.empty() ? "" : ", ") + to_string(each.where) + " " + (each.alive ? "" : "dead ") + to_string(each.state);
  if (members.size() > enough)
    text += " and " + std::to_string(members.size() - enough) + " more";
  return text.empty() ? "no members" : text;
}

} // namespace

node_wish wish_of(const settings& config) {
  return {config.preference, config.strict_preference.value_or(config.preference == node_preference::leader)};
}

bool is_usable(const cluster_member& member) {
  return rank_of(member, {node_preference::random, false}) != unfit;
}

result<endpoint> choose_node(std::span<const cluster_member> members, const node_wish& wish, std::span<const endpoint> avoid,
                             double draw) {
  std::vector<const cluster_member*> best;
  auto best_rank = 2 * unfit;
  for (const auto& each : members) {
    const auto rank = rank_of(each, wish);
    if (rank == unfit)
      continue;
    // Avoiding counts only between equals.
    const auto order = 2 * rank + (contains(avoid, each.where) ? 1 : 0);
    if (order < best_rank) {
      best_rank = order;
      best.clear();
    }
    if (order == best_rank)
      best.push_back(&each);
  }
  if (!best.empty())
    return best[std::min(best.size() - 1, static_cast<std::size_t>(draw * static_cast<double>(best.size())))]->where;
  const auto wanted = wish.preference == node_preference::random ? "usable node" : std::string{to_string(wish.preference)};
  return unexpected({.code = errc::unavailable,
                     .message = "the cluster has no " + wanted + " now (" + described(members) + ")",
                     .retry_can_help = true});
}

bool may_stay(std::span<const cluster_member> members, const node_wish& wish, const endpoint& where) {
  const auto self = std::find_if(members.begin(), members.end(), [&](const cluster_member& each) { return each.where == where; });
  return self == members.end() || rank_of(*self, wish) != unfit;
}

bool is_replaced(std::span<const cluster_member> members, const node_wish& wish, const endpoint& where) {
  const auto leads_elsewhere = [&](const cluster_member& member) {
    return member.alive && member.state == member_state::leader && member.where != where;
  };
  return !may_stay(members, wish, where) ||
         (wish.preference == node_preference::leader && std::any_of(members.begin(), members.end(), leads_elsewhere));
}

} // namespace kdb::inline v0::policy
