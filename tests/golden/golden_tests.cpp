// SPDX-License-Identifier: Apache-2.0

// One test case for each transcript in open/: a fresh development node answers as the recorded server did. Those in secured/ follow each other
// on one node with authentication. Those in described/ were not recorded: see README.md.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <kdb/devnode.hpp>

#include "tests/golden/replay.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
namespace unit_test = boost::unit_test;

std::vector<fs::path> transcripts(const char* folder = "open") {
  auto result = std::vector<fs::path>{};
  for (const auto& entry : fs::directory_iterator{fs::path{KDB_GOLDEN_DIR} / folder})
    if (entry.path().extension() == ".json")
      result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

const std::vector<kdb::golden::allowed_difference>& allowed_differences() {
  static const auto list = kdb::golden::load_allowed_differences(fs::path{KDB_GOLDEN_DIR} / "allowed_differences.json");
  return list;
}

const std::vector<kdb::golden::allowed_difference>& secured_differences() {
  static const auto list = kdb::golden::load_allowed_differences(fs::path{KDB_GOLDEN_DIR} / "secured_differences.json");
  return list;
}

void node_answers_as_recorded(kdb::devnode& node, const fs::path& file,
                              const std::vector<kdb::golden::allowed_difference>& differences = allowed_differences(),
                              const std::string& credentials = {}) {
  auto server = kdb::golden::connection{"127.0.0.1:" + std::to_string(node.port())};
  // Less than the 10 s after which pings wake a connection: an answer that waits for one is an answer that got stuck.
  auto options =
    kdb::golden::replay_options{.credentials = credentials, .call_patience = 5s, .hanging_patience = 3s, .take_patience = 5s};
  auto report = replay(kdb::golden::load_transcript(file), server, differences, options);
  auto text = std::ostringstream{};
  text << report;
  BOOST_TEST(report.passed(), text.str());
}

// The recorded server had no user-defined indexes.
//
// How far projections may be behind: where events are counted that they write, the recorded server's were in time.
constexpr auto none = 0ms;

// The recorded server had the system projections running. That matters where they are looked at.
bool needs_projections(const fs::path& file) {
  return file.stem() == "projections" || file.stem() == "projections-system" || file.stem() == "subscribe-all-filtered";
}

void fresh_node_answers_as_recorded(const fs::path& file) {
  auto node = kdb::devnode{{.projections = needs_projections(file), .projection_lag = none, .user_indexes = false}};
  node_answers_as_recorded(node, file);
}

void fresh_node_answers_as_described(const fs::path& file) {
  auto node = kdb::devnode{{.projection_lag = none}};
  node_answers_as_recorded(node, file, {});
}

void one_node_answers_all_transcripts_in_order() {
  auto node = kdb::devnode{{.projections = true, .projection_lag = none, .user_indexes = false}};
  for (const auto& file : transcripts())
    node_answers_as_recorded(node, file);
}

// Counts events that projections write. With a database these can be read only some time after the event they are about, as on the
// recorded server, where it was by chance in time.
bool needs_links_at_once(const fs::path& file) {
  return file.stem() == "subscribe-all-filtered";
}

// What is answered then waits for a file.
void one_node_with_a_database_answers_all_transcripts_in_order() {
  auto pattern = (fs::temp_directory_path() / "kdb-golden-XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(pattern.data()));
  {
    auto node =
      kdb::devnode{{.database = pattern + "/events.db", .projections = true, .projection_lag = none, .user_indexes = false}};
    for (const auto& file : transcripts())
      if (!needs_links_at_once(file))
        node_answers_as_recorded(node, file);
  }
  fs::remove_all(pattern);
}

// Later ones list the users that earlier ones have made.
void one_node_with_authentication_answers_all_secured_transcripts_in_order() {
  auto node = kdb::devnode{{.projections = true, .projection_lag = none, .user_indexes = false, .authentication = true}};
  for (const auto& file : transcripts("secured"))
    node_answers_as_recorded(node, file, secured_differences(), "admin:changeit");
}

// A server that ends such a call earlier resets the stream, and some clients then lose the reply (HTTP/2 libraries in Rust).
void a_call_with_one_request_is_answered_only_after_its_end() {
  auto node = kdb::devnode{};
  auto server = kdb::golden::connection{"127.0.0.1:" + std::to_string(node.port())};
  using result = kdb::golden::generic_call::read_result;
  for (const auto* method : {"/event_store.client.streams.Streams/Read", "/event_store.client.streams.Streams/Delete",
                             "/event_store.client.gossip.Gossip/Read"}) {
    auto call = kdb::golden::generic_call{server, method, {}, 5s};
    auto message = std::string{};
    call.write("");
    BOOST_TEST((call.read(message, 200ms) == result::timed_out), method);
    call.writes_done();
    BOOST_TEST((call.read(message, 5s) != result::timed_out), method);
  }
}

void every_allowed_difference_names_a_transcript() {
  auto files = transcripts();
  for (const auto& entry : allowed_differences())
    BOOST_TEST(std::any_of(files.begin(), files.end(), [&](const fs::path& file) { return file.stem() == entry.transcript; }),
               "no transcript " << entry.transcript);
}

bool add_tests() {
  auto& suite = unit_test::framework::master_test_suite();
  auto add = [&](auto test, const std::string& name) { suite.add(unit_test::make_test_case(test, name, __FILE__, __LINE__)); };
  for (const auto& file : transcripts())
    add([file] { fresh_node_answers_as_recorded(file); }, file.stem().string());
  for (const auto& file : transcripts("described"))
    add([file] { fresh_node_answers_as_described(file); }, file.stem().string());
  add(one_node_answers_all_transcripts_in_order, "one_node_answers_all_transcripts_in_order");
  add(one_node_with_a_database_answers_all_transcripts_in_order, "one_node_with_a_database_answers_all_transcripts_in_order");
  add(one_node_with_authentication_answers_all_secured_transcripts_in_order,
      "one_node_with_authentication_answers_all_secured_transcripts_in_order");
  add(a_call_with_one_request_is_answered_only_after_its_end, "a_call_with_one_request_is_answered_only_after_its_end");
  add(every_allowed_difference_names_a_transcript, "every_allowed_difference_names_a_transcript");
  return true;
}

} // namespace

int main(int count, char** values) {
  return unit_test::unit_test_main(&add_tests, count, values);
}
