// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using fixtures::wait_until;

namespace {

constexpr std::size_t large = 4 << 20;

/// A client whose server can be stalled.
struct stalled_side {
  stalled_side() {
    // The connection is there before it stalls.
    static_cast<void>(client.exchange("echo", {"x"}).seen->wait_end());
    proxy.stall();
  }
  std::uint64_t held() const { return client.calls->load().bytes; }

  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  client_side client{proxy.port()};
};

} // namespace

BOOST_AUTO_TEST_SUITE(held_bytes)

BOOST_AUTO_TEST_CASE(requests_are_held_until_they_are_sent) {
  stalled_side f;
  BOOST_TEST(f.held() == 0u);
  auto [seen, call] = f.client.append();
  write(*call, chunk(1, "s", large));
  write(*call, chunk(2, "s", large));
  BOOST_TEST(f.held() > 2 * large);
  f.proxy.resume();
  seen->wait_for(2);
  BOOST_TEST(f.held() == 0u);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_holds_nothing) {
  stalled_side f;
  auto [seen, call] = f.client.append();
  write(*call, chunk(1, "s", large));
  auto [echoed, exchange] = f.client.exchange("echo", {std::string(large, 'x')});
  BOOST_TEST(f.held() > 2 * large);
  call->cancel();
  exchange->cancel();
  static_cast<void>(seen->wait_end());
  static_cast<void>(echoed->wait_end());
  wait_until("nothing to be held", [&] { return f.held() == 0; });
}

BOOST_AUTO_TEST_CASE(answers_are_held_until_the_last_one_is_there) {
  served f;
  auto [seen, call] = f.client.exchange("3*10000+hang", {"x"}, {.many_answers = true});
  wait_until("three answers", [&] { return f.client.calls->load().bytes > 30'000; });
  call->cancel();
  static_cast<void>(seen->wait_end());
  wait_until("nothing to be held", [&] { return f.client.calls->load().bytes == 0; });
}

BOOST_AUTO_TEST_CASE(events_are_held_while_their_receiver_is_busy) {
  served f;
  constexpr std::size_t count = 200, size = 5'000; // Smaller events are noted several at a time.
  auto [seen, call] = f.client.consume("confirm+200*5000+hang");
  call->request(count);
  seen->wait_for(1);
  wait_until("the other events",
             [&, &record = seen] { return f.client.calls->load().bytes >= (count - record->events()) * size; });
  call->request(0);
  wait_until("all events", [&, &record = seen] { return record->events() == count; });
  wait_until("nothing to be held", [&] { return f.client.calls->load().bytes == 0; });
}

BOOST_AUTO_TEST_SUITE_END()
