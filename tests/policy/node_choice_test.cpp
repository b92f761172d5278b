// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "libkdb/policy/node_choice.hpp"

using namespace kdb;
using namespace std::string_literals;

namespace {

using is = member_state;

/// A member named after its state, so that a choice can be read.
cluster_member member(std::string host, member_state state, bool alive = true) {
  return {.state = state, .alive = alive, .where = {std::move(host), 1}};
}

std::vector<cluster_member> members(std::initializer_list<member_state> states) {
  std::vector<cluster_member> all;
  for (auto state : states)
    all.push_back(member(to_string(state), state));
  return all;
}

std::string chosen(const std::vector<cluster_member>& all, policy::node_wish wish, std::vector<endpoint> avoid = {},
                   double draw = 0) {
  auto found = policy::choose_node(all, wish, avoid, draw);
  return found ? found->host : "none"s;
}

struct row {
  std::vector<cluster_member> all;
  node_preference preference;
  bool strict;
  std::string expected;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  out << to_string(one.preference) << (one.strict ? " strictly" : "") << " of";
  for (const auto& each : one.all)
    out << ' ' << to_string(each.state);
  return out;
}

constexpr auto want_leader = node_preference::leader;
constexpr auto want_follower = node_preference::follower;
constexpr auto want_replica = node_preference::read_only_replica;
constexpr auto want_any = node_preference::random;

const std::vector<row> rows{
  {members({is::follower, is::leader}), want_leader, true, "Leader"},
  {members({is::follower, is::read_only_replica}), want_leader, true, "none"},
  {members({is::read_only_replica, is::follower}), want_leader, false, "Follower"},
  {members({is::leader, is::follower}), want_follower, true, "Follower"},
  {members({is::leader, is::read_only_replica}), want_follower, true, "none"},
  {members({is::read_only_replica, is::leader}), want_follower, false, "Leader"},
  {members({is::leader, is::follower, is::read_only_replica}), want_replica, true, "ReadOnlyReplica"},
  {members({is::leader, is::pre_read_only_replica}), want_replica, true, "none"},
  {members({is::leader, is::read_only_leaderless, is::pre_read_only_replica}), want_replica, false, "PreReadOnlyReplica"},
  {members({is::leader, is::read_only_leaderless}), want_replica, false, "ReadOnlyLeaderless"},
  {members({is::follower, is::leader}), want_replica, false, "Leader"},
  {members({is::read_only_leaderless}), want_any, true, "ReadOnlyLeaderless"},
  {members({}), want_any, false, "none"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(node_choice)

BOOST_DATA_TEST_CASE(the_best_member_there_is_gets_chosen, boost::unit_test::data::make(rows), one) {
  BOOST_TEST(chosen(one.all, {one.preference, one.strict}) == one.expected);
}

BOOST_AUTO_TEST_CASE(members_that_are_not_settled_or_not_alive_are_never_chosen) {
  for (const auto state :
       {is::initializing, is::discover_leader, is::unknown, is::pre_replica, is::catching_up, is::clone, is::pre_leader,
        is::manager, is::shutting_down, is::shutdown, is::resigning_leader, static_cast<member_state>(77)})
    for (const auto preference : {want_leader, want_follower, want_replica, want_any})
      BOOST_TEST(chosen(members({state}), {preference, false}) == "none", to_string(state));
  for (const auto state : {is::leader, is::follower, is::read_only_replica})
    BOOST_TEST(chosen({member("dead", state, false)}, {want_any, false}) == "none");
}

BOOST_AUTO_TEST_CASE(within_a_class_everyone_gets_a_turn) {
  const std::vector all{member("a", is::follower), member("l", is::leader), member("b", is::follower), member("c", is::follower)};
  std::minstd_rand random{7};
  std::map<std::string, int> counts;
  for (int i = 0; i < 3000; ++i)
    ++counts[chosen(all, {want_follower, false}, {}, std::uniform_real_distribution<double>{}(random))];
  BOOST_TEST(counts.size() == 3u);
  for (const auto& [name, count] : counts)
    BOOST_TEST((count > 800 && count < 1200), name << " was chosen " << count << " times");
}

BOOST_AUTO_TEST_CASE(who_failed_is_avoided_between_equals_and_never_excluded) {
  const std::vector all{member("a", is::follower), member("b", is::follower), member("l", is::leader)};
  for (const double draw : {0.0, 0.5, 0.999}) {
    BOOST_TEST(chosen(all, {want_follower, false}, {{"a", 1}}, draw) == "b");
    BOOST_TEST(chosen(all, {want_leader, true}, {{"l", 1}}, draw) == "l");
    BOOST_TEST(chosen(all, {want_follower, false}, {{"a", 1}, {"b", 1}}, draw) != "l");
  }
}

BOOST_AUTO_TEST_CASE(no_draw_leads_out_of_the_list) {
  const std::vector all{member("a", is::follower), member("b", is::follower)};
  BOOST_TEST(chosen(all, {want_any, false}, {}, 0) == "a");
  BOOST_TEST(chosen(all, {want_any, false}, {}, 1) == "b");
}

BOOST_AUTO_TEST_CASE(having_no_choice_says_what_there_was) {
  const auto why = policy::choose_node(members({is::follower, is::manager}), {want_leader, true}, {}, 0).error();
  BOOST_TEST((why.code == errc::unavailable));
  BOOST_TEST(why.retry_can_help);
  BOOST_TEST(why.message.find("no leader") != std::string::npos, why.message);
  BOOST_TEST(why.message.find("Follower:1 Follower") != std::string::npos, why.message);
}

BOOST_AUTO_TEST_CASE(a_crowd_is_not_listed_in_full) {
  const std::vector<cluster_member> crowd(1000, member("a", is::manager));
  const auto why = policy::choose_node(crowd, {want_leader, true}, {}, 0).error();
  BOOST_TEST(why.message.find("and 984 more") != std::string::npos, why.message);
}

BOOST_AUTO_TEST_CASE(by_default_only_a_leader_is_insisted_on) {
  settings how;
  BOOST_TEST(policy::wish_of(how).strict);
  how.preference = want_follower;
  BOOST_TEST(!policy::wish_of(how).strict);
  how.strict_preference = true;
  BOOST_TEST(policy::wish_of(how).strict);
}

BOOST_AUTO_TEST_CASE(a_node_may_stay_as_long_as_its_cluster_finds_it_fit) {
  const auto stays = [](member_state state, policy::node_wish wish) {
    return policy::may_stay(std::vector{member("a", state)}, wish, {"a", 1});
  };
  BOOST_TEST(stays(is::leader, {want_leader, true}));
  BOOST_TEST(!stays(is::follower, {want_leader, true}));
  BOOST_TEST(stays(is::follower, {want_leader, false}));
  BOOST_TEST(!stays(is::shutting_down, {want_any, false}));
  BOOST_TEST(policy::may_stay(members({is::leader}), {want_any, false}, {"elsewhere", 1}));
}

BOOST_AUTO_TEST_SUITE_END()
