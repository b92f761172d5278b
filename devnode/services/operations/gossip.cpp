// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/operations/gossip.hpp"

#include "devnode/services/unary.hpp"

#include "kdb/event_store/client/gossip.pb.h"

namespace kdb::inline v0::development {

std::unique_ptr<rpc::handler> handle_gossip(node& serving, rpc::call& call) {
  using namespace event_store::client;
  return unary<Empty, gossip::ClusterInfo>(call, [&serving](const Empty&) {
    std::vector<gossiped_member> members;
    if (serving.cluster.gossip)
      members = serving.cluster.gossip();
    else
      members.push_back({serving.instance_id, serving.events.now(), node_state::leader, true, serving.port});
    gossip::ClusterInfo cluster;
    for (auto& each : members) {
      auto& member = *cluster.add_members();
      auto& id = *member.mutable_instance_id()->mutable_structured();
      id.set_most_significant_bits(static_cast<std::int64_t>(each.instance_id.high));
      id.set_least_significant_bits(static_cast<std::int64_t>(each.instance_id.low));
      member.set_time_stamp(each.time_stamp);
      member.set_state(static_cast<gossip::MemberInfo::VNodeState>(each.state));
      member.set_is_alive(each.alive);
      member.mutable_http_end_point()->set_address("127.0.0.1");
      member.mutable_http_end_point()->set_port(each.port);
    }
    return cluster;
  });
}

} // namespace kdb::inline v0::development
