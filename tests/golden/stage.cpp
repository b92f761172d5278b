// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/stage.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/fixtures/wait.hpp"

#include "tests/golden/cluster_roles.hpp"
#include "tests/golden/wire_json.hpp"

namespace kdb::golden {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

devcluster_options pace(const json& script) {
  auto unit = fixtures::slowness * 400ms;
  return {.election = unit,
          .drain = unit / 2,
          .forwarding_timeout = unit,
          .keeps_events = script.at("about").get<std::string>().find("disk") != std::string::npos,
          .cold_start = script.at("nodes").contains("node0"),
          .node = {.projections = true, .projection_lag = 0ms, .user_indexes = false}};
}

std::string port_of(const std::string& address) {
  return address.substr(address.rfind(':') + 1);
}

void append(connection& to, const std::string& stream, int events) {
  auto call = generic_call{to, "/event_store.client.streams.Streams/Append", {}, 10s};
  auto write = [&](const json& message) { call.write(to_wire("event_store.client.streams.AppendReq", message)); };
  write({{"options", {{"stream_identifier", {{"stream_name", stream}}}, {"any", json::object()}}}});
  for (int i = 0; i < events; ++i) {
    auto id = std::string{"00000000-0000-4000-8000-"} +
              std::to_string(100'000'000'000 + i + 1'000 * std::hash<std::string>{}(stream) % 1'000'000);
    write({{"proposed_message",
            {{"id", {{"string", id}}},
             {"metadata", {{"type", "t"}, {"content-type", "application/octet-stream"}}},
             {"data", std::string(8'000, 'A')}}}});
  }
  call.writes_done();
  auto message = std::string{};
  BOOST_REQUIRE((call.read(message, 10s) == generic_call::read_result::message));
}

} // namespace

stage::stage(const json& recorded) : script{recorded}, nodes{pace(recorded)} {
  auto ports = std::map<std::string, std::string>{};
  for (const auto& [name, address] : script.at("nodes").items())
    ports[name] = port_of(address);
  roles = nodes_by_role(ports, nodes);
  for (const auto& [name, port] : ports)
    recorded_names[port] = name;
  for (const auto& [name, node] : roles)
    names[std::to_string(nodes.port(node))] = name;
  if (cold())
    nodes.set_priority(roles.at("node0"), 1);
  else
    prepare();
}

void stage::prepare() {
  make_leader(nodes, roles.at("leader"));
  auto winner = std::optional<std::string>{};
  auto returns = false;
  for (const auto& each : script.at("steps")) {
    if (each.contains("new_leader"))
      winner = each["new_leader"].get<std::string>();
    returns = returns || each.value("event", "") == "rejoins";
  }
  if (winner)
    nodes.set_priority(roles.at(*winner), 1);
  write_what_is_read();
  if (returns && script["steps"][0].value("event", "") == "rejoins") {
    nodes.kill(roles.at("leader"));
    nodes.settle();
  }
}

// Streams that are read have a few large events: a slow reader has not read them all when something happens.
void stage::write_what_is_read() {
  auto streams = std::set<std::string>{};
  for (const auto& each : script.at("steps"))
    for (const auto& request : each.value("requests", each.value("first_requests", json::array())))
      if (request.contains("options") && request["options"].contains("stream"))
        streams.insert(request["options"]["stream"]["stream_identifier"]["stream_name"].get<std::string>());
  auto leader = connect("leader");
  for (const auto& stream : streams)
    append(leader, stream, 400);
  create_groups(leader);
}

// The groups that consumers join, but for the one that the recorder never made.
void stage::create_groups(connection& leader) {
  auto made = std::set<std::string>{};
  for (const auto& each : script.at("steps"))
    for (const auto& request : each.value("requests", each.value("first_requests", json::array()))) {
      const auto options = request.value("options", json::object());
      const auto group = options.value("group_name", "");
      if (group.empty() || group == "g-probe" || !made.insert(group).second)
        continue;
      const auto method = std::string{"/event_store.client.persistent_subscriptions.PersistentSubscriptions/Create"};
      auto call = generic_call{leader, method, {}, 10s};
      call.write(to_wire(find_method(method).request,
                         {{"options",
                           {{"stream", {{"stream_identifier", options["stream_identifier"]}, {"start", json::object()}}},
                            {"group_name", group},
                            {"settings",
                             {{"max_retry_count", 3},
                              {"min_checkpoint_count", 1},
                              {"max_checkpoint_count", 1},
                              {"max_subscriber_count", 10},
                              {"live_buffer_size", 500},
                              {"read_batch_size", 20},
                              {"history_buffer_size", 500},
                              {"message_timeout_ms", 30000},
                              {"checkpoint_after_ms", 1000},
                              {"consumer_strategy", "RoundRobin"}}}}}}));
      call.writes_done();
      auto message = std::string{};
      BOOST_REQUIRE((call.read(message, 10s) == generic_call::read_result::message));
    }
}

void stage::let_happen() {
  constexpr auto look_on = 150ms;
  std::this_thread::sleep_for(look_on);
  for (const auto& each : script.at("steps")) {
    auto event = each.value("event", "");
    if (event.empty())
      continue;
    auto node = roles.at(each.value("node", cold() ? "node0" : "leader"));
    if (event.find("killed") != std::string::npos)
      nodes.kill(node);
    else if (event.find("SIGTERM") != std::string::npos)
      nodes.drain(node);
    else if (event.find("resigns") != std::string::npos)
      nodes.resign(node);
    else if (event == "rejoins")
      nodes.start(node);
    if (event.find("SIGTERM") != std::string::npos)
      fixtures::wait_until("the end of the node", [&] { return nodes.state(node).empty(); });
    nodes.settle();
    std::this_thread::sleep_for(look_on);
  }
}

} // namespace kdb::golden
