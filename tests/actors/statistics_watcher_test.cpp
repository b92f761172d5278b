// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include "tests/actors/client_fixture.hpp"
#include <event_store/client/monitoring.pb.h>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

/// A client with a node, and a watch of it.
struct watcher_fixture : client_fixture {
  explicit watcher_fixture(watch_statistics_options options = {.refresh_period = 10s}) {
    connect();
    watch = ask<statistics_watcher_actor>(tested, watch_statistics{std::move(options)}).value();
  }

  answer<server_statistics> next() { return ask<server_statistics>(watch, kdb::next{}); }
  /// Samples that the server was asked for on this connection.
  std::size_t samples() {
    std::size_t count = 0;
    for (const auto& each : calls().exchanges)
      count += each->method == "/event_store.client.monitoring.Monitoring/Stats" ? 1 : 0;
    return count;
  }
  scripted_exchange& last() { return *calls().exchanges.back(); }
  void server_tells(const std::string& memory) {
    event_store::client::monitoring::StatsResp message;
    (*message.mutable_stats())["proc-mem"] = memory;
    last().end(std::vector{message.SerializeAsString()});
    drain();
  }
  void server_fails(errc code) {
    last().end(unexpected{failure_of(code)});
    drain();
  }
  /// A whole sample.
  void sample() {
    const auto got = next();
    server_tells("1");
    BOOST_REQUIRE(got.succeeded());
  }

  statistics_watcher_actor watch;
};

std::string memory_of(const answer<server_statistics>& got) {
  return got.value().values.at("proc-mem");
}

} // namespace

BOOST_AUTO_TEST_SUITE(statistics_watcher_actor_)

BOOST_AUTO_TEST_CASE(nothing_is_sent_until_somebody_waits) {
  watcher_fixture f;
  f.advance(1min);
  BOOST_TEST(f.samples() == 0u);
  f.sample();
  f.advance(1min);
  BOOST_TEST(f.samples() == 1u);
}

BOOST_AUTO_TEST_CASE(the_first_sample_is_taken_at_once_and_the_next_when_the_period_is_over) {
  watcher_fixture f;
  const auto first = f.next();
  BOOST_TEST(f.samples() == 1u);
  BOOST_TEST(f.last().settings.first_answer);
  f.advance(3s); // The server takes its time.
  f.server_tells("1");
  BOOST_TEST(memory_of(first) == "1");
  const auto second = f.next();
  f.advance(6s);
  BOOST_TEST(f.samples() == 1u);
  f.advance(1s);
  BOOST_TEST(f.samples() == 2u);
  f.server_tells("2");
  BOOST_TEST(memory_of(second) == "2");
}

BOOST_AUTO_TEST_CASE(who_comes_after_the_period_is_served_at_once) {
  watcher_fixture f;
  f.sample();
  f.advance(1min);
  const auto late = f.next();
  BOOST_TEST(f.samples() == 2u);
  f.server_tells("2");
  const auto next = f.next(); // A period after the late one: nothing is made up for.
  f.advance(9s);
  BOOST_TEST(f.samples() == 2u);
  f.advance(1s);
  BOOST_TEST(f.samples() == 3u);
  BOOST_TEST(late.succeeded());
  f.server_tells("3");
  BOOST_TEST(next.succeeded());
}

BOOST_AUTO_TEST_CASE(several_who_wait_get_samples_of_their_own_in_turn) {
  watcher_fixture f;
  const auto first = f.next(), second = f.next(), third = f.next();
  BOOST_TEST(f.samples() == 1u);
  f.server_tells("1");
  f.advance(10s);
  f.server_tells("2");
  BOOST_TEST(memory_of(first) == "1");
  BOOST_TEST(memory_of(second) == "2");
  BOOST_TEST(third.pending());
  f.advance(10s);
  BOOST_TEST(f.samples() == 3u);
  f.server_tells("3");
  BOOST_TEST(memory_of(third) == "3");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_first_sample_ends_it) {
  watcher_fixture f;
  const auto first = f.next(), second = f.next();
  f.server_fails(errc::too_busy);
  BOOST_TEST((first.code() == errc::too_busy));
  BOOST_TEST((second.code() == errc::too_busy));
  BOOST_TEST((f.next().code() == errc::too_busy));
  f.advance(1min);
  BOOST_TEST(f.samples() == 1u);
}

