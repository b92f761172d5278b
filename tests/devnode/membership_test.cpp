// SPDX-License-Identifier: Apache-2.0

// Elections and failures in virtual time: who leads, who follows, and what each node believes.

#include "devnode/cluster/membership.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>

using namespace kdb::development;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// An election takes 400 ms, so that a quarter is 100.
constexpr membership_settings fast{.election = 400ms, .drain = 300ms};

std::string states(const membership& cluster) {
  std::string all;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    all += all.empty() ? "" : " ";
    all += cluster.running(i) ? name_of(cluster.state(i)) : "-";
    all += cluster.hanging(i) ? "(hangs)" : "";
  }
  return all;
}

std::string gossip(const membership& cluster, std::size_t node) {
  std::string all;
  for (auto& each : cluster.gossip(node)) {
    all += all.empty() ? "" : " ";
    all += name_of(each.state);
    all += each.alive ? "" : "(dead)";
  }
  return all;
}

struct moment {
  std::chrono::milliseconds at;
  std::string states;
};

void pass_through(membership& cluster, const std::vector<moment>& moments) {
  for (auto& each : moments) {
    cluster.advance(each.at);
    BOOST_TEST(states(cluster) == each.states,
               "at " << each.at.count() << " ms: " << states(cluster) << " instead of " << each.states);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_membership)

BOOST_AUTO_TEST_CASE(a_cluster_at_work_stays_as_it_is) {
  membership cluster{fast};
  cluster.advance(1h);
  BOOST_TEST(states(cluster) == "Leader Follower Follower");
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(gossip(cluster, i) == "Leader Follower Follower");
  BOOST_TEST(cluster.forwards(1));
}

BOOST_AUTO_TEST_CASE(a_killed_leader_is_succeeded_after_the_time_of_an_election) {
  membership cluster{fast};
  cluster.kill(0, 1000ms);
  BOOST_TEST(gossip(cluster, 1) == "Leader(dead) Follower Follower");
  BOOST_TEST(*cluster.known_leader(2) == 0u); // nobody tells a follower's client
  BOOST_TEST(!cluster.forwards(2));
  pass_through(cluster, {{1199ms, "- Follower Follower"}, {1200ms, "- PreLeader PreReplica"}});
  BOOST_TEST(*cluster.known_leader(2) == 1u);
  BOOST_TEST(!cluster.forwards(2));
  pass_through(cluster, {{1399ms, "- PreLeader PreReplica"}, {1400ms, "- Leader PreReplica"}});
  BOOST_TEST(cluster.forwards(2));
  pass_through(cluster, {{1500ms, "- Leader Follower"}, {1h, "- Leader Follower"}});
  BOOST_TEST(gossip(cluster, 2) == "Unknown(dead) Leader Follower");
}

BOOST_AUTO_TEST_CASE(a_vote_shows_the_winner_as_leader_and_the_others_as_unknown_until_they_gossip) {
  membership cluster{fast};
  cluster.kill(0, 1010ms);
  cluster.advance(1210ms);
  BOOST_TEST(gossip(cluster, 1) == "Unknown(dead) PreLeader Unknown");
  BOOST_TEST(gossip(cluster, 2) == "Unknown(dead) Leader PreReplica");
}

BOOST_AUTO_TEST_CASE(a_leader_that_resigns_drains_first_and_is_not_elected_at_once) {
  membership cluster{fast};
  BOOST_TEST(!cluster.resign(1, 1000ms)); // a follower has nothing to resign from
  BOOST_TEST(cluster.resign(0, 1000ms));
  BOOST_TEST(!cluster.leader().has_value());
  BOOST_TEST(!cluster.forwards(1));
  pass_through(cluster, {{1000ms, "ResigningLeader Follower Follower"},
                         {1199ms, "ResigningLeader Follower Follower"},
                         {1200ms, "PreReplica PreLeader PreReplica"},
                         {1400ms, "PreReplica Leader PreReplica"},
                         {1500ms, "Follower Leader Follower"}});
  cluster.resign(1, 3000ms);
  pass_through(cluster, {{4000ms, "Leader Follower Follower"}});
}

BOOST_AUTO_TEST_CASE(a_leader_that_resigns_is_elected_again_if_its_priority_is_above_all_others) {
  membership cluster{fast};
  cluster.set_priority(0, 1);
  BOOST_TEST(cluster.resign(0, 1000ms));
  pass_through(cluster, {{1199ms, "ResigningLeader Follower Follower"},
                         {1200ms, "PreLeader PreReplica PreReplica"},
                         {1400ms, "Leader PreReplica PreReplica"},
                         {1500ms, "Leader Follower Follower"}});
}

BOOST_AUTO_TEST_CASE(a_leader_that_hangs_is_noticed_late_and_follows_when_it_thaws) {
  membership cluster{fast};
  cluster.hang(0, 1000ms);
  BOOST_TEST(gossip(cluster, 1) == "Leader Follower Follower");
  cluster.advance(1200ms);
  BOOST_TEST(gossip(cluster, 1) == "Leader(dead) Follower Follower");
  pass_through(cluster, {{1600ms, "Leader(hangs) Leader PreReplica"}, {2000ms, "Leader(hangs) Leader Follower"}});
  BOOST_TEST(*cluster.leader() == 1u);
  cluster.thaw(0, 3000ms);
  pass_through(
    cluster, {{3000ms, "Unknown Leader Follower"}, {3100ms, "PreReplica Leader Follower"}, {3400ms, "Follower Leader Follower"}});
  BOOST_TEST(!cluster.synchronized(0));
  cluster.advance(3500ms);
  BOOST_TEST(cluster.synchronized(0));
}

BOOST_AUTO_TEST_CASE(a_leader_that_hangs_briefly_goes_on_leading) {
  membership cluster{fast};
  cluster.hang(0, 1000ms);
  cluster.thaw(0, 1100ms);
  pass_through(cluster, {{1h, "Leader Follower Follower"}});
}

BOOST_AUTO_TEST_CASE(a_winner_that_hangs_before_it_leads_leads_later_or_is_replaced) {
  membership brief{fast};
  brief.kill(0, 1000ms);
  brief.hang(1, 1300ms);
  brief.thaw(1, 1450ms);
  pass_through(brief, {{1500ms, "- Leader PreReplica"}});
  membership longer{fast};
  longer.set_log_size(2, 9);
  longer.set_priority(1, 1);
  longer.set_log_size(1, 9);
  longer.kill(0, 1000ms);
  longer.start(0, 1001ms);
  longer.hang(1, 1300ms);
  pass_through(longer, {{1h, "Follower PreLeader(hangs) Leader"}});
}

BOOST_AUTO_TEST_CASE(a_node_that_starts_again_takes_its_time) {
  membership cluster{fast};
  cluster.kill(2, 1000ms);
  cluster.start(2, 2000ms);
  BOOST_TEST(gossip(cluster, 2) == "Manager Manager Initializing");
  pass_through(cluster, {{2000ms, "Leader Follower Initializing"},
                         {2100ms, "Leader Follower DiscoverLeader"},
                         {2300ms, "Leader Follower PreReplica"},
                         {2400ms, "Leader Follower CatchingUp"},
                         {2500ms, "Leader Follower Clone"},
                         {2600ms, "Leader Follower Follower"}});
  BOOST_TEST(!cluster.synchronized(2)); // it calls itself a follower too early
  cluster.advance(2700ms);
  BOOST_TEST(cluster.synchronized(2));
}

BOOST_AUTO_TEST_CASE(a_leader_that_shuts_down_leads_until_its_end) {
  membership cluster{fast};
  cluster.drain(0, 1000ms);
  pass_through(cluster, {{1299ms, "Leader Follower Follower"}});
  BOOST_TEST(cluster.draining(0));
  BOOST_TEST(gossip(cluster, 1) == "Leader Follower Follower");
  BOOST_TEST(cluster.forwards(1));
  pass_through(cluster, {{1300ms, "- Follower Follower"}, {1700ms, "- Leader PreReplica"}});
}

BOOST_AUTO_TEST_CASE(a_drain_ends_though_an_election_comes_between) {
  membership cluster{{.election = 40ms, .drain = 300ms}};
  cluster.drain(2, 1000ms);
  cluster.kill(0, 1010ms);
  pass_through(cluster, {{1200ms, "- Leader Follower"}, {1300ms, "- Leader -"}});
}

BOOST_AUTO_TEST_CASE(without_a_majority_nobody_leads_until_it_is_back) {
  membership cluster{fast};
  cluster.kill(1, 1000ms);
  BOOST_TEST(cluster.commits());
  cluster.kill(2, 1000ms);
  BOOST_TEST(!cluster.commits()); // what is written now has no second copy
  pass_through(cluster, {{1000ms, "Leader - -"}, {1100ms, "Unknown - -"}, {5000ms, "Unknown - -"}});
  cluster.set_log_size(0, 9); // the longest log wins, though another one has priority
  cluster.set_priority(1, 5);
  cluster.start(1, 6000ms);
  pass_through(cluster, {{7000ms, "Leader Follower -"}});
}

BOOST_AUTO_TEST_CASE(priority_decides_between_equal_logs) {
  membership cluster{fast};
  cluster.set_priority(2, 1);
  cluster.kill(0, 1000ms);
  pass_through(cluster, {{2000ms, "- Follower Leader"}});
}

BOOST_AUTO_TEST_CASE(leaderless_lasts_until_an_election_is_called) {
  membership cluster{{.read_only = 1, .election = 400ms}};
  cluster.leaderless(1000ms);
  pass_through(cluster,
               {{1000ms, "Unknown Unknown Unknown ReadOnlyLeaderless"}, {1h, "Unknown Unknown Unknown ReadOnlyLeaderless"}});
  BOOST_TEST(!cluster.known_leader(1).has_value());
  cluster.elect(1h);
  pass_through(cluster, {{1h + 200ms, "PreLeader PreReplica PreReplica PreReadOnlyReplica"},
                         {1h + 500ms, "Leader Follower Follower ReadOnlyReplica"}});
}

BOOST_AUTO_TEST_CASE(a_cold_start_goes_through_all_states) {
  membership cluster{{.election = 400ms, .cold_start = true}};
  pass_through(cluster, {{0ms, "Initializing Initializing Initializing"},
                         {100ms, "DiscoverLeader DiscoverLeader DiscoverLeader"},
                         {300ms, "Unknown Unknown Unknown"},
                         {500ms, "PreLeader PreReplica PreReplica"},
                         {700ms, "Leader PreReplica PreReplica"},
                         {800ms, "Leader Follower Follower"}});
  BOOST_TEST(cluster.commits());
}

namespace {

void happen_to(membership& cluster, std::mt19937& random, std::chrono::milliseconds now) {
  auto node = random() % cluster.size();
  switch (random() % 9) {
    case 0: cluster.kill(node, now); break;
    case 1:
    case 2: cluster.start(node, now); break;
    case 3: cluster.hang(node, now); break;
    case 4: cluster.thaw(node, now); break;
    case 5: cluster.drain(node, now); break;
    case 6: cluster.leaderless(now); break;
    case 7: cluster.elect(now); break;
    default: cluster.resign(node, now);
  }
}

} // namespace

// Whatever happens in whatever order: at most one leader, and one soon when a majority is well.
BOOST_DATA_TEST_CASE(chaos_ends_with_one_leader, boost::unit_test::data::xrange(200), seed) {
  std::mt19937 random{static_cast<unsigned>(seed)};
  membership cluster{{.read_only = static_cast<std::size_t>(seed % 2), .election = 400ms, .drain = 300ms}};
  auto now = 0ms;
  for (int i = 0; i < 60; ++i) {
    now += std::chrono::milliseconds{random() % 500};
    happen_to(cluster, random, now);
    int leaders = 0;
    for (std::size_t j = 0; j < cluster.size(); ++j)
      leaders += cluster.leader() == j && cluster.running(j) ? 1 : 0;
    BOOST_TEST(leaders <= 1);
  }
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    cluster.thaw(i, now);
    cluster.start(i, now);
  }
  cluster.elect(now);
  // Those that drain end first, and start again.
  cluster.advance(now += 300ms);
  for (std::size_t i = 0; i < cluster.size(); ++i)
    cluster.start(i, now);
  cluster.advance(now += 10s);
  BOOST_REQUIRE_MESSAGE(cluster.leader().has_value(), states(cluster));
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    BOOST_TEST(cluster.synchronized(i));
    BOOST_TEST(*cluster.known_leader(i) == *cluster.leader());
    BOOST_TEST(gossip(cluster, i) == states(cluster));
  }
}

