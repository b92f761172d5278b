// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <ostream>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/event_based_actor.hpp>

#include <kdb/actors.hpp>
#include <kdb/async_client.hpp>

#include "tests/fixtures/cluster.hpp"

// Closing while a client is on its way to a node of a cluster, from every kind of thread.
namespace kdb::integration {

namespace {

using fixtures::cluster;

/// A client on its way, and what waits for its arrival.
struct travelling_client {
  cluster nodes;
  std::unique_ptr<driver> client;
  std::vector<std::future<errc>> pending;
  std::atomic<bool> close_at_next_change{false}, closed_by_change{false};
  std::atomic<std::int64_t> took{0};

  settings settings_of(const std::string& connection_string) {
    auto how = settings_for(connection_string);
    how.gossip_timeout = 150ms * fixtures::slowness;
    how.discovery_interval = 20ms;
    how.max_discover_attempts = -1;
    how.on_change = [this](const connection_change&) {
      if (close_at_next_change.exchange(false)) {
        close_here();
        closed_by_change = true;
      }
    };
    return how;
  }

  void connect_to(way which, const settings& how) { client = connect(which, how); }

  void close_here() {
    const fixtures::stopwatch since;
    client->close();
    took = std::max<std::int64_t>(took, since.elapsed().count());
  }

  template <class Operation>
  void pend(Operation what) {
    pending.push_back(std::async(std::launch::async, [what]() -> errc {
      const auto outcome = what();
      return outcome ? errc{} : outcome.error().code;
    }));
  }

