// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/endpoint.hpp>
#include <kdb/export.hpp>
#include <kdb/uuid.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The state of a node in its cluster. The numbers are the server's. Unknown numbers of newer servers are kept; such nodes are never
/// chosen.
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

/// The server's name of the state, for instance "Leader"; "state N" for an unknown one.
std::string to_string(member_state state);

/// One node of a cluster, as another node sees it. Dead nodes stay listed for half an hour.
struct cluster_member {
  /// Identifies the process of the node.
  uuid instance_id{};
  /// The state of the node, for instance `leader`.
  member_state state = member_state::unknown;
  /// Whether the other nodes receive gossip from it.
  bool alive = false;
  /// The address for clients.
  endpoint where{};
  friend bool operator==(const cluster_member&, const cluster_member&) = default;
};

/// Version and features of a server.
struct server_info {
  endpoint node{};
  /// Empty if the server does not tell it.
  std::string version{};
  /// The features that it offers: "service/method" and "service/method/feature", in lower case and alphabetical order.
  std::vector<std::string> offers{};
};

// -- requests ------------------------------------------------------------------------

/// Returns the version and the features of the node in use.
struct get_server_info {
  using answer = server_info;
  call_options call{};
};

/// Returns the members of the cluster as the node in use sees them; a single node returns itself.
struct read_gossip {
  using answer = std::vector<cluster_member>;
  call_options call{};
};

} // namespace v0
} // namespace kdb
