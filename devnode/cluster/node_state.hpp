// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0::development {

/// What a node of a cluster is doing, with the numbers of the gossip protocol.
enum class node_state {
  initializing = 0,
  discover_leader = 1,
  unknown = 2,
  pre_replica = 3,
  catching_up = 4,
  clone = 5,
  follower = 6,
  pre_leader = 7,
  leader = 8,
  manager = 9,
  shutting_down = 10,
  shutdown = 11,
  read_only_leaderless = 12,
  pre_read_only_replica = 13,
  read_only_replica = 14,
  resigning_leader = 15,
};

/// Its name as gossip writes it, such as `PreReplica`.
std::string_view name_of(node_state state);

} // namespace kdb::inline v0::development
