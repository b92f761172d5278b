// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/text/quantity.hpp"
#include "tools/kdbctl/text/values.hpp"

#include <chrono>

// ping and info.
namespace kdbctl {
namespace {

using clock = std::chrono::steady_clock;

double milliseconds_since(clock::time_point start) {
  const auto time = std::chrono::duration<double, std::milli>{clock::now() - start}.count();
  return static_cast<double>(static_cast<std::int64_t>(time * 1000)) / 1000;
}

ending ping(session& with) {
  const auto start = clock::now();
  // Unlike a wait for the connection, a request fails as soon as no node is found.
  if (const auto members = with.ask(kdb::read_gossip{}); !members)
    return members.error();
  const auto connecting = milliseconds_since(start);
  const auto asked = clock::now();
  if (const auto members = with.ask(kdb::read_gossip{}); !members)
    return members.error();
  const auto round_trip = milliseconds_since(asked);
  const auto node = with.ask(kdb::wait_connected{with.timeout()});
  if (!node)
    return node.error();
  return with.show({json{
    {"node", to_string(node->node)}, {"version", node->server_version}, {"connectMs", connecting}, {"roundTripMs", round_trip}}});
}

ending info(session& with) {
  const auto server = with.ask(kdb::get_server_info{});
  if (!server)
    return server.error();
  const auto members = with.ask(kdb::read_gossip{});
  if (!members)
    return members.error();
  const auto status = with.ask(kdb::get_status{});
  if (!status)
    return status.error();
  const auto health = with.ask(kdb::get_health{});
  if (!health)
    return health.error();
  const auto origin = with.connection();
  json answer{{"node", to_string(server->node)},
              {"version", server->version},
              {"connection", origin ? to_text(*origin) : ""},
              {"phase", to_string(status->phase)},
              {"ready", health->ready}};
  // Users without the right to read $all see everything else.
  const auto end = with.ask(kdb::get_commit_position{});
  answer["commitPosition"] = end ? json(to_string(*end)) : json(nullptr);
  auto list = listing_of(*members);
  if (with.form() != format::table) {
    answer["members"] = list.content;
    answer["features"] = server->offers;
    return with.show({answer});
  }
  answer["features"] = server->offers.size();
  with.out().write(render({answer}, format::table, with.look()) + "\n");
  return with.show(list);
}

} // namespace

void define_server(definition& program) {
  program.command("ping", "Connects, and measures the times of the connection and of a request.", "kdbctl ping --timeout 2s")
    .asks<kdb::wait_connected, kdb::read_gossip>()
    .runs(ping);
  program
    .command("info", "Shows the server in use, its version and features, and the members of its cluster.",
             "kdbctl info --output json | jq .features")
    .asks<kdb::get_server_info, kdb::read_gossip, kdb::get_status, kdb::get_health, kdb::get_commit_position>()
    .runs(info);
}

} // namespace kdbctl
