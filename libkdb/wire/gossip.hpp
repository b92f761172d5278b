#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <kdb/result.hpp>
#include <kdb/settings.hpp>
#include <kdb/uuid.hpp>

namespace kdb::wire {

/// What a node of a cluster does. The numbers are the server's; those of newer servers are kept as they come, and are no state
/// that anybody prefers.
enum class member_state : std::uint32_t {
  initializing = 0,
  discover_leader = 1,
  unknown = 2,
  pre_replica = 3,
  catching_up = 4,
  clone = 5,
  follower = 6,
  pre_leader = 7,
  leader = 8,
  manager = 9, ///< Also a seed that was not contacted yet: with a nil id, and alive.
  shutting_down = 10,
  shutdown = 11,
  read_only_leaderless = 12,
  pre_read_only_replica = 13,
  read_only_replica = 14,
  resigning_leader = 15
};

/// One node of a cluster as another one sees it. Dead ones stay listed for half an hour.
struct member {
  uuid instance_id{};
  member_state state = member_state::unknown;
  bool alive = false;
  kdb::endpoint endpoint{};
  friend bool operator==(const member&, const member&) = default;
};

/// Reads the `ClusterInfo` that Gossip.Read answers. Members whose address can't be one (no host, a port out of range) are left out;
/// an id that is none is nil.
result<std::vector<member>> decode_gossip(std::string_view message);

} // namespace kdb::wire
