// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/gossip.hpp"

#include "kdb/event_store/client/gossip.pb.h"
#include "libkdb/values/settings_ranges.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/uuid_reader.hpp"

namespace kdb::inline v0::wire {

namespace {

/// No cluster is as large, also with those of half an hour that have died.
constexpr std::size_t most_members = 1000;

uuid id_of(const event_store::client::UUID& message) {
  const auto bytes = message.SerializeAsString();
  uuid_reader reader;
  uuid id{};
  // Ids are for telling nodes apart: one that can't be read is no reason to lose the node.
  if (!reader.read(bytes) || !reader.get(id))
    return {};
  return id;
}

} // namespace

result<std::vector<cluster_member>> decode_gossip(std::string_view message) {
  event_store::client::gossip::ClusterInfo info;
  if (!parse_message(info, message))
    return unexpected(errc::protocol_error, "the server's list of its cluster can't be understood");
  std::vector<cluster_member> members;
  for (const auto& each : info.members()) {
    const auto& at = each.http_end_point();
    if (!ranges::is_host(at.address()) || at.port() == 0 || at.port() > UINT16_MAX)
      continue;
    if (members.size() == most_members)
      break;
    members.push_back({.instance_id = id_of(each.instance_id()),
                       .state = static_cast<member_state>(each.state()),
                       .alive = each.is_alive(),
                       .where = {.host = at.address(), .port = static_cast<std::uint16_t>(at.port())}});
  }
  return members;
}

template <>
operation<read_gossip> describe() {
  return {.method = "/event_store.client.gossip.Gossip/Read",
          .effect = effect::read,
          .decode = in_one_message<std::vector<cluster_member>, decode_gossip>};
}

} // namespace kdb::inline v0::wire
