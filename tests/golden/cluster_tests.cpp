// SPDX-License-Identifier: Apache-2.0

// The transcripts in cluster/: a cluster of development nodes answers as the recorded cluster did.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fixtures/cluster.hpp"

#include "tests/golden/cluster_roles.hpp"
#include "tests/golden/replay.hpp"
#include "tests/golden/wire_json.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
namespace golden = kdb::golden;
namespace unit_test = boost::unit_test;

std::vector<golden::transcript> transcripts() {
  auto result = std::vector<golden::transcript>{};
  for (const auto& entry : fs::directory_iterator{fs::path{KDB_GOLDEN_DIR} / "cluster"})
    if (entry.path().extension() == ".json" && entry.path().stem() != "allowed_differences")
      result.push_back(golden::load_transcript(entry.path()));
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return result;
}

const std::vector<golden::allowed_difference>& allowed_differences() {
  static const auto list = golden::load_allowed_differences(fs::path{KDB_GOLDEN_DIR} / "cluster" / "allowed_differences.json");
  return list;
}

kdb::devcluster_options as_recorded() {
  auto options = kdb::fixtures::quick_cluster();
  options.node.projections = true;
  options.node.user_indexes = false; // The recorded servers had none.
  return options;
}

// What the recorder's set-up had written: the events of the stream that the first step reads.
std::map<std::uint64_t, nlohmann::json> events_before(const golden::transcript& script) {
  auto result = std::map<std::uint64_t, nlohmann::json>{};
  const auto* first = std::get_if<golden::call_step>(&script.steps.front());
  if (first == nullptr || !first->start.method.ends_with("Streams/Read"))
    return result;
  const auto stream = first->expected["responses"][0]["event"]["event"]["stream_identifier"];
  for (const auto& step : script.steps)
    if (const auto* call = std::get_if<golden::call_step>(&step))
      for (const auto& response : call->expected["responses"])
        if (const auto event = response.value("event", nlohmann::json::object()).value("event", nlohmann::json::object());
            event.value("stream_identifier", nlohmann::json{}) == stream)
          result.emplace(std::stoull(event.value("stream_revision", "0")), event);
  return result;
}

void write_before(const std::map<std::uint64_t, nlohmann::json>& events, golden::connection& leader) {
  if (events.empty())
    return;
  auto call = golden::generic_call{leader, "/event_store.client.streams.Streams/Append", {}, 5s};
  auto write = [&](const nlohmann::json& message) {
    call.write(golden::to_wire("event_store.client.streams.AppendReq", message));
  };
  write({{"options", {{"stream_identifier", events.begin()->second["stream_identifier"]}, {"any", nlohmann::json::object()}}}});
  for (auto [revision, event] : events) {
    event["metadata"].erase("created");
    write({{"proposed_message", {{"id", event["id"]}, {"metadata", event["metadata"]}, {"data", event["data"]}}}});
  }
  call.writes_done();
  auto message = std::string{};
  BOOST_REQUIRE((call.read(message, 5s) == golden::generic_call::read_result::message));
}

void cluster_answers_as_recorded(const golden::transcript& script) {
  auto cluster = kdb::fixtures::cluster{as_recorded()};
  auto roles = golden::nodes_by_role(script.ports, cluster);
  golden::make_leader(cluster, roles.at("leader"));
  auto nodes = std::map<std::string, golden::cluster_node>{};
  for (const auto& [name, node] : roles)
    nodes.emplace(name, golden::cluster_node{golden::connection{cluster.address(node)}, std::to_string(cluster.port(node))});
  write_before(events_before(script), nodes.at("leader").server);
  auto options = golden::replay_options{.call_patience = 5s, .hanging_patience = 1s, .take_patience = 5s, .silence = 300ms};
  auto report = replay(script, nodes, allowed_differences(), options);
  auto text = std::ostringstream{};
  text << report;
  BOOST_TEST(report.passed(), text.str());
}

void every_allowed_difference_names_a_transcript(const std::vector<golden::transcript>& all) {
  for (const auto& entry : allowed_differences())
    BOOST_TEST(std::any_of(all.begin(), all.end(), [&](const auto& script) { return script.name == entry.transcript; }),
               "no transcript " << entry.transcript);
}

bool add_cluster_tests() {
  auto& suite = unit_test::framework::master_test_suite();
  auto add = [&](auto test, const std::string& name) { suite.add(unit_test::make_test_case(test, name, __FILE__, __LINE__)); };
  auto all = transcripts();
  for (const auto& script : all)
    add([script] { cluster_answers_as_recorded(script); }, script.name);
  add([all] { every_allowed_difference_names_a_transcript(all); }, "every_allowed_difference_names_a_transcript");
  return true;
}

} // namespace

namespace kdb::golden {

void add_failover_tests();
void add_acknowledged_tests();

} // namespace kdb::golden

int main(int count, char** values) {
  auto add = [] {
    golden::add_failover_tests();
    golden::add_acknowledged_tests();
    return add_cluster_tests();
  };
  return unit_test::unit_test_main(+add, count, values);
}
