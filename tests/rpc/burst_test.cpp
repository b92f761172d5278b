// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <vector>

#include "tests/fixtures/wait.hpp"
#include "tests/rpc/client_side.hpp"
#include "tests/rpc/late_settings_server.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::wait_until;

BOOST_AUTO_TEST_SUITE(burst)

// A stream that is sent before the server has told its limit may be refused, or wait for ever. gRPC holds calls back until the
// SETTINGS are there; should it ever stop, this fails.
BOOST_AUTO_TEST_CASE(a_burst_on_fresh_connections_sends_no_stream_before_the_servers_settings) {
  constexpr std::size_t calls = 200, connections = 3; // 90 on each.
  late_settings_server server;
  client_side client{server.port()};
  std::vector<client_side::reading> reads;
  std::vector<client_side::appending> appends;
  for (std::size_t i = 0; i < calls; ++i) {
    if (i % 10 == 9) {
      appends.push_back(client.append());
      write(*appends.back().call, chunk(i));
    } else {
      reads.push_back(client.read("s", {.start_timeout = 60s}));
      reads.back().call->request(1);
    }
  }
  wait_until("all connections to be greeted", [&] { return server.greeted() == connections; });
  // Streams would come in the same packet as the greeting, or right behind it.
  ::poll(nullptr, 0, 300);
  BOOST_TEST(server.streams() == 0u);
  server.send_settings();
  wait_until("all streams", [&] { return server.streams() == calls; });
  BOOST_TEST(server.most_streams() <= 100u);
  BOOST_TEST(server.greeted() == connections);
}

// gRPC forgets a connection that gets its SETTINGS after its channel has gone: it stays open, and sends pings, as long as the process lives.
BOOST_AUTO_TEST_CASE(a_connection_that_is_dropped_while_it_waits_for_settings_is_closed_all_the_same) {
  late_settings_server server;
  client_side client{server.port()};
  auto read = client.read("s", {.start_timeout = 60s});
  wait_until("the greeting", [&] { return server.greeted() == 1; });
  read.call->cancel();
  static_cast<void>(read.seen->wait_end());
  read.call.reset();
  client.calls.reset(); // Nobody knows the channel any more.
  ::poll(nullptr, 0, 50);
  server.send_settings();
  wait_until("the end of the connection", [&] { return server.closed() == 1; });
}

// The same, but gRPC calls the channel a failed one all the time: it says so until it has connected.
BOOST_AUTO_TEST_CASE(one_that_is_dropped_while_it_tries_again_is_closed_as_well) {
  late_settings_server server{1};
  client_side client{server.port()};
  auto read = client.read("s");
  BOOST_TEST((read.seen->wait_end().error().code == errc::unavailable));
  wait_until("the greeting of the second connection", [&] { return server.greeted() == 1; });
  read.call.reset();
  client.calls.reset();
  ::poll(nullptr, 0, 50);
  server.send_settings();
  wait_until("the end of the connection", [&] { return server.closed() == 1; });
}

BOOST_AUTO_TEST_CASE(a_connection_that_waits_for_settings_in_vain_is_closed) {
  late_settings_server server;
  client_side client{server.port()};
  const auto read = client.read("s", {.start_timeout = 3s});
  wait_until("the greeting", [&] { return server.greeted() == 1; });
  static_cast<void>(read.seen->wait_end());
  wait_until("the end of the connection", [&] { return server.closed() == 1; });
}

BOOST_AUTO_TEST_SUITE_END()
