#include "services/gossip.hpp"

#include "services/unary.hpp"

#include "event_store/client/gossip.pb.h"

namespace kdb::development {

std::unique_ptr<rpc::handler> handle_gossip(node& serving, rpc::call& call) {
  using namespace event_store::client;
  return unary<Empty, gossip::ClusterInfo>(call, [&serving](const Empty&) {
    gossip::ClusterInfo cluster;
    auto& member = *cluster.add_members();
    auto& id = *member.mutable_instance_id()->mutable_structured();
    id.set_most_significant_bits(static_cast<std::int64_t>(serving.instance_id.high));
    id.set_least_significant_bits(static_cast<std::int64_t>(serving.instance_id.low));
    member.set_time_stamp(serving.events.now());
    member.set_state(gossip::MemberInfo::Leader);
    member.set_is_alive(true);
    member.mutable_http_end_point()->set_address("127.0.0.1");
    member.mutable_http_end_point()->set_port(serving.port);
    return cluster;
  });
}

} // namespace kdb::development
