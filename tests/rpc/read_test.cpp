// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::wait_until;

namespace {

/// Whatever the kernel and HTTP/2 hold back for somebody who reads nothing is less.
constexpr std::uint64_t windows_full = 64 << 20;

} // namespace

BOOST_AUTO_TEST_SUITE(read_stream)

BOOST_AUTO_TEST_CASE(events_come_in_order_and_the_end_once) {
  served f;
  auto [seen, call] = f.client.read("1000*100");
  call->request(1000);
  BOOST_TEST(seen->wait_end().has_value());
  std::uint64_t expected = 0;
  for (const auto& batch : seen->words())
    for (const auto& event : batch.events())
      BOOST_REQUIRE_EQUAL(event.revision().value, expected++);
  BOOST_TEST(expected == 1000u);
  BOOST_TEST(!seen->broken());
}

// What waits for its time must not wait for another message.
BOOST_AUTO_TEST_CASE(all_that_has_come_is_delivered_when_the_server_pauses) {
  served f;
  auto [seen, call] = f.client.read("1*10+9*10+90*10+hang");
  for (std::size_t taken = 0; seen->events() < 100; ++taken) {
    call->request(1);
    seen->wait_for(taken + 1);
  }
  BOOST_TEST(seen->events() == 100u);
}

BOOST_AUTO_TEST_CASE(nothing_is_delivered_beyond_the_demand_and_the_server_comes_to_a_stop) {
  served f;
  auto [seen, call] = f.client.read("*10000");
  call->request(3);
  seen->wait_for(3);
  const auto stopped_at = fixtures::wait_until_steady(
    "the server's writes", [&] { return f.written(); }, 300ms);
  BOOST_TEST(stopped_at * 10'000 < windows_full);
  BOOST_TEST(seen->count() == 3u);
  BOOST_TEST(seen->events() <= 3u * 64u);
  call->request(200);
  seen->wait_for(203);
  BOOST_TEST(f.written() > stopped_at);
  call->cancel();
  BOOST_TEST((seen->wait_end().error().code == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(without_demand_only_the_end_arrives) {
  served f;
  auto [seen, call] = f.client.read("headers+end=14");
  BOOST_TEST((seen->wait_end().error().code == errc::unavailable));
  BOOST_TEST(seen->count() == 0u);
}

BOOST_AUTO_TEST_CASE(confirmations_that_come_again_and_again_are_told_once) {
  served f;
  auto [seen, call] = f.client.read("confirm+confirm+confirm+1*10+hang");
  call->request(1);
  seen->wait_for(1);
  BOOST_TEST(seen->confirmations == 1);
}

BOOST_AUTO_TEST_CASE(a_confirmation_needs_no_batch) {
  served f;
  auto [seen, call] = f.client.read("confirm+hang");
  call->request(1);
  wait_until("the confirmation", [&, &record = seen] { return record->confirmations == 1; });
  BOOST_TEST(seen->count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_paused_call_learns_that_the_connection_broke) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  client_side client{proxy.port()};
  auto [seen, call] = client.read("*10000");
  call->request(1);
  seen->wait_for(1);
  fixtures::wait_until_steady(
    "the server's writes", [&] { return server.written(); }, 200ms);
  proxy.cut();
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(a_paused_call_learns_that_the_server_ended_it) {
  served f;
  auto [seen, call] = f.client.read("1*100+hang");
  call->request(1);
  seen->wait_for(1);
  f.stop();
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((policy::is_node_lost(end.error()) || end.error().code == errc::cancelled), to_string(end.error()));
}

BOOST_AUTO_TEST_CASE(what_was_sent_before_the_end_arrives_before_it) {
  served f;
  auto [seen, call] = f.client.read("10*100+end=9");
  call->request(100);
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::stream_deleted));
  BOOST_TEST(seen->events() == 10u);
  const auto* name = end.error().get<stream_name>();
  BOOST_REQUIRE(name != nullptr);
  BOOST_TEST(name->name == "gone");
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_is_given_up_after_the_start_timeout) {
  for (const auto* script : {"hang", "headers+hang", "nothing+nothing+hang"}) {
    served f;
    auto [seen, call] = f.client.read(script, {.start_timeout = 200ms});
    call->request(1);
    const auto end = seen->wait_end();
    BOOST_REQUIRE(!end.has_value());
    BOOST_TEST((end.error().code == errc::deadline_exceeded));
    BOOST_TEST(end.error().retry_can_help);
  }
}

BOOST_AUTO_TEST_CASE(after_the_first_answer_there_is_no_start_timeout) {
  served f;
  auto [first, one] = f.client.read("confirm+hang", {.start_timeout = 300ms});
  one->request(1);
  wait_until("the confirmation", [&, &record = first] { return record->confirmations == 1; });
  auto [later, two] = f.client.read("hang", {.start_timeout = 600ms}); // Ends later than the first would.
  two->request(1);
  static_cast<void>(later->wait_end());
  BOOST_TEST(!first->has_ended());
}

BOOST_AUTO_TEST_CASE(start_timeouts_come_in_their_own_order) {
  served f;
  auto [late, one] = f.client.read("hang", {.start_timeout = 30s});
  auto [early, two] = f.client.read("hang", {.start_timeout = 100ms});
  const fixtures::stopwatch watch;
  static_cast<void>(early->wait_end());
  BOOST_TEST((watch.elapsed() < 10s));
  BOOST_TEST(!late->has_ended());
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_the_call_whatever_it_does) {
  for (const auto* script : {"hang", "confirm+hang", "*10000"}) {
    served f;
    auto [seen, call] = f.client.read(script, {.deadline = 200ms});
    call->request(2);
    const auto end = seen->wait_end();
    BOOST_REQUIRE(!end.has_value());
    BOOST_TEST((end.error().code == errc::deadline_exceeded), script);
  }
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_in_every_state) {
  for (const auto* script : {"hang", "headers+hang", "confirm+hang", "*10000", "1*100+hang"})
    for (const std::size_t demand : {0u, 1u, 1000u}) {
      served f;
      auto [seen, call] = f.client.read(script);
      call->request(demand);
      wait_until("the call at the server", [&] { return f.calls() == 1; });
      if (demand == 1 && script[0] != 'h' && script[0] != 'c')
        seen->wait_for(1);
      call->cancel();
      call->cancel();
      const auto end = seen->wait_end();
      BOOST_REQUIRE(!end.has_value());
      BOOST_TEST((end.error().code == errc::cancelled), script << " with demand " << demand << ": " << to_string(end.error()));
      BOOST_TEST(!seen->broken());
      wait_until("the server to notice", [&] { return f.open_calls() == 0; });
    }
}

BOOST_AUTO_TEST_CASE(a_dropped_handle_cancels_at_once_and_in_the_middle) {
  served f;
  for (const bool at_once : {true, false}) {
    auto [seen, call] = f.client.read("*10000");
    call->request(1000);
    if (!at_once)
      seen->wait_for(2);
    call.reset();
    BOOST_TEST((seen->wait_end().error().code == errc::cancelled));
  }
}

BOOST_AUTO_TEST_CASE(cancel_before_there_is_a_connection_ends_it_too) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  proxy.stall();
  client_side client{proxy.port()};
  auto [seen, call] = client.read("hang");
  call->cancel();
  BOOST_TEST((seen->wait_end().error().code == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_the_call_ends_with_unavailable) {
  std::uint16_t port = 0;
  {
    steered_server server;
    port = server.port();
  }
  client_side client{port};
  auto [seen, call] = client.read("hang");
  call->request(1);
  BOOST_TEST((seen->wait_end().error().code == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(a_message_that_is_none_ends_the_call_with_protocol_error) {
  served f;
  auto [seen, call] = f.client.read("3*100+garbage+*1000");
  call->request(100'000);
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::protocol_error));
  BOOST_TEST(seen->events() == 3u);
  wait_until("the server to notice", [&] { return f.open_calls() == 0; });
}

BOOST_AUTO_TEST_CASE(a_missing_stream_is_an_error) {
  served f;
  auto [seen, call] = f.client.read("missing");
  call->request(1);
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::stream_not_found));
}

BOOST_AUTO_TEST_CASE(large_events_fill_batches_by_their_bytes) {
  served f;
  auto [seen, call] = f.client.read("20*200000");
  call->request(100);
  BOOST_TEST(seen->wait_end().has_value());
  BOOST_TEST(seen->events() == 20u);
  for (const auto& batch : seen->words())
    BOOST_TEST(batch.size() <= 2u);
}

BOOST_AUTO_TEST_CASE(credentials_and_requires_leader_travel_as_metadata) {
  served f;
  auto [seen, call] = f.client.read("end=0", {.credentials = credentials::basic("ada", "secret"), .requires_leader = true});
  static_cast<void>(seen->wait_end());
  BOOST_TEST(f.metadata("authorization") == "Basic YWRhOnNlY3JldA==");
  BOOST_TEST(f.metadata("requires-leader") == "true");
  auto [other, second] = f.client.read("end=0");
  static_cast<void>(other->wait_end());
  BOOST_TEST(f.metadata("authorization") == "");
  BOOST_TEST(f.metadata("requires-leader") == "false");
}

BOOST_AUTO_TEST_CASE(headers_of_the_call_travel_as_metadata) {
  served f;
  auto [seen, call] = f.client.read("end=0", {.headers = {{"x-gateway-key", "k1"}, {"x-trace-bin", std::string{"\x00\xFF", 2}}}});
  static_cast<void>(seen->wait_end());
  BOOST_TEST(f.metadata("x-gateway-key") == "k1");
  BOOST_TEST((f.metadata("x-trace-bin") == std::string{"\x00\xFF", 2}));
}

BOOST_AUTO_TEST_SUITE_END()
