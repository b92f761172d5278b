// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/operations/operations.hpp"

#include "devnode/services/persistent/groups.hpp"
#include "devnode/services/unary.hpp"

#include "kdb/event_store/client/operations.pb.h"

namespace kdb::inline v0::development {

using event_store::client::Empty;
using namespace event_store::client::operations;

// Done as soon as it is started: deleted events need no room on disk here.
std::unique_ptr<rpc::handler> handle_start_scavenge(node&, rpc::call& call) {
  return unary<StartScavengeReq, ScavengeResp>(call, [](const StartScavengeReq&) {
    ScavengeResp reply;
    reply.set_scavenge_id(to_string(random_uuid()));
    reply.set_scavenge_result(ScavengeResp::Started);
    return reply;
  });
}

// So none is under way.
std::unique_ptr<rpc::handler> handle_stop_scavenge(node&, rpc::call& call) {
  return unary<StopScavengeReq, ScavengeResp>(call, [](const StopScavengeReq&) { return errors::scavenge_not_found(); });
}

// There is nothing to merge.
std::unique_ptr<rpc::handler> handle_merge_indexes(node&, rpc::call& call) {
  return unary<Empty, Empty>(call, [](const Empty&) { return Empty{}; });
}

// A node that does not lead, and one that is alone, says OK and does nothing.
std::unique_ptr<rpc::handler> handle_resign_node(node& serving, rpc::call& call) {
  return unary<Empty, Empty>(call, [&serving](const Empty&) {
    if (serving.cluster.resign)
      serving.cluster.resign();
    return Empty{};
  });
}

std::unique_ptr<rpc::handler> handle_set_node_priority(node& serving, rpc::call& call) {
  return unary<SetNodePriorityReq, Empty>(call, [&serving](const SetNodePriorityReq& request) {
    if (serving.cluster.set_priority)
      serving.cluster.set_priority(request.priority());
    return Empty{};
  });
}

std::unique_ptr<rpc::handler> handle_restart_persistent_subscriptions(node& serving, rpc::call& call) {
  return unary<Empty, Empty>(call, [&serving](const Empty&) {
    if (serving.groups)
      serving.groups->restart();
    return Empty{};
  });
}

} // namespace kdb::inline v0::development
