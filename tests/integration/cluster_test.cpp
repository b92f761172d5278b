// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <chrono>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::integration {

namespace {

using namespace std::chrono_literals;
using fixtures::cluster;

settings settings_of(const cluster& nodes, node_preference preference = node_preference::leader) {
  auto how = settings_for(nodes.connection_string());
  how.preference = preference;
  return how;
}

endpoint where(const cluster& nodes, std::size_t number) {
  return {"127.0.0.1", nodes.port(number)};
}

/// Appends until it works, as a program does that has to get through. Returns how long that took.
std::chrono::milliseconds append_until_done(driver& client, const std::string& stream, std::vector<new_event> events) {
  const auto begin = std::chrono::steady_clock::now();
  fixtures::wait_until("an append to succeed",
                       [&] { return client.append(stream, stream_state::any, events, {.call = {.deadline = 2s}}).has_value(); });
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

/// What a client's `on_change` was told.
struct change_log {
  change_sink sink() {
    return [this](const connection_change& what) {
      std::lock_guard lock{mutex};
      all.push_back(what);
    };
  }
  std::vector<connection_change> so_far() {
    std::lock_guard lock{mutex};
    return all;
  }
  template <class Change>
  std::size_t count() {
    std::size_t sum = 0;
    for (const auto& each : so_far())
      sum += std::holds_alternative<Change>(each) ? 1 : 0;
    return sum;
  }
  std::mutex mutex;
  std::vector<connection_change> all;
};

/// Takes and acknowledges batches until every event up to `end` has come at least once.
void consume_all(running_consumer& consumer, std::set<std::uint64_t>& seen, std::uint64_t end) {
  const fixtures::stopwatch since;
  while (seen.size() < end) {
    BOOST_REQUIRE_MESSAGE(since.elapsed() < 2 * fixtures::patience, "waited in vain for " << end - seen.size() << " events");
    const auto batch = value_of(consumer.next(100ms));
    for (const auto& each : batch)
      seen.insert(each.event.revision().value);
    if (!batch.empty())
      value_of(consumer.ack(batch));
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(clusters, *fixtures::needs_own_node())

// -- which node --------------------------------------------------------------------------------

KDB_SCENARIO(the_preferred_node_is_found_whatever_seed_is_asked) {
  cluster nodes{[] {
    auto options = fixtures::quick_cluster();
    options.read_only_replicas = 1;
    return options;
  }()};
  nodes.settle();
  const auto found = [&](node_preference preference) {
    return value_of(connect(which, settings_of(nodes, preference))->wait_connected()).node;
  };
  const auto leader = where(nodes, nodes.some_leader());
  const auto replica = where(nodes, 3);
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST((found(node_preference::leader) == leader));
    BOOST_TEST((found(node_preference::read_only_replica) == replica));
    const auto follower = found(node_preference::follower);
    BOOST_TEST((follower != leader && follower != replica));
  }
}

KDB_SCENARIO(followers_are_used_all_alike) {
  const cluster nodes;
  nodes.settle();
  std::set<std::string> used;
  fixtures::wait_until("both followers to be chosen", [&] {
    used.insert(to_string(value_of(connect(which, settings_of(nodes, node_preference::follower))->wait_connected()).node));
    return used.size() == 2;
  });
  BOOST_TEST(!used.contains(to_string(where(nodes, nodes.some_leader()))));
}

KDB_SCENARIO(seeds_that_are_down_or_hang_are_passed_over) {
  cluster nodes;
  nodes.settle();
  const auto leader = nodes.some_leader();
  const auto first = (leader + 1) % 3, second = (leader + 2) % 3;
  nodes.network(first).refuse();
  nodes.network(second).stall();
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((value_of(connect(which, settings_of(nodes))->wait_connected(3s)).node == where(nodes, leader)));
}

KDB_SCENARIO(without_a_leader_a_client_that_insists_fails_in_time_and_recovers) {
  cluster nodes;
  nodes.leaderless();
  auto how = settings_of(nodes);
  how.max_discover_attempts = 3;
  how.discovery_interval = 20ms;
  const auto client = connect(which, how);
  const auto why = error_of(client->append("s", stream_state::any, numbered(1)));
  BOOST_TEST((why.code == errc::discovery_failed || why.code == errc::not_ready), to_string(why));
  BOOST_TEST(!why.outcome_unknown);
  how.strict_preference = false;
  how.preference = node_preference::follower;
  nodes.elect();
  nodes.settle();
  append_until_done(*client, "s", numbered(1));
  BOOST_TEST(value_of(connect(which, how)->read_gossip()).size() == 3u);
}

KDB_SCENARIO(a_client_of_one_follower_follows_it_to_the_leader) {
  const cluster nodes;
  nodes.settle();
  const auto client = connect(which, nodes.connection_string_of(nodes.some_follower()));
  append_until_done(*client, "s", numbered(1));
  BOOST_TEST((client->get_status().node->node == where(nodes, nodes.some_leader())));
}

KDB_SCENARIO(who_prefers_followers_may_write_and_read_there) {
  const cluster nodes;
  nodes.settle();
  const auto client = connect(which, settings_of(nodes, node_preference::follower));
  value_of(client->append("s", stream_state::no_stream, numbered(3)));
  BOOST_TEST(read_to_end(client->read_stream("s")).events().size() == 3u);
  BOOST_TEST((client->get_status().node->node != where(nodes, nodes.some_leader())));
}

// -- what can be seen ----------------------------------------------------------------------------

KDB_SCENARIO(status_offers_and_members_can_be_asked_for) {
  const cluster nodes;
  nodes.settle();
  const auto client = connect(which, settings_of(nodes));
  BOOST_TEST((client->get_status().phase == client_phase::idle));
  const auto info = value_of(client->get_server_info());
  BOOST_TEST((info.node == where(nodes, nodes.some_leader())));
  BOOST_TEST(!info.version.empty());
  BOOST_TEST(!info.offers.empty());
  const auto members = value_of(client->read_gossip());
  BOOST_TEST(members.size() == 3u);
  append_until_done(*client, "s", numbered(1));
  const auto subscription = value_of(client->subscribe_to_stream("s"));
  const auto status = client->get_status();
  BOOST_TEST((status.phase == client_phase::connected));
  BOOST_TEST(status.connections == 1u);
  BOOST_TEST(status.streams >= 1u);
  client->close();
  BOOST_TEST((client->get_status().phase == client_phase::closed));
}

KDB_SCENARIO(changes_are_told_in_order_and_the_close_comes_last) {
  cluster nodes;
  nodes.settle();
  change_log changes;
  {
    auto how = settings_of(nodes);
    how.on_change = changes.sink();
    const auto client = connect(which, how);
    append_until_done(*client, "s", numbered(1));
    const auto before = client->get_status().node->node;
    nodes.kill(nodes.some_leader());
    append_until_done(*client, "s", numbered(1));
    BOOST_TEST((client->get_status().node->node != before));
    client->close();
    fixtures::wait_until("the close to be told", [&] { return changes.count<client_closed>() == 1; });
  }
  const auto all = changes.so_far();
  BOOST_REQUIRE(!all.empty());
  BOOST_TEST(std::holds_alternative<connected>(all.front()));
  BOOST_TEST(std::holds_alternative<client_closed>(all.back()));
  BOOST_TEST(changes.count<reconnecting>() >= 1u);
  BOOST_TEST(changes.count<connected>() >= 2u);
}

KDB_SCENARIO(who_does_not_want_to_wait_for_a_node_fails_at_once) {
  cluster nodes;
  nodes.settle();
  const auto client = connect(which, settings_of(nodes));
  for (std::size_t i = 0; i < 3; ++i)
    nodes.network(i).refuse();
  const call_options hasty{.wait_for_node = false};
  BOOST_TEST(error_of(client->append("s", stream_state::any, numbered(1), {.call = hasty})).code == errc::unavailable);
  BOOST_TEST(error_of(client->get_commit_position({.call = hasty})).code == errc::unavailable);
  BOOST_TEST(error_of(client->read_gossip(hasty)).code == errc::unavailable);
  BOOST_TEST(error_of(client->subscribe_to_stream("s", {.call = hasty})).code == errc::unavailable);
  for (std::size_t i = 0; i < 3; ++i)
    nodes.network(i).accept_again();
  append_until_done(*client, "s", numbered(1));
}

// -- leaders that go -----------------------------------------------------------------------------

KDB_SCENARIO(the_first_append_after_the_leaders_death_succeeds_soon_after_the_election) {
  cluster nodes{[] {
    auto options = fixtures::quick_cluster();
    options.election = 1s;
    return options;
  }()};
  nodes.settle();
  const auto client = connect(which, settings_of(nodes));
  append_until_done(*client, "s", numbered(1));
  nodes.kill(nodes.some_leader());
  const auto took = append_until_done(*client, "s", numbered(1));
  BOOST_TEST_MESSAGE("first append " << took.count() << " ms after the leader was killed");
  BOOST_TEST(took < 2s);
}

KDB_SCENARIO(appends_with_retries_get_through_every_kind_of_leader_change) {
  for (const int kind : {0, 1, 2}) {
    cluster nodes;
    nodes.settle();
    const auto client = connect(which, settings_of(nodes));
    append_until_done(*client, "s", numbered(1));
    const auto leader = nodes.some_leader();
    if (kind == 0)
      nodes.kill(leader);
    else if (kind == 1)
      nodes.resign(leader);
    else
      nodes.drain(leader);
    // Each expects what the one before left: nothing is lost, and nothing is written twice.
    for (std::uint64_t i = 0; i < 20; ++i)
      value_of(client->append("s", stream_state::revision(i), numbered(1, i + 1), {.call = {.deadline = 15s, .retry = 100}}));
    BOOST_TEST(read_to_end(client->read_stream("s")).events().size() == 21u);
  }
}

KDB_SCENARIO(reads_with_retries_get_through_a_leaders_death) {
  cluster nodes;
  nodes.settle();
  const auto client = connect(which, settings_of(nodes));
  append_until_done(*client, "s", numbered(5));
  nodes.kill(nodes.some_leader());
  const call_options call{.deadline = 15s, .retry = 100};
  BOOST_TEST(value_of(client->get_commit_position({.call = call})).commit > 0u);
  BOOST_TEST(read_to_end(client->read_stream("s", {.call = call})).events().size() == 5u);
}

KDB_SCENARIO(a_leader_that_hangs_is_noticed_by_its_keepalive) {
  cluster nodes;
  nodes.settle();
  auto how = settings_of(nodes);
  how.keep_alive_interval = 200ms;
  how.keep_alive_timeout = 200ms;
  how.gossip_timeout = 500ms;
  const auto client = connect(which, how);
  append_until_done(*client, "s", numbered(1));
  const auto hanging = nodes.some_leader();
  nodes.hang(hanging);
  append_until_done(*client, "s", numbered(1));
  BOOST_TEST((client->get_status().node->node != where(nodes, hanging)));
}

// With the settings as they are: nothing is pinged for ten seconds, and no append has a deadline. The bar is two seconds from the moment at which the
// cluster has its next leader.
KDB_SCENARIO(a_leader_that_falls_silent_is_left_as_soon_as_it_has_a_successor) {
  cluster nodes{[] {
    auto options = fixtures::quick_cluster();
    options.election = 1s;
    return options;
  }()};
  nodes.settle();
  const auto client = connect(which, settings_for(nodes.connection_string()));
  append_until_done(*client, "s", numbered(10));
  require(client->create_group("s", "g"));
  const auto subscription = value_of(client->subscribe_to_stream("s"));
  const auto consumer = value_of(client->consume({"s", "g"}));
  std::set<std::uint64_t> seen;
  consume_all(*consumer, seen, 10);

  const auto hanging = nodes.some_leader();
  nodes.hang(hanging);
  const fixtures::stopwatch since;
  std::chrono::milliseconds elected{};
  std::thread election{[&] {
    fixtures::wait_until("the next leader", [&] { return nodes.leader() && *nodes.leader() != hanging; });
    elected = since.elapsed();
  }};
  unsigned failures = 0;
  while (!client->append("s", stream_state::any, numbered(1, 10)))
    BOOST_REQUIRE(++failures < 100u);
  const auto done = since.elapsed();
  election.join();
  BOOST_TEST_MESSAGE("elected after " << elected.count() << " ms, appended after " << done.count() << " ms");
  BOOST_TEST((done - elected < 2s * fixtures::slowness));
  consume_all(*consumer, seen, 11);
  follow_events(*subscription, 11);
  BOOST_TEST((client->get_status().node->node != where(nodes, hanging)));
  BOOST_TEST((since.elapsed() < 8s * fixtures::slowness)); // What follows has not waited for its keepalive either.
}

// A follower that waits for its leader answers nothing but the question whether it is still there.
KDB_SCENARIO(a_node_that_is_only_slow_is_not_left) {
  cluster nodes{[] {
    auto options = fixtures::quick_cluster();
    options.election = 6s;
    options.forwarding_timeout = 2s;
    return options;
  }()};
  nodes.settle();
  change_log log;
  auto how = settings_of(nodes, node_preference::follower);
  how.silence_timeout = 250ms;
  how.on_change = log.sink();
  const auto client = connect(which, how);
  append_until_done(*client, "s", numbered(1));
  const auto node = client->get_status().node->node;
  const auto before = nodes.gossip_reads();
  nodes.hang(nodes.some_leader());
  const fixtures::stopwatch since;
  const auto why = error_of(client->append("s", stream_state::any, numbered(1)));
  BOOST_TEST(why.outcome_unknown);
  BOOST_TEST((since.elapsed() >= 2s), to_string(why)); // The node's own answer.
  BOOST_TEST(nodes.gossip_reads() > before);
  BOOST_TEST((client->get_status().node->node == node));
  BOOST_TEST(log.count<reconnecting>() == 0u);
}

// A round asks each of the two nodes that are left at most once, and rounds begin at least an interval apart.
KDB_SCENARIO(all_that_lose_their_node_share_one_discovery) {
  constexpr std::size_t count = 250;
  cluster nodes;
  nodes.settle();
  auto how = settings_of(nodes);
  how.discovery_interval = 100ms;
  const auto client = connect(which, how);
  append_until_done(*client, "s", numbered(1));
  std::vector<std::unique_ptr<running_subscription>> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(value_of(client->subscribe_to_stream("s", {.from = stream_revision{0}})));
  const auto before = nodes.gossip_reads();
  const fixtures::stopwatch since;
  nodes.kill(nodes.some_leader());
  append_until_done(*client, "s", numbered(1, 1));
  for (auto& each : all)
    follow_events(*each, 1);
  const auto rounds = static_cast<std::uint64_t>(since.elapsed() / how.discovery_interval) + 1;
  const auto asked = nodes.gossip_reads() - before;
  BOOST_TEST_MESSAGE(asked << " times gossip in " << since.elapsed().count() << " ms");
  BOOST_TEST(asked >= 1u);
  BOOST_TEST(asked <= 2 * rounds);
}

// -- consumers -----------------------------------------------------------------------------------

KDB_SCENARIO(consumers_go_on_with_the_next_leader_however_the_one_before_went) {
  for (const int kind : {0, 1, 2}) {
    cluster nodes;
    nodes.settle();
    const auto client = connect(which, settings_of(nodes));
    append_until_done(*client, "s", numbered(30));
    require(client->create_group("s", "g"));
    const auto consumer = value_of(client->consume({"s", "g"}, {.buffer = 5}));
    std::set<std::uint64_t> seen;
    consume_all(*consumer, seen, 10);
    const auto leader = nodes.some_leader();
    if (kind == 0)
      nodes.kill(leader);
    else if (kind == 1)
      nodes.resign(leader);
    else
      nodes.drain(leader);
    for (std::uint64_t i = 30; i < 60; i += 10)
      value_of(client->append("s", stream_state::revision(i - 1), numbered(10, i), {.call = {.deadline = 15s, .retry = 100}}));
    consume_all(*consumer, seen, 60);
    BOOST_TEST(!consumer->ended().has_value());
  }
}

KDB_SCENARIO(who_prefers_followers_consumes_at_the_leader) {
  const cluster nodes;
  nodes.settle();
  const auto leading = connect(which, settings_of(nodes));
  append_until_done(*leading, "s", numbered(10));
  require(leading->create_group("s", "g"));
  const auto client = connect(which, settings_of(nodes, node_preference::follower));
  BOOST_TEST((value_of(client->wait_connected()).node != where(nodes, nodes.some_leader())));
  const auto consumer = value_of(client->consume({"s", "g"}, {.call = {.deadline = 10s}}));
  std::set<std::uint64_t> seen;
  consume_all(*consumer, seen, 10);
  BOOST_TEST((client->get_status().node->node == where(nodes, nodes.some_leader())));
}

// -- subscriptions -------------------------------------------------------------------------------

KDB_SCENARIO(subscriptions_miss_and_repeat_nothing_whatever_happens_to_the_nodes) {
  cluster nodes{[] {
    auto options = fixtures::quick_cluster();
    options.keeps_events = true;
    return options;
  }()};
  nodes.settle();
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::minstd_rand random{seed};
  const auto client = connect(which, settings_of(nodes));
  const auto in_any_node = connect(which, settings_of(nodes, node_preference::random));
  std::vector<std::unique_ptr<running_subscription>> subscriptions;
  for (int i = 0; i < 5; ++i)
    subscriptions.push_back(value_of(client->subscribe_to_stream("s", {.call = {.deadline = 10s}})));
  subscriptions.push_back(value_of(in_any_node->subscribe_to_stream("s", {.call = {.deadline = 10s}})));

  std::uint64_t written = 0;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 10; ++i, ++written) {
      const auto expected = written == 0 ? stream_state::no_stream : stream_state::revision(written - 1);
      value_of(client->append("s", expected, numbered(1, written), {.call = {.deadline = 20s, .retry = 1000}}));
    }
    const auto victim = random() % 3;
    switch (random() % 4) {
      case 0:
        nodes.kill(victim);
        fixtures::wait_until("a leader", [&] { return nodes.leader().has_value(); });
        nodes.start(victim);
        nodes.settle();
        break;
      case 1: nodes.resign(nodes.some_leader()); break;
      case 2: nodes.network(victim).cut(); break;
      default:
        nodes.network(victim).stall();
        nodes.network(victim).resume();
        break;
    }
  }
  for (const auto& each : subscriptions)
    BOOST_TEST((follow_events(*each, written).revisions() == numbers(0, written)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