  void pend_everything() {
    auto* const use = client.get();
    pend([=] { return use->get_commit_position(); });
    pend([=] { return use->wait_connected(); });
    pend([=] { return use->subscribe_to_stream("s"); });
    pend([=] { return use->subscribe_to_all(); });
    pend([=] { return use->append("s", stream_state::any, numbered(1), {.call = {.retry = 1000}}); });
    pend([=] { return use->append("s", stream_state::any, numbered(1)); });
    pend([=] { return read_to_end(use->read_stream("s")).end; });
  }
};

struct journey {
  const char* name;
  void (*begin)(way, travelling_client&);
};

void discovering(way which, travelling_client& s) {
  for (std::size_t i = 0; i < 3; ++i)
    s.nodes.network(i).stall();
  s.connect_to(which, s.settings_of(s.nodes.connection_string()));
  s.pend_everything();
  fixtures::wait_until("a node to be asked", [&] {
    return s.nodes.network(0).accepted() + s.nodes.network(1).accepted() + s.nodes.network(2).accepted() > 0;
  });
}

void waiting_for_a_leader(way which, travelling_client& s) {
  s.nodes.settle();
  s.nodes.leaderless();
  s.connect_to(which, s.settings_of(s.nodes.connection_string()));
  s.pend_everything();
  fixtures::wait_until("nodes to be asked", [&] { return s.nodes.network(0).bytes_to_clients() > 0; });
}

void following_a_redirect(way which, travelling_client& s) {
  s.nodes.settle();
  const auto leader = s.nodes.some_leader();
  s.connect_to(which, s.settings_of(s.nodes.connection_string_of(s.nodes.some_follower())));
  value_of(s.client->wait_connected());
  s.nodes.network(leader).stall();
  const auto before = s.nodes.network(leader).accepted();
  s.pend_everything();
  fixtures::wait_until("the leader to be asked", [&] { return s.nodes.network(leader).accepted() > before; });
  s.pend_everything(); // The first ones were told that the follower is not the leader.
}

void resting(way which, travelling_client& s) {
  for (std::size_t i = 0; i < 3; ++i)
    s.nodes.network(i).refuse();
  auto how = s.settings_of(s.nodes.connection_string());
  how.max_discover_attempts = 1;
  s.connect_to(which, how);
  // The pauses after failed rounds grow: this one is of half a second at least.
  for (int i = 0; i < 4; ++i)
    BOOST_TEST(error_of(s.client->get_commit_position()).code == errc::discovery_failed);
  s.pend_everything();
}

void leaving_a_node_that_hangs(way which, travelling_client& s) {
  s.nodes.settle();
  auto how = s.settings_of(s.nodes.connection_string());
  how.keep_alive_interval = how.keep_alive_timeout = 200ms * fixtures::slowness;
  s.connect_to(which, how);
  value_of(s.client->wait_connected());
  for (std::size_t i = 0; i < 3; ++i)
    s.nodes.hang(i);
  s.pend_everything();
}

const std::array journeys{journey{"discovering", discovering}, journey{"waiting for a leader", waiting_for_a_leader},
                          journey{"following a redirect", following_a_redirect}, journey{"resting", resting},
                          journey{"leaving a node that hangs", leaving_a_node_that_hangs}};

std::ostream& operator<<(std::ostream& out, const journey& row) {
  return out << row.name;
}

void expect_all_ended(travelling_client& s, std::size_t closed_at_least = 1) {
  BOOST_TEST(s.took < fixtures::soon.count());
  const fixtures::stopwatch since;
  std::size_t closed = 0;
  for (auto& each : s.pending) {
    // What ended before the close succeeded, or has a reason of its own.
    const auto why = fixtures::value_of(each, "the end of an operation");
    closed += why == errc::closed ? 1 : 0;
    BOOST_TEST((why != errc::internal && why != errc::protocol_error && why != errc::invalid_argument), why);
  }
  BOOST_TEST((since.elapsed() < fixtures::soon));
  BOOST_TEST(closed >= closed_at_least);
  BOOST_TEST(error_of(s.client->get_commit_position()).code == errc::closed);
  BOOST_TEST((s.client->get_status().phase == client_phase::closed));
}

} // namespace

BOOST_AUTO_TEST_SUITE(close_on_the_way, *fixtures::needs_own_node())

KDB_SCENARIO_TABLE(a_client_on_its_way_closes_soon, journeys) {
  travelling_client s;
  row.begin(which, s);
  s.close_here();
  expect_all_ended(s);
}

KDB_SCENARIO_TABLE(a_client_on_its_way_may_be_closed_by_many_threads, journeys) {
  travelling_client s;
  row.begin(which, s);
  std::vector<std::thread> closers;
  for (int i = 0; i < 4; ++i)
    closers.emplace_back([&] { s.client->close(); });
  const fixtures::stopwatch since;
  for (auto& each : closers)
    each.join();
  BOOST_TEST((since.elapsed() < fixtures::soon));
  expect_all_ended(s);
}

KDB_SCENARIO_TABLE(a_client_on_its_way_may_be_closed_by_who_is_told_of_it, journeys) {
  travelling_client s;
  row.begin(which, s);
  s.close_at_next_change = true;
  fixtures::wait_until("the end of closing", [&] { return s.closed_by_change.load(); });
  expect_all_ended(s, 0); // Until the change all may have come to an end.
}

// -- from where a host's own code runs -----------------------------------------------------------------------------------

BOOST_DATA_TEST_CASE(an_asio_client_on_its_way_may_be_closed_by_a_completion, journeys, row) {
  travelling_client s;
  row.begin(way::asio, s);
  boost::asio::io_context io;
  auto client = value_of(async_client::connect(io.get_executor(), s.settings_of(s.nodes.connection_string())));
  std::vector<errc> ends;
  bool closed = false;
  for (int i = 0; i < 5; ++i)
    client.append_to_stream(
      "s", stream_state::any, numbered(1), {.call = {.retry = 1000}},
      [&](const result<append_result>& outcome) { ends.push_back(outcome ? errc{} : outcome.error().code); });
  const fixtures::stopwatch since;
  boost::asio::post(io, [&] { client.close([&](auto&&...) { closed = true; }); });
  io.run();
  BOOST_TEST((since.elapsed() < fixtures::soon));
  BOOST_TEST(closed);
  BOOST_TEST(ends.size() == 5u);
  for (const auto code : ends)
    BOOST_TEST((code == errc::closed || code == errc{}), code);
  s.close_here();
}

BOOST_DATA_TEST_CASE(a_client_on_its_way_may_be_closed_inside_an_actor, journeys, row) {
  travelling_client s;
  row.begin(way::actors, s);
  owned_system host;
  const auto client = value_of(spawn_client(host.system(), s.settings_of(s.nodes.connection_string())));
  std::promise<std::vector<errc>> all;
  const fixtures::stopwatch since;
  host.system().spawn([&](caf::event_based_actor* self) {
    auto ends = std::make_shared<std::vector<errc>>();
    const auto note = [&all, ends](errc code) {
      ends->push_back(code);
      if (ends->size() == 6)
        all.set_value(*ends);
    };
    for (int i = 0; i < 5; ++i)
      any_caf::request(self, client, caf::infinite,
                       append_to_stream{"s", stream_state::any, numbered(1), {.call = {.retry = 1000}}})
        .then([=](const append_result&) { note(errc{}); }, [=](const caf::error& why) { note(error::from(why).code); });
    any_caf::request(self, client, caf::infinite, kdb::close{})
      .then([=] { note(errc{}); }, [=](const caf::error& why) { note(error::from(why).code); });
  });
  auto got = all.get_future();
  for (const auto code : fixtures::value_of(got, "the end of everything"))
    BOOST_TEST((code == errc::closed || code == errc{}), code);
  BOOST_TEST((since.elapsed() < fixtures::soon));
  s.close_here();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
