// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/values.hpp"

#include "tools/kdbctl/text/event_line.hpp"

namespace kdbctl {
namespace {

json start_of(const std::optional<kdb::group_start>& from) {
  if (!from)
    return nullptr;
  const auto text = [](const auto& place) -> json {
    if (place.is_start())
      return "start";
    if (place.is_end())
      return "end";
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(place)>, kdb::stream_position>)
      return place.revision()->value;
    else
      return to_string(*place.position());
  };
  return std::visit(text, *from);
}

json place_of(const std::optional<kdb::group_position>& place) {
  if (!place)
    return nullptr;
  if (const auto* revision = std::get_if<kdb::stream_revision>(&*place))
    return revision->value;
  return to_string(std::get<kdb::log_position>(*place));
}

json connection_json(const kdb::group_connection& one) {
  json measurements = json::object();
  for (const auto& [name, value] : one.measurements)
    measurements[name] = value;
  return {{"name", one.name},
          {"user", one.user},
          {"averagePerSecond", one.average_per_second},
          {"totalItems", one.total_items},
          {"availableSlots", one.available_slots},
          {"inFlight", one.in_flight},
          {"measurements", std::move(measurements)}};
}

template <class T>
listing listing_with(const std::vector<T>& all, std::vector<column> columns) {
  listing answer{json::array(), std::move(columns)};
  for (const auto& one : all)
    answer.content.push_back(json_of(one));
  return answer;
}

} // namespace

json json_of(const kdb::group_info& group) {
  json connections = json::array();
  for (const auto& one : group.connections)
    connections.push_back(connection_json(one));
  const auto& settings = group.settings;
  return {{"stream", group.name.stream},
          {"group", group.name.group},
          {"status", group.status},
          {"consumers", group.connections.size()},
          {"from", start_of(group.from)},
          {"lastCheckpoint", place_of(group.last_checkpoint)},
          {"lastKnown", place_of(group.last_known)},
          {"inFlight", group.in_flight},
          {"outstanding", group.outstanding},
          {"parked", group.parked},
          {"averagePerSecond", group.average_per_second},
          {"totalItems", group.total_items},
          {"readBuffered", group.read_buffered},
          {"liveBuffered", group.live_buffered},
          {"retryBuffered", group.retry_buffered},
          {"strategy", settings.strategy},
          {"resolveLinks", settings.resolve_links},
          {"extraStatistics", settings.extra_statistics},
          {"messageTimeoutMs", settings.message_timeout.count()},
          {"maxRetries", settings.max_retries},
          {"checkpointAfterMs", settings.checkpoint_after.count()},
          {"minCheckpoint", settings.min_checkpoint},
          {"maxCheckpoint", settings.max_checkpoint},
          {"maxSubscribers", settings.max_subscribers},
          {"liveBuffer", settings.live_buffer},
          {"readBatch", settings.read_batch},
          {"historyBuffer", settings.history_buffer},
          {"connections", std::move(connections)}};
}

json json_of(const kdb::user_details& user) {
  return {{"login", user.login_name},
          {"fullName", user.full_name},
          {"groups", user.groups},
          {"disabled", user.disabled},
          {"lastUpdated", user.last_updated ? json(to_text(event_time{*user.last_updated})) : json(nullptr)}};
}

json json_of(const kdb::projection_statistics& one) {
  return {{"name", one.name},
          {"effectiveName", one.effective_name},
          {"mode", one.mode},
          {"status", one.status},
          {"stateReason", one.state_reason},
          {"progress", one.progress},
          {"position", one.position},
          {"lastCheckpoint", one.last_checkpoint},
          {"checkpointStatus", one.checkpoint_status},
          {"version", one.version},
          {"epoch", one.epoch},
          {"coreProcessingTime", one.core_processing_time},
          {"eventsProcessedAfterRestart", one.events_processed_after_restart},
          {"bufferedEvents", one.buffered_events},
          {"partitionsCached", one.partitions_cached},
          {"readsInProgress", one.reads_in_progress},
          {"writesInProgress", one.writes_in_progress},
          {"writePendingBeforeCheckpoint", one.write_pending_events_before_checkpoint},
          {"writePendingAfterCheckpoint", one.write_pending_events_after_checkpoint}};
}