// Whenever it was started for the first time, so that an election is called, and for the second time, so that it initializes in the vote.
BOOST_AUTO_TEST_CASE(a_node_that_initializes_does_not_help_another_to_a_majority) {
  for (auto first = 1000ms; first < 1200ms; first += 10ms)
    for (auto second = first + 60ms; second < first + 300ms; second += 10ms) {
      membership cluster{fast};
      for (std::size_t i = 0; i < 3; ++i)
        cluster.set_log_size(i, i == 1 ? 0 : 10);
      cluster.kill(2, 0ms);
      cluster.kill(0, 10ms); // Node 1 is left, without an event.
      cluster.start(2, first);
      cluster.kill(2, first + 50ms);
      cluster.start(2, second);
      cluster.advance(10s);
      BOOST_TEST((cluster.leader() == std::optional<std::size_t>{2}),
                 "started at " << first.count() << " and " << second.count() << " ms: " << states(cluster));
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_shuts_down_leads_before_one_that_lacks_events) {
  membership cluster{fast};
  for (std::size_t i = 0; i < 3; ++i)
    cluster.set_log_size(i, i == 2 ? 9 : 10);
  cluster.hang(2, 0ms); // Follows no more.
  cluster.thaw(2, 1s);
  cluster.kill(0, 1s);
  cluster.drain(1, 1s);
  cluster.advance(1s + 250ms);
  BOOST_TEST(states(cluster) == "- PreLeader PreReplica");
}

BOOST_AUTO_TEST_CASE(what_the_last_leader_wrote_counts_more_than_a_longer_log) {
  membership cluster{fast};
  for (std::size_t i = 0; i < 3; ++i)
    cluster.set_log_size(i, 10);
  cluster.hang(0, 0ms);
  cluster.advance(2s); // Node 1 leads, and writes one event; what node 0 wrote that nobody else has is more.
  BOOST_REQUIRE((cluster.leader() == std::optional<std::size_t>{1}));
  cluster.has_log_of_leader(2);
  cluster.set_log_size(0, 15);
  cluster.set_log_size(1, 11);
  cluster.set_log_size(2, 11);
  cluster.kill(1, 2s);
  cluster.thaw(0, 2s);
  cluster.advance(10s);
  BOOST_TEST((cluster.leader() == std::optional<std::size_t>{2}), states(cluster));
}

namespace {

/// What nodes keep in a cluster that `devcluster` runs: a leader writes, those that are synchronized have it at once, and a node that has other events
/// than the leader ends, and keeps what both have.
struct kept_logs {
  membership cluster{fast};
  std::vector<std::vector<int>> logs = std::vector<std::vector<int>>(cluster.size());
  std::vector<bool> has_all = std::vector<bool>(cluster.size(), true);
  std::vector<int> acknowledged;
  int last = 0;
  int taken_back = 0;

  void write() {
    const auto leader = cluster.leader();
    if (!leader || cluster.hanging(*leader))
      return;
    ++last;
    for (std::size_t i = 0; i < logs.size(); ++i)
      if (i == *leader || (has_all[i] && !cluster.hanging(i)))
        logs[i].push_back(last);
    if (cluster.commits())
      acknowledged.push_back(last);
  }

  void pass(std::chrono::milliseconds now) {
    for (auto due = cluster.next_due(); due && *due <= now; due = cluster.next_due()) {
      measure();
      cluster.advance(*due);
      arrange();
    }
    measure();
  }

  void measure() {
    for (std::size_t i = 0; i < logs.size(); ++i)
      cluster.set_log_size(i, logs[i].size());
  }

  void arrange() {
    for (std::size_t i = 0; i < logs.size(); ++i) {
      const auto follows = cluster.running(i) && cluster.synchronized(i);
      has_all[i] = follows && (has_all[i] || bring_up_to_date(i));
      if (has_all[i])
        cluster.has_log_of_leader(i);
    }
  }

  bool bring_up_to_date(std::size_t node) {
    const auto leader = cluster.leader();
    if (!leader)
      return false;
    auto& own = logs[node];
    const auto& leading = logs[*leader];
    const auto common = std::ranges::mismatch(own, leading).in1;
    if (common == own.end()) {
      own = leading;
      return true;
    }
    own.erase(common, own.end());
    cluster.kill(node, cluster.now());
    ++taken_back;
    return false;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(whoever_leads_has_all_that_was_acknowledged) {
  int taken_back = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    std::mt19937 random{seed};
    kept_logs kept;
    auto now = 0ms;
    for (int i = 0; i < 200; ++i) {
      now += std::chrono::milliseconds{random() % 300};
      kept.pass(now);
      kept.write();
      happen_to(kept.cluster, random, now);
      kept.arrange();
      if (const auto leader = kept.cluster.leader())
        BOOST_REQUIRE_MESSAGE(std::ranges::includes(kept.logs[*leader], kept.acknowledged),
                              "seed " << seed << ": node " << *leader
                                      << " leads without all that was acknowledged: " << states(kept.cluster));
    }
    BOOST_TEST(!kept.acknowledged.empty());
    taken_back += kept.taken_back;
  }
  BOOST_TEST(taken_back > 0);
}

BOOST_AUTO_TEST_SUITE_END()
