// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "libkdb/policy/gossip_round.hpp"

using namespace kdb;
using policy::gossip_round;

namespace {

const std::vector<endpoint> three{{"a", 1}, {"b", 1}, {"c", 1}};

gossip_round round_of(std::vector<endpoint> seeds = three) {
  return {std::move(seeds), {node_preference::leader, true}, {}, 0};
}

std::string names_of(const std::vector<gossip_round::effect>& all) {
  std::string text;
  for (const auto& each : all) {
    text += text.empty() ? "" : " ";
    if (const auto* ask = std::get_if<gossip_round::ask>(&each))
      text += "ask" + std::to_string(ask->seed);
    else if (const auto* watch = std::get_if<gossip_round::watch>(&each))
      text += "watch" + std::to_string(watch->seed);
    else
      text += std::holds_alternative<gossip_round::found>(each) ? "found" : "failed";
  }
  return text;
}

result<std::vector<cluster_member>> cluster(member_state first, member_state second = member_state::follower) {
  return std::vector<cluster_member>{{.state = first, .alive = true, .where = {"m1", 1}},
                                     {.state = second, .alive = true, .where = {"m2", 1}}};
}

result<std::vector<cluster_member>> refused(std::string text = "refused") {
  return unexpected({.code = errc::unavailable, .message = std::move(text), .retry_can_help = true});
}

} // namespace

BOOST_AUTO_TEST_SUITE(gossip_rounds)

BOOST_AUTO_TEST_CASE(the_first_seed_that_names_a_node_decides) {
  auto round = round_of();
  BOOST_TEST(names_of(round.begin()) == "ask0 watch0");
  const auto effects = round.answered(0, cluster(member_state::follower, member_state::leader));
  BOOST_REQUIRE_EQUAL(names_of(effects), "found");
  const auto& found = std::get<gossip_round::found>(effects[0]);
  BOOST_TEST((found.where == endpoint{"m2", 1}));
  BOOST_TEST(!found.seed.has_value());
  BOOST_TEST(round.answered(1, refused()).empty());
  BOOST_TEST(round.seed_is_slow(0).empty());
}

BOOST_AUTO_TEST_CASE(a_seed_that_fails_or_knows_no_such_node_leads_to_the_next) {
  auto round = round_of();
  round.begin();
  BOOST_TEST(names_of(round.answered(0, refused())) == "ask1 watch1");
  BOOST_TEST(names_of(round.answered(1, cluster(member_state::follower))) == "ask2 watch2");
  BOOST_TEST(names_of(round.answered(2, cluster(member_state::leader))) == "found");
}

BOOST_AUTO_TEST_CASE(a_slow_seed_is_not_waited_for_and_its_late_answer_counts_all_the_same) {
  auto round = round_of();
  round.begin();
  BOOST_TEST(names_of(round.seed_is_slow(0)) == "ask1 watch1");
  BOOST_TEST(round.seed_is_slow(0).empty());
  BOOST_TEST(names_of(round.answered(1, refused())) == "ask2 watch2");
  BOOST_TEST(round.answered(2, refused()).empty()); // The first may still answer.
  BOOST_TEST(names_of(round.answered(0, cluster(member_state::leader))) == "found");
}

BOOST_AUTO_TEST_CASE(when_all_have_failed_the_error_says_what_each_one_said) {
  auto round = round_of({{"a", 1}, {"b", 2}});
  round.begin();
  round.answered(0, refused("refused"));
  const auto effects = round.answered(1, cluster(member_state::follower));
  BOOST_REQUIRE_EQUAL(names_of(effects), "failed");
  const auto& why = std::get<gossip_round::failed>(effects[0]).cause;
  BOOST_TEST((why.code == errc::unavailable));
  BOOST_TEST(why.message.find("a:1: refused") != std::string::npos, why.message);
  BOOST_TEST(why.message.find("b:2: the cluster has no leader") != std::string::npos, why.message);
}

BOOST_AUTO_TEST_CASE(a_final_error_stands_only_if_nobody_else_helps) {
  const result<std::vector<cluster_member>> denied = unexpected({.code = errc::unauthenticated, .message = "who?"});
  auto round = round_of({{"a", 1}, {"b", 2}});
  round.begin();
  BOOST_TEST(names_of(round.answered(0, denied)) == "ask1 watch1");
  const auto effects = round.answered(1, refused());
  BOOST_TEST((std::get<gossip_round::failed>(effects.at(0)).cause.code == errc::unauthenticated));
}

BOOST_AUTO_TEST_CASE(without_seeds_it_fails_at_once) {
  auto round = round_of({});
  BOOST_TEST(names_of(round.begin()) == "failed");
}

BOOST_AUTO_TEST_CASE(a_node_alone_is_used_where_it_answered) {
  auto round = round_of();
  round.begin();
  const auto effects =
    round.answered(0, std::vector<cluster_member>{{.state = member_state::leader, .alive = true, .where = {"inside", 1}}});
  BOOST_TEST((std::get<gossip_round::found>(effects.at(0)).seed == std::optional<std::size_t>{0}));
}

BOOST_AUTO_TEST_CASE(seeds_are_shuffled_and_those_to_avoid_come_last) {
  std::minstd_rand random{3};
  std::set<std::string> firsts;
  for (int i = 0; i < 200; ++i) {
    auto seeds = three;
    policy::order_seeds(
      seeds, std::vector<endpoint>{{"b", 1}}, [](const endpoint& each) { return each; }, random);
    BOOST_TEST(seeds.size() == 3u);
    BOOST_TEST(seeds.back().host == "b");
    firsts.insert(seeds.front().host);
  }
  BOOST_TEST(firsts.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
