// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <functional>
#include <future>
#include <stop_token>
#include <string>

#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::integration {

namespace {

using namespace std::chrono_literals;

/// What waits for a server that says nothing, and how it ends.
struct row {
  const char* name;
  std::function<errc(driver&, const call_options&)> run;
};

errc code_of(const auto& outcome) {
  return outcome ? errc{} : outcome.error().code;
}

const row rows[] = {
  {"append",
   [](driver& db, const call_options& call) { return code_of(db.append("s", stream_state::any, numbered(1), {call})); }},
  {"append with retries",
   [](driver& db, call_options call) {
     call.retry = 100;
     return code_of(db.append("s", stream_state::any, numbered(1), {call}));
   }},
  {"append in parts",
   [](driver& db, const call_options& call) {
     const auto outcome = db.append_in_parts("s", stream_state::any, numbered(3), {.call = call});
     return outcome.stopped ? outcome.stopped->code : errc{};
   }},
  {"read", [](driver& db, const call_options& call) { return code_of(read_to_end(db.read_stream("s", {.call = call})).end); }},
  {"read to the end", [](driver& db, const call_options& call) { return code_of(db.read_stream_to_end("s", {.call = call})); }},
  {"create a group", [](driver& db, const call_options& call) { return code_of(db.create_group("s", "h", {.call = call})); }},
  {"ask for the commit position",
   [](driver& db, const call_options& call) { return code_of(db.get_commit_position({.call = call})); }},
  {"subscribe", [](driver& db, const call_options& call) { return code_of(db.subscribe_to_stream("s", {.call = call})); }},
  {"consume",
   [](driver& db, const call_options& call) {
     return code_of(db.consume({"s", "g"}, {.call = call}));
   }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(stop)

KDB_NODE_SCENARIO(whatever_waits_is_stopped_and_the_client_goes_on) {
  const fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  const auto client = connect(which, proxy.connection_string());
  value_of(client->append("s", stream_state::any, numbered(1)));
  require(client->create_group("s", "g"));
  proxy.stall();
  std::stop_source source;
  std::vector<std::future<errc>> pending;
  for (const auto& each : rows)
    pending.push_back(
      std::async(std::launch::async, [&] { return each.run(*client, {.deadline = 1min, .stop = source.get_token()}); }));
  for (auto& each : pending)
    BOOST_TEST((each.wait_for(10ms) == std::future_status::timeout));
  const fixtures::stopwatch since;
  source.request_stop();
  for (std::size_t i = 0; i < pending.size(); ++i)
    BOOST_TEST((fixtures::value_of(pending[i], rows[i].name) == errc::cancelled), rows[i].name);
  BOOST_TEST((since.elapsed() < 5s * fixtures::slowness));
  proxy.resume();
  value_of(client->append("s", stream_state::any, numbered(1)));
}

KDB_SCENARIO(subscriptions_and_consumers_that_run_are_stopped) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(2)));
  require(s.client->create_group(s.stream, "g"));
  std::stop_source source;
  const call_options call{.stop = source.get_token()};
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream, {.call = call}));
  const auto consumer = value_of(s.client->consume(s.group, {.call = call}));
  follow_events(*subscription, 2);
  source.request_stop();
  BOOST_TEST((follow_to_end(*subscription).reason == end_reason::cancelled));
  fixtures::wait_until("the consumer to end", [&] {
    static_cast<void>(consumer->next(10ms));
    return consumer->ended().has_value();
  });
  BOOST_TEST((consumer->ended()->reason == end_reason::cancelled));
}

KDB_SCENARIO(what_is_stopped_before_it_begins_does_nothing) {
  scenario s{which};
  std::stop_source source;
  source.request_stop();
  const auto why = error_of(s.client->append(s.stream, stream_state::any, numbered(1), {{.stop = source.get_token()}}));
  BOOST_TEST((why.code == errc::cancelled));
  BOOST_TEST(!why.outcome_unknown);
  BOOST_TEST((error_of(read_to_end(s.client->read_stream(s.stream)).end).code == errc::stream_not_found));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
