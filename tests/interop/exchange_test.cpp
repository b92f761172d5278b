// SPDX-License-Identifier: Apache-2.0

// libkdb and the official Node client on one development node: each reads what the other wrote.
// Started by `run`, which says in KDB_INTEROP_COMMAND how to have the Node client do something.

#define BOOST_TEST_MODULE interop_exchange
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include "tests/fixtures/recorder.hpp"
#include "tests/interop/interop_event.hpp"

using namespace std::chrono_literals;
using kdb::interop::complaint;
using kdb::interop::interop_events;

namespace {

constexpr auto event_count = std::size_t{300};

struct fixture {
  // Has the Node client do something; false if it failed or found something wrong. It prints what.
  bool node_can(const std::string& command) {
    const auto* how = std::getenv("KDB_INTEROP_COMMAND");
    BOOST_REQUIRE(how != nullptr);
    return std::system((std::string{how} + " 127.0.0.1:" + std::to_string(node.port()) + " " + command).c_str()) == 0;
  }

  void libkdb_writes(const std::string& stream) {
    auto done = db.append_to_stream(stream, kdb::stream_state::no_stream, interop_events(event_count, "libkdb"));
    BOOST_REQUIRE_MESSAGE(done, (done ? "" : to_string(done.error())));
    BOOST_TEST(done->revision->value == event_count - 1);
  }

  void check_reading(kdb::reading events, const std::string& stream, bool only_that_stream) {
    auto n = std::size_t{0};
    for (const auto& event : events.events())
      if (only_that_stream || event.stream() == stream)
        BOOST_TEST(complaint(event.event(), stream, n++, "node") == "");
    auto end = events.finish();
    BOOST_TEST(end.has_value(), (end ? "" : to_string(end.error())));
    BOOST_TEST(n == event_count);
  }

  // What the Node client with its OpenTelemetry package prints; empty if it failed.
  std::string traced_node_says(const std::string& command, const std::string& arguments) {
    const auto* how = std::getenv("KDB_INTEROP_TRACED");
    BOOST_REQUIRE(how != nullptr);
    const auto line = std::string{how} + " 127.0.0.1:" + std::to_string(node.port()) + ' ' + command + ' ' + arguments;
    const std::unique_ptr<FILE, int (*)(FILE*)> output{::popen((line + " && echo done").c_str(), "r"), ::pclose};
    BOOST_REQUIRE(output);
    std::string said;
    for (int c = std::fgetc(output.get()); c != EOF; c = std::fgetc(output.get()))
      said += static_cast<char>(c);
    return said.ends_with("done\n") ? said : std::string{};
  }

  kdb::devnode node;
  kdb::client db = kdb::client::connect(node.connection_string()).value();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(exchange, fixture)

BOOST_AUTO_TEST_CASE(node_reads_and_follows_what_libkdb_wrote) {
  libkdb_writes("from-libkdb");
  auto arguments = "from-libkdb " + std::to_string(event_count) + " libkdb";
  BOOST_TEST(node_can("verify " + arguments));
  BOOST_TEST(node_can("verify-all " + arguments));
  BOOST_TEST(node_can("follow " + arguments));
}

BOOST_AUTO_TEST_CASE(libkdb_reads_what_node_wrote) {
  BOOST_REQUIRE(node_can("write from-node " + std::to_string(event_count)));
  check_reading(db.read_stream("from-node"), "from-node", true);
  check_reading(db.read_all(), "from-node", false);
}

BOOST_AUTO_TEST_CASE(libkdb_follows_live_what_node_writes) {
  auto following = db.subscribe_to_stream("live-from-node");
  BOOST_REQUIRE_MESSAGE(following, (following ? "" : to_string(following.error())));
  BOOST_REQUIRE(node_can("write live-from-node " + std::to_string(event_count)));
  auto n = std::size_t{0};
  while (n < event_count) {
    auto batch = following->next(10s);
    BOOST_REQUIRE(batch);
    BOOST_REQUIRE(!batch->empty());
    for (const auto& event : batch->events())
      BOOST_TEST(complaint(event.event(), "live-from-node", n++, "node") == "");
  }
}

BOOST_AUTO_TEST_CASE(node_sees_a_conflict_with_libkdb) {
  libkdb_writes("contested");
  BOOST_TEST(node_can("expect-conflict contested"));
}

BOOST_AUTO_TEST_CASE(libkdb_sees_what_node_deleted) {
  libkdb_writes("doomed");
  BOOST_REQUIRE(node_can("delete doomed"));
  auto events = db.read_stream("doomed");
  BOOST_TEST((events.events().begin() == std::default_sentinel));
  auto end = events.finish();
  BOOST_REQUIRE(!end);
  BOOST_TEST((end.error().code == kdb::errc::stream_not_found), to_string(end.error()));
}

BOOST_AUTO_TEST_CASE(node_handles_an_event_under_the_span_that_appended_it_here) {
  auto how = kdb::settings::from_connection_string(node.connection_string()).value();
  const auto tracer = std::make_shared<kdb::fixtures::recording_tracer>();
  how.tracer = tracer;
  const auto traced = kdb::client::connect(how).value();
  BOOST_REQUIRE(traced.append_to_stream("traced", kdb::stream_state::any, {kdb::new_event::json("traced", "{}")}));
  const auto spans = tracer->ended("streams.append");
  BOOST_REQUIRE(spans.size() == 1u);
  const auto ids = kdb::trace_id_of(spans.front().context) + ' ' + kdb::span_id_of(spans.front().context);
  BOOST_TEST(traced_node_says("follow", "traced " + ids) == "done\n");
}

BOOST_AUTO_TEST_CASE(an_event_is_handled_here_under_the_span_of_node_that_appended_it) {
  auto how = kdb::settings::from_connection_string(node.connection_string()).value();
  const auto tracer = std::make_shared<kdb::fixtures::recording_tracer>();
  how.tracer = tracer;
  const auto traced = kdb::client::connect(how).value();
  const auto said = traced_node_says("write", "traced-by-node");
  BOOST_REQUIRE(!said.empty());
  auto following = traced.subscribe_to_stream("traced-by-node");
  BOOST_REQUIRE(following);
  const auto batch = following->next(10s);
  BOOST_REQUIRE(batch);
  const auto context = kdb::span_context_of(*batch->events().begin());
  BOOST_REQUIRE(context.has_value());
  const auto ids = kdb::trace_id_of(*context) + ' ' + kdb::span_id_of(*context);
  BOOST_TEST(ids + "\ndone\n" == said);
  static_cast<void>(following->next(100ms)); // The batch before is answered.
  const auto spans = tracer->ended("streams.subscribe");
  BOOST_REQUIRE(spans.size() == 2u); // The start, and the handling.
  BOOST_TEST((spans.back().parent == context));
}

BOOST_AUTO_TEST_SUITE_END()
