// SPDX-License-Identifier: Apache-2.0
#include <kdb/cluster.hpp>

#include <array>

namespace kdb::inline v0 {

std::string to_string(member_state state) {
  static constexpr std::array<std::string_view, 16> names{
    "Initializing",       "DiscoverLeader",     "Unknown",         "PreReplica",     "CatchingUp",   "Clone",
    "Follower",           "PreLeader",          "Leader",          "Manager",        "ShuttingDown", "Shutdown",
    "ReadOnlyLeaderless", "PreReadOnlyReplica", "ReadOnlyReplica", "ResigningLeader"};
  const auto number = static_cast<std::uint32_t>(state);
  return number < names.size() ? std::string{names[number]} : "state " + std::to_string(number);
}

} // namespace kdb::inline v0