json json_of(const kdb::index_info& one) {
  json fields = json::array();
  for (const auto& each : one.definition.fields)
    fields.push_back({{"name", each.name},
                      {"type", to_string(each.type)},
                      {"selector", each.selector},
                      {"optimizeLookups", each.optimize_lookups}});
  return {{"name", one.name}, {"state", to_string(one.state)}, {"filter", one.definition.filter}, {"fields", std::move(fields)}};
}

json json_of(const kdb::cluster_member& member) {
  return {{"node", to_string(member.where)},
          {"state", to_string(member.state)},
          {"alive", member.alive},
          {"id", kdb::to_string(member.instance_id)}};
}

json json_of(const kdb::stream_metadata& metadata) {
  const auto text = kdb::to_json(metadata);
  auto parsed = text ? json::parse(*text, nullptr, false) : json{};
  return parsed.is_discarded() || parsed.is_null() ? json::object() : parsed;
}

listing listing_of(const std::vector<kdb::group_info>& groups) {
  return listing_with(groups, {{"STREAM", "stream"},
                               {"GROUP", "group"},
                               {"STATUS", "status"},
                               {"CONSUMERS", "consumers"},
                               {"IN FLIGHT", "inFlight"},
                               {"PARKED", "parked"},
                               {"CHECKPOINT", "lastCheckpoint"},
                               {"LAST KNOWN", "lastKnown"}});
}

listing listing_of(const std::vector<kdb::user_details>& users) {
  return listing_with(users, {{"LOGIN", "login"}, {"FULL NAME", "fullName"}, {"DISABLED", "disabled"}, {"GROUPS", "groups"}});
}

listing listing_of(const std::vector<kdb::projection_statistics>& projections) {
  return listing_with(
    projections, {{"NAME", "name"}, {"MODE", "mode"}, {"STATUS", "status"}, {"PROGRESS", "progress"}, {"POSITION", "position"}});
}

listing listing_of(const std::vector<kdb::index_info>& indexes) {
  return listing_with(indexes, {{"NAME", "name"}, {"STATE", "state"}, {"FILTER", "filter"}});
}

listing listing_of(const std::vector<kdb::cluster_member>& members) {
  return listing_with(members, {{"NODE", "node"}, {"STATE", "state"}, {"ALIVE", "alive"}, {"ID", "id"}});
}

std::string_view to_text(kdb::scavenge_state state) {
  switch (state) {
    case kdb::scavenge_state::started: return "started";
    case kdb::scavenge_state::in_progress: return "in progress";
    case kdb::scavenge_state::stopped: return "stopped";
  }
  return {};
}

kdb::group_settings changed(kdb::group_settings settings, const kdb::group_changes& changes) {
  const auto take = [](auto& setting, const auto& change) {
    if (change)
      setting = *change;
  };
  take(settings.resolve_links, changes.resolve_links);
  take(settings.extra_statistics, changes.extra_statistics);
  take(settings.message_timeout, changes.message_timeout);
  take(settings.max_retries, changes.max_retries);
  take(settings.checkpoint_after, changes.checkpoint_after);
  take(settings.min_checkpoint, changes.min_checkpoint);
  take(settings.max_checkpoint, changes.max_checkpoint);
  take(settings.max_subscribers, changes.max_subscribers);
  take(settings.live_buffer, changes.live_buffer);
  take(settings.read_batch, changes.read_batch);
  take(settings.history_buffer, changes.history_buffer);
  take(settings.strategy, changes.strategy);
  return settings;
}

} // namespace kdbctl