BOOST_AUTO_TEST_CASE(a_later_error_that_can_pass_is_followed_by_another_attempt) {
  watcher_fixture f;
  f.sample();
  f.advance(10s);
  const auto next = f.next();
  f.server_fails(errc::too_busy);
  BOOST_TEST(next.pending());
  f.advance(200ms); // The pause, not the period.
  BOOST_TEST(f.samples() == 3u);
  f.server_tells("3");
  BOOST_TEST(memory_of(next) == "3");
}

BOOST_AUTO_TEST_CASE(a_lost_node_is_followed_by_the_next_one) {
  watcher_fixture f;
  f.sample();
  f.advance(10s);
  const auto next = f.next();
  const auto before = f.transports.size();
  f.server_fails(errc::unavailable);
  f.advance(5s);
  BOOST_TEST_REQUIRE(f.transports.size() > before);
  f.node_answers();
  BOOST_TEST(f.samples() == 1u); // On the new connection.
  f.server_tells("2");
  BOOST_TEST(memory_of(next) == "2");
}

BOOST_AUTO_TEST_CASE(a_final_error_ends_it) {
  watcher_fixture f;
  f.sample();
  f.advance(10s);
  const auto next = f.next();
  f.server_fails(errc::access_denied);
  BOOST_TEST((next.code() == errc::access_denied));
  BOOST_TEST((f.next().code() == errc::access_denied));
}

BOOST_AUTO_TEST_CASE(attempts_are_counted_until_a_sample_comes) {
  watcher_fixture f{{.refresh_period = 1ms, .resume = {.limit = 2}}};
  f.sample();
  for (int round = 0; round < 3; ++round) {
    f.advance(1s);
    const auto next = f.next();
    for (int failures = 0; failures < 2; ++failures) {
      f.server_fails(errc::too_busy);
      f.advance(1s);
    }
    f.server_tells("1");
    BOOST_TEST(next.succeeded());
  }
  f.advance(1s);
  const auto last = f.next();
  for (int failures = 0; failures < 3; ++failures) {
    BOOST_TEST(last.pending());
    f.server_fails(errc::too_busy);
    f.advance(1s);
  }
  BOOST_TEST((last.code() == errc::too_busy));
}

BOOST_AUTO_TEST_CASE(a_deadline_is_that_of_each_sample) {
  watcher_fixture f{{.refresh_period = 10s, .call = {.deadline = 2s}}};
  for (int i = 0; i < 3; ++i) {
    const auto next = f.next();
    BOOST_TEST((f.last().settings.deadline == 2s));
    f.server_tells("1");
    BOOST_TEST(next.succeeded());
    f.advance(10s);
  }
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_in_any_state) {
  for (const int state : {0, 1, 2, 3}) { // Not asked yet, waiting for the server, for the period, for another attempt.
    watcher_fixture f;
    if (state > 1)
      f.sample();
    if (state == 3)
      f.advance(10s);
    const auto waiting = state > 0 ? f.next() : answer<server_statistics>{};
    if (state == 3)
      f.server_fails(errc::too_busy);
    const auto before = f.samples();
    f.tell(f.watch, cancel{});
    f.tell(f.watch, cancel{});
    if (state > 0)
      BOOST_TEST((waiting.code() == errc::cancelled));
    if (state == 1)
      f.server_tells("1"); // Late.
    BOOST_TEST((f.next().code() == errc::cancelled));
    f.advance(1min);
    BOOST_TEST(f.samples() == before);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_the_client) {
  for (const bool waits_for_server : {true, false}) {
    watcher_fixture f;
    if (!waits_for_server)
      f.sample();
    const auto waiting = f.next();
    BOOST_TEST(f.close().succeeded());
    BOOST_TEST((waiting.code() == errc::closed));
    BOOST_TEST((f.next().code() == errc::closed));
    f.expect_exit(f.watch);
  }
}

BOOST_AUTO_TEST_CASE(a_closed_client_starts_none) {
  watcher_fixture f;
  BOOST_TEST(f.close().succeeded());
  BOOST_TEST((f.ask<statistics_watcher_actor>(f.tested, watch_statistics{}).code() == errc::closed));
}

BOOST_AUTO_TEST_CASE(it_is_gone_when_nobody_holds_its_handle) {
  watcher_fixture f;
  f.sample();
  BOOST_TEST((f.worker("kdb.statistics_watcher") != nullptr));
  f.watch = nullptr;
  f.drain();
  BOOST_TEST((f.worker("kdb.statistics_watcher") == nullptr));
}

BOOST_AUTO_TEST_CASE(it_does_not_keep_its_client) {
  watcher_fixture f;
  f.sample();
  f.kill(f.tested);
  BOOST_TEST((f.next().code() == errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()
