// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/table.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/indexes/manage.hpp"
#include "devnode/services/operations/gossip.hpp"
#include "devnode/services/operations/operations.hpp"
#include "devnode/services/operations/server_features.hpp"
#include "devnode/services/operations/statistics.hpp"
#include "devnode/services/persistent/manage.hpp"
#include "devnode/services/persistent/read.hpp"
#include "devnode/services/projections/manage.hpp"
#include "devnode/services/projections/statistics.hpp"
#include "devnode/services/streams/append.hpp"
#include "devnode/services/streams/append_records.hpp"
#include "devnode/services/streams/append_session.hpp"
#include "devnode/services/streams/batch_append.hpp"
#include "devnode/services/streams/delete.hpp"
#include "devnode/services/streams/read.hpp"
#include "devnode/services/users/users.hpp"

namespace kdb::inline v0::development {
namespace {

constexpr std::size_t streams_limit = 16'767'216; // 16 MiB - 10 000, a server's
constexpr std::size_t v2_limit = 0;               // half as much again as an append may have
constexpr std::size_t other_limit = 4 * 1024 * 1024;

// One method of the node: what a server calls it, how it is handled, and what ServerFeatures says it can do beyond the first version.
struct entry {
  std::string_view service;
  const char* method;
  std::unique_ptr<rpc::handler> (*handle)(node&, rpc::call&);
  std::size_t largest_request;
  std::vector<std::string> features;
  demanded_role role = demanded_role::none; // what is about a stream looks for itself
  demand wants = demand::nothing;           // reads and BatchAppend look for themselves
  bool streams = false;                     // answered before the client has ended its side
};

// A node that is to have no projections hasn't this service, as a server.
constexpr std::string_view projections = "event_store.client.projections.Projections";

// Nor has a server without secondary indexes this one.
constexpr std::string_view indexes = "kurrentdb.protocol.v2.indexes.IndexesService";

const std::vector<entry>& entries() {
  static constexpr auto operations = "event_store.client.operations.Operations";
  static constexpr auto streams = "event_store.client.streams.Streams";
  static constexpr auto streams_2 = "kurrentdb.protocol.v2.streams.StreamsService";
  static constexpr auto persistent = "event_store.client.persistent_subscriptions.PersistentSubscriptions";
  static constexpr auto users_service = "event_store.client.users.Users";
  using enum demanded_role;
  static const std::vector<std::string> both{"stream", "all"};
  static const std::vector<entry> all{
    // in the order in which a server lists them
    {streams_2, "AppendSession", handle_append_session, v2_limit, {}, none, demand::leading_v2},
    {streams_2, "AppendRecords", handle_append_records, v2_limit, {}, none, demand::leading_v2},
    {indexes, "Create", handle_index_create, other_limit, {}, ops, demand::leading_v2},
    {indexes, "Start", handle_index_start, other_limit, {}, ops, demand::leading_v2},
    {indexes, "Stop", handle_index_stop, other_limit, {}, ops, demand::leading_v2},
    {indexes, "Delete", handle_index_delete, other_limit, {}, ops, demand::leading_v2},
    {indexes, "List", handle_index_list, other_limit, {}, user, demand::reading},
    {indexes, "Get", handle_index_get, other_limit, {}, user, demand::reading},
    {projections, "Create", handle_projection_create, other_limit, {"track_emitted_streams"}, user, demand::leading_only},
    {projections, "Update", handle_projection_update, other_limit, {}, user, demand::leading_only},
    {projections, "Delete", handle_projection_delete, other_limit, {}, ops, demand::leading_only},
    {projections, "Statistics", handle_projection_statistics, other_limit, {}, user, demand::leading_only},
    {projections, "Disable", handle_projection_disable, other_limit, {}, user, demand::leading_only},
    {projections, "Enable", handle_projection_enable, other_limit, {}, user, demand::leading_only},
    {projections, "Reset", handle_projection_reset, other_limit, {}, user, demand::leading_only},
    {projections, "State", handle_projection_state, other_limit, {}, user, demand::leading_only},
    {projections, "Result", handle_projection_result, other_limit, {}, user, demand::leading_only},
    {projections, "RestartSubsystem", handle_projections_restart, other_limit, {}, ops},
    {persistent, "Create", handle_group_create, other_limit, both, ops, demand::leading},
    {persistent, "Update", handle_group_update, other_limit, both, ops, demand::leading},
    {persistent, "Delete", handle_group_delete, other_limit, both, ops, demand::leading},
    {persistent, "Read", handle_persistent_read, other_limit, both, none, demand::leading, true},
    {persistent, "GetInfo", handle_group_info, other_limit, both, user, demand::leading_info},
    {persistent, "ReplayParked", handle_replay_parked, other_limit, both, ops, demand::leading},
    {persistent, "TruncateParked", handle_truncate_parked, other_limit, both, ops, demand::leading},
    {persistent, "List", handle_group_list, other_limit, both, user, demand::leading_info},
    {persistent, "RestartSubsystem", handle_groups_restart, other_limit, both, ops},
    {users_service, "Create", handle_user_create, other_limit, {}, admin, demand::writing},
    {users_service, "Update", handle_user_update, other_limit, {}, admin, demand::writing},
    {users_service, "Delete", handle_user_delete, other_limit, {}, admin, demand::writing},
    {users_service, "Disable", handle_user_disable, other_limit, {}, admin, demand::writing},
    {users_service, "Enable", handle_user_enable, other_limit, {}, admin, demand::writing},
    {users_service, "Details", handle_user_details, other_limit, {}, user, demand::writing},
    {users_service, "ChangePassword", handle_change_password, other_limit, {}, user, demand::writing},
    {users_service, "ResetPassword", handle_reset_password, other_limit, {}, admin, demand::writing},
    {streams, "Read", handle_read, streams_limit, {"position", "events"}},
    {streams, "Append", handle_append, streams_limit, {}, none, demand::writing},
    {streams, "Delete", handle_delete, streams_limit, {}, none, demand::writing},
    {streams, "Tombstone", handle_tombstone, streams_limit, {}, none, demand::writing},
    {streams, "BatchAppend", handle_batch_append, streams_limit, {"deadline_duration"}, none, demand::nothing, true},
    {operations, "StartScavenge", handle_start_scavenge, other_limit, {}, ops},
    {operations, "StopScavenge", handle_stop_scavenge, other_limit, {}, ops},
    {operations, "MergeIndexes", handle_merge_indexes, other_limit, {}, ops},
    {operations, "ResignNode", handle_resign_node, other_limit, {}, ops},
    {operations, "SetNodePriority", handle_set_node_priority, other_limit, {}, ops},
    {operations, "RestartPersistentSubscriptions", handle_restart_persistent_subscriptions, other_limit, {}, ops},
    {"event_store.client.gossip.Gossip", "Read", handle_gossip, other_limit, {}},
    {"event_store.client.monitoring.Monitoring", "Stats", handle_statistics, other_limit, {}, none, demand::nothing, true},
    {"event_store.client.server_features.ServerFeatures", "GetSupportedMethods", handle_server_features, other_limit, {}},
  };
  return all;
}

// First who calls, and whether he may; then whether the node can.
std::unique_ptr<rpc::handler> handler_of(const entry& wanted, node& serving, rpc::call& call) {
  auto [verdict, who] = serving.access.identify(call.header("authorization"));
  if (verdict == access_control::verdict::refused)
    return refused(call, errors::unauthenticated(), wanted.streams);
  if (verdict == access_control::verdict::not_ready)
    return refused(call, errors::users_not_ready(), wanted.streams);
  if (!may(*who, wanted.role))
    return refused(call, errors::access_denied(), wanted.streams);
  auto handler = wanted.handle(serving, call);
  return wanted.wants == demand::nothing ? std::move(handler)
                                         : guarded(serving, call, wanted.wants, wanted.streams, std::move(handler));
}

} // namespace

void add_services(rpc::server& to, node& serving) {
  for (auto& each : entries()) {
    if ((each.service == projections && !serving.options.projections) ||
        (each.service == indexes && !serving.options.user_indexes))
      continue;
    std::string service{each.service};
    auto largest = each.largest_request == v2_limit ? serving.options.max_append_size / 2 * 3 : each.largest_request;
    serving.methods.push_back({service, each.method, each.features});
    to.add(service, each.method, {[&each, &serving](rpc::call& call) { return handler_of(each, serving, call); }, largest});
  }
}

} // namespace kdb::inline v0::development
