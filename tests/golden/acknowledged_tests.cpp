// SPDX-License-Identifier: Apache-2.0

// The transcripts failover/*-acknowledged-*: whatever the leader did, what was acknowledged by any node is there afterwards, on each node that lives and at the
// place that was told. Here other programs write: to each node, one call for each append, and one batch call.

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <set>

#include "tests/fixtures/wait.hpp"

#include "tests/golden/stage.hpp"
#include "tests/golden/wire_json.hpp"

namespace kdb::golden {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

const auto one_by_one = std::string{"/event_store.client.streams.Streams/Append"};
const auto batched = std::string{"/event_store.client.streams.Streams/BatchAppend"};

/// Revisions by the ids of events.
using places = std::map<std::string, std::string>;

std::string id_of(int writer, int number) {
  char id[37];
  std::snprintf(id, sizeof id, "%08d-0000-4000-8000-%012d", writer, number);
  return id;
}

json proposed(const std::string& id) {
  return {{"id", {{"string", id}}}, {"metadata", {{"type", "t"}, {"content-type", "application/octet-stream"}}}, {"data", ""}};
}

json stream_named(int writer) {
  return {{"stream_name", std::to_string(1'000 + writer)}}; // Base64 of something.
}

json options_of(int writer) {
  return {{"stream_identifier", stream_named(writer)}, {"any", json::object()}};
}

/// Appends one event after another until `stop`, again on a new connection when one fails, and returns what was acknowledged.
places write_one_by_one(const std::string& target, int writer, const std::atomic<bool>& stop, std::atomic<int>& begun) {
  auto kept = places{};
  auto server = connection{target};
  for (int number = 0; !stop; ++number) {
    auto call = generic_call{server, one_by_one, {}, 10s};
    const auto shape = find_method(one_by_one);
    call.write(to_wire(shape.request, {{"options", options_of(writer)}}));
    call.write(to_wire(shape.request, {{"proposed_message", proposed(id_of(writer, number))}}));
    call.writes_done();
    auto message = std::string{};
    if (call.read(message, 10s) == generic_call::read_result::message) {
      const auto answer = from_wire(shape.response, message);
      if (answer.contains("success"))
        kept[id_of(writer, number)] = answer["success"].value("current_revision", "0");
      begun += number == 0 ? 1 : 0;
      continue;
    }
    server = connection{target};
    std::this_thread::sleep_for(10ms); // The pace of tries at a node that is not there.
  }
  return kept;
}

/// The same with batch calls, a new one when one ends. Each append waits for its answer.
places write_batches(const std::string& target, int writer, const std::atomic<bool>& stop, std::atomic<int>& begun) {
  auto kept = places{};
  const auto shape = find_method(batched);
  for (int number = 0; !stop;) {
    auto server = connection{target};
    auto call = generic_call{server, batched, {}, 0ms};
    for (;; ++number) {
      if (stop)
        return kept;
      const auto id = id_of(writer, number);
      call.write(to_wire(shape.request, {{"correlation_id", {{"string", id}}},
                                         {"options", options_of(writer)},
                                         {"proposed_messages", json::array({proposed(id)})},
                                         {"is_final", true}}));
      auto message = std::string{};
      if (call.read(message, 10s) != generic_call::read_result::message)
        break;
      const auto answer = from_wire(shape.response, message);
      if (answer.contains("success"))
        kept[id] = answer["success"].value("current_revision", "0");
      begun += number == 0 ? 1 : 0;
    }
    ++number;
    std::this_thread::sleep_for(10ms); // As above.
  }
  return kept;
}

places read_back(connection server, int writer) {
  const auto method = std::string{"/event_store.client.streams.Streams/Read"};
  const auto shape = find_method(method);
  auto call = generic_call{server, method, {}, 10s};
  call.write(to_wire(shape.request, {{"options",
                                      {{"stream", {{"stream_identifier", stream_named(writer)}, {"start", json::object()}}},
                                       {"count", "1000000"},
                                       {"no_filter", json::object()},
                                       {"uuid_option", {{"string", json::object()}}},
                                       {"read_direction", "Forwards"}}}}));
  call.writes_done();
  auto there = places{};
  auto message = std::string{};
  while (call.read(message, 10s) == generic_call::read_result::message) {
    const auto event = from_wire(shape.response, message).value("event", json::object()).value("event", json::object());
    if (!event.empty())
      there[event["id"]["string"]] = event.value("stream_revision", "0");
  }
  BOOST_TEST(call.status()["code"] == "OK");
  return there;
}

void what_is_acknowledged_is_kept(const json& script) {
  auto on = stage{script};
  auto stop = std::atomic<bool>{false};
  auto begun = std::atomic<int>{0};
  auto writing = std::vector<std::future<places>>{};
  for (const auto& [role, node] : on.roles)
    for (auto* write : {write_one_by_one, write_batches})
      writing.push_back(
        std::async(std::launch::async, [&, target = on.nodes.address(node), write, writer = static_cast<int>(writing.size())] {
          return write(target, writer, stop, begun);
        }));
  fixtures::wait_until("the first answers", [&] { return begun == static_cast<int>(writing.size()); });
  on.let_happen();
  stop = true;
  auto kept = std::vector<places>{};
  for (auto& each : writing)
    kept.push_back(each.get());
  on.nodes.settle();
  for (const auto& check : script.at("steps")) {
    if (!check.contains("check"))
      continue;
    BOOST_REQUIRE(check["missing"] == 0);
    BOOST_REQUIRE(check["other_revision_or_position"] == 0);
    for (int writer = 0; writer < static_cast<int>(kept.size()); ++writer) {
      const auto there = read_back(on.connect(check["node"]), writer);
      BOOST_TEST(!kept[writer].empty());
      for (const auto& [id, revision] : kept[writer]) {
        const auto at = there.find(id);
        BOOST_REQUIRE_MESSAGE(at != there.end(), id << " was acknowledged and is not on " << check["node"]);
        BOOST_TEST(at->second == revision, id << " is not where it was said to be on " << check["node"]);
      }
    }
  }
}

} // namespace

void add_acknowledged_tests() {
  auto files = std::set<fs::path>{};
  for (const auto& entry : fs::directory_iterator{fs::path{KDB_GOLDEN_DIR} / "failover"})
    if (entry.path().stem().string().find("-acknowledged-") != std::string::npos)
      files.insert(entry.path());
  for (const auto& file : files)
    boost::unit_test::framework::master_test_suite().add(boost::unit_test::make_test_case(
      [file] {
        auto in = std::ifstream{file};
        const auto script = json::parse(in);
        what_is_acknowledged_is_kept(script);
      },
      file.stem().string(), __FILE__, __LINE__));
}

} // namespace kdb::golden
