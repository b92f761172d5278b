// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/fixtures/child.hpp"
#include "tests/fixtures/child_node.hpp"
#include "tests/fixtures/process.hpp"
#include "tests/fixtures/server.hpp"
#include "tests/fixtures/tcp_proxy.hpp"

#include "tests/integration/driver.hpp"

namespace kdb::integration {

namespace {

constexpr std::size_t waiting_events = 1024; // Of 1 MiB each: 1 GiB.
constexpr std::size_t at_once = 32;

/// What a stalled client may hold over what it had at its first batch: a few batches of at least 256 KiB (here of one event of 1 MiB)
/// on every level, and HTTP/2's window. Sanitizers keep what is freed for a while.
constexpr std::uint64_t growth_limit = (48ull << 20) * fixtures::slowness;

/// A node in a process of its own that holds 1 GiB in the stream "much".
struct much {
  fixtures::child_node node;

  much() {
    const auto client = connect(way::blocking, node.connection_string());
    for (std::size_t i = 0; i < waiting_events; i += at_once) {
      std::vector<new_event> events;
      for (std::size_t n = 0; n < at_once; ++n)
        events.push_back(sized(1 << 20));
      if (auto done = client->append("much", stream_state::any, std::move(events)); !done)
        throw std::runtime_error{to_string(done.error())};
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(back_pressure, much, *fixtures::needs_own_node())

BOOST_AUTO_TEST_CASE(a_gibibyte_that_nobody_asks_for_stays_on_the_server) {
  for (const auto* what : {"read", "follow"}) {
    fixtures::tcp_proxy proxy{node.port()};
    fixtures::child client{{KDB_STALLED_CLIENT_PROGRAM, fixtures::reachable(proxy.connection_string()), what}};
    BOOST_REQUIRE(client.read_line() == "ready");
    const auto at_start = fixtures::resident_bytes(client.id());
    const auto sent = fixtures::wait_until_steady(
      "the server to pause", [&] { return proxy.bytes_to_clients(); }, 1s);
    const auto stalled = fixtures::resident_bytes(client.id());
    const auto growth = stalled > at_start ? stalled - at_start : 0;
    BOOST_TEST_MESSAGE(what << ": " << (sent >> 20) << " MiB sent before the server paused, " << (at_start >> 20)
                            << " MiB resident at the first batch, " << (stalled >> 20) << " MiB when stalled");
    BOOST_TEST(growth < growth_limit);
    BOOST_TEST(sent < growth_limit);

    client.write_line("go on");
    BOOST_TEST(client.read_line(3 * fixtures::patience) == std::to_string(waiting_events));
    const auto largest = std::stoull(client.read_line()) * 1024;
    BOOST_TEST_MESSAGE(what << ": at most " << (largest >> 20) << " MiB resident while it took everything");
    BOOST_TEST(largest < at_start + 2 * growth_limit);
    BOOST_TEST(client.wait_for_end() == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
