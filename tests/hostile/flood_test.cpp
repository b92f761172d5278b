// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE flood
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <thread>

#include <kdb/client.hpp>

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/hostile/flooding_server.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::stopwatch;

namespace {

constexpr std::uint64_t quota = 64u << 20;

struct flooded {
  hostile::flooding_server server;
  client used = *client::connect(how());

  settings how() const {
    settings plain;
    plain.endpoints = {{"127.0.0.1", server.port()}};
    plain.tls.enabled = false;
    plain.max_transport_bytes = quota;
    return plain;
  }
};

constexpr auto deadline = 500ms;
/// The engine's thread is relieved after two intervals at most; the rest is for busy machines.
constexpr auto late = deadline + 3s * fixtures::slowness;

} // namespace

BOOST_AUTO_TEST_CASE(a_deadline_holds_while_headers_come_without_end) {
  flooded f;
  const stopwatch took;
  const auto outcome = f.used.tombstone_stream("s", stream_state::any, {{.deadline = deadline}});
  BOOST_REQUIRE(!outcome);
  // The quota of memory may be faster.
  const auto code = outcome.error().code;
  BOOST_TEST((code == errc::deadline_exceeded || code == errc::unavailable), to_string(outcome.error()));
  BOOST_TEST(took.elapsed() < late);
  BOOST_TEST(f.server.floods() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_without_a_deadline_ends_too_and_memory_stays_bounded) {
  flooded f;
  std::atomic<std::uint64_t> most{0};
  std::atomic<bool> over{false};
  std::thread measuring{[&] {
    while (!over) {
      most = std::max<std::uint64_t>(most, fixtures::held_bytes());
      std::this_thread::sleep_for(5ms);
    }
  }};
  const auto outcome = f.used.tombstone_stream("s", stream_state::any);
  over = true;
  measuring.join();
  BOOST_REQUIRE(!outcome);
  BOOST_TEST((outcome.error().code == errc::unavailable), to_string(outcome.error()));
  BOOST_TEST(outcome.error().outcome_unknown);
  // gRPC accounts for 64 bytes of a header, not for its thousand bytes of text.
  BOOST_TEST(most < 24 * quota);
}

BOOST_AUTO_TEST_CASE(a_node_that_floods_is_left_and_its_connection_closed) {
  flooded f;
  BOOST_REQUIRE(!f.used.tombstone_stream("s", stream_state::any));
  fixtures::wait_until("the connection to be given up", [&] { return f.server.under_way() == 0; });
  BOOST_TEST(f.server.floods() == 1u);
}

BOOST_AUTO_TEST_CASE(closing_takes_no_longer_than_ever_while_headers_come_without_end) {
  flooded f;
  auto call = std::async(std::launch::async, [&] { return f.used.tombstone_stream("s", stream_state::any); });
  fixtures::wait_until("the flood", [&] { return f.server.floods() == 1; });
  const stopwatch took;
  f.used.close();
  BOOST_TEST(took.elapsed() < 3s * fixtures::slowness);
  BOOST_TEST(!fixtures::value_of(call, "the call"));
}
