// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

#include "actors/connection/discovery.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/scripted_transport.hpp"
#include <event_store/client/gossip.pb.h>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

std::string gossip_message(const std::vector<cluster_member>& members) {
  event_store::client::gossip::ClusterInfo info;
  for (const auto& each : members) {
    auto& one = *info.add_members();
    one.set_state(static_cast<event_store::client::gossip::MemberInfo::VNodeState>(each.state));
    one.set_is_alive(each.alive);
    one.mutable_http_end_point()->set_address(each.where.host);
    one.mutable_http_end_point()->set_port(each.where.port);
  }
  return info.SerializeAsString();
}

const std::vector<cluster_member> healthy{{.state = member_state::leader, .alive = true, .where = {"10.0.0.1", 2113}},
                                          {.state = member_state::follower, .alive = true, .where = {"10.0.0.2", 2113}}};

struct discovery_fixture : actor_fixture {
  explicit discovery_fixture(std::vector<endpoint> seeds) {
    how.endpoints = std::move(seeds);
    how.tls.enabled = false;
    how.credentials = credentials::basic("admin", "changeit");
    how.credentials_in_clear = true;
    tested = keep(discovery_actor{sys.spawn(
      gossip_discovery, how,
      [this](const rpc::address& where) {
        dialled.push_back(where);
        transports.push_back(std::make_shared<scripted_transport>());
        return transports.back();
      },
      [this](const std::string& host, rpc::addresses_handler done) {
        ++lookups;
        if (hanging.contains(host))
          return;
        const auto found = names.find(host);
        if (found == names.end())
          done(unexpected({.code = errc::unavailable, .message = "the name " + host + " is unknown", .retry_can_help = true}));
        else
          done(found->second);
      },
      std::make_shared<own_credentials>(how))});
  }
  ~discovery_fixture() {
    kill(tested);
    tested = nullptr;
    for (const auto& each : transports)
      each->forget_calls();
  }

  answer<rpc::address> find(std::vector<endpoint> avoid = {}) {
    return ask<rpc::address>(tested, find_node{1, std::move(avoid)});
  }
  scripted_exchange& question(std::size_t number) { return *transports.at(number)->exchanges.at(0); }
  void answers(std::size_t number, result<std::vector<cluster_member>> members) {
    if (members)
      question(number).end(std::vector{gossip_message(*members)});
    else
      question(number).end(unexpected{members.error()});
    drain();
  }

  settings how;
  std::map<std::string, std::vector<std::string>> names;
  std::set<std::string> hanging;
  unsigned lookups = 0;
  discovery_actor tested;
  std::vector<rpc::address> dialled;
  std::vector<std::shared_ptr<scripted_transport>> transports;
};

} // namespace

BOOST_AUTO_TEST_SUITE(discovery_actor_)

BOOST_AUTO_TEST_CASE(a_seed_is_asked_with_credentials_and_in_time_and_its_leader_is_the_candidate) {
  discovery_fixture f{{{"node", 1}}};
  f.names["node"] = {"10.1.1.1"};
  const auto found = f.find();
  BOOST_REQUIRE_EQUAL(f.dialled.size(), 1u);
  BOOST_TEST((f.dialled[0] == rpc::address{.where = {"10.1.1.1", 1}, .server_name = "node"}));
  BOOST_TEST((f.question(0).settings.deadline == std::optional{5000ms}));
  BOOST_TEST(f.question(0).settings.credentials->user() == "admin");
  f.answers(0, healthy);
  BOOST_TEST((found.value() == rpc::address{.where = {"10.0.0.1", 2113}}));
}

BOOST_AUTO_TEST_CASE(a_member_named_by_an_address_keeps_the_name_under_which_that_address_was_found) {
  discovery_fixture f{{{"node1", 2113}, {"node2", 2113}}};
  f.names = {{"node1", {"10.0.0.1"}}, {"node2", {"10.0.0.2"}}};
  const auto found = f.find();
  f.answers(0, healthy);
  BOOST_TEST((found.value() == rpc::address{.where = {"10.0.0.1", 2113}, .server_name = "node1"}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_tls_is_told_rather_than_that_other_seeds_are_away) {
  for (const std::size_t first : {0u, 1u}) {
    discovery_fixture f{{{"10.1.1.1", 1}, {"10.1.1.2", 1}}};
    f.names = {{"10.1.1.1", {"10.1.1.1"}}, {"10.1.1.2", {"10.1.1.2"}}};
    const auto found = f.find();
    for (std::size_t i = 0; i < 2; ++i)
      f.answers(i, unexpected{i == first ? failure_of(errc::tls_failed) : node_gone()});
    BOOST_TEST((found.code() == errc::tls_failed));
  }
}

BOOST_AUTO_TEST_CASE(every_address_of_every_name_is_a_seed_and_is_looked_up_anew_each_time) {
  discovery_fixture f{{{"x", 1}, {"y", 2}}};
  f.names["x"] = {"10.1.1.1", "::1"};
  f.names["y"] = {"10.1.1.2"};
  const auto found = f.find();
  for (std::size_t i = 0; i < 3; ++i)
    f.answers(i, unexpected{node_gone()});
  std::set<std::string> asked;
  for (const auto& each : f.dialled)
    asked.insert(to_string(each.where));
  BOOST_TEST((asked == std::set<std::string>{"10.1.1.1:1", "[::1]:1", "10.1.1.2:2"}));
  BOOST_TEST((found.code() == errc::unavailable));
  f.names["x"] = {"10.1.1.9"};
  f.find();
  BOOST_TEST(f.lookups == 4u);
}

BOOST_AUTO_TEST_CASE(a_seed_that_hangs_costs_a_moment) {
  discovery_fixture f{{{"10.1.1.1", 1}, {"10.1.1.2", 1}}};
  f.names = {{"10.1.1.1", {"10.1.1.1"}}, {"10.1.1.2", {"10.1.1.2"}}};
  const auto found = f.find();
  BOOST_TEST(f.dialled.size() == 1u);
  f.advance(250ms);
  BOOST_TEST(f.dialled.size() == 2u);
  f.answers(1, healthy);
  BOOST_TEST(found.succeeded());
  BOOST_TEST(f.question(0).cancelled);
}

BOOST_AUTO_TEST_CASE(members_of_before_are_seeds_too_and_those_to_avoid_come_last) {
  discovery_fixture f{{{"10.1.1.1", 1}, {"10.1.1.2", 1}}};
  f.names = {{"10.1.1.1", {"10.1.1.1"}}, {"10.1.1.2", {"10.1.1.2"}}};
  f.find();
  f.answers(0, healthy);
  f.dialled.clear();
  f.transports.clear();
  const auto found = f.find({{"10.0.0.1", 2113}, {"10.1.1.1", 1}});
  for (std::size_t i = 0; i < 4; ++i)
    f.answers(i, unexpected{node_gone()});
  BOOST_REQUIRE_EQUAL(f.dialled.size(), 4u);
  const std::set<std::string> last{f.dialled[2].where.host, f.dialled[3].where.host};
  BOOST_TEST((last == std::set<std::string>{"10.0.0.1", "10.1.1.1"}));
  BOOST_TEST(!found.succeeded());
}

BOOST_AUTO_TEST_CASE(of_a_crowd_of_members_only_some_are_seeds) {
  discovery_fixture f{{{"10.1.1.1", 1}}};
  f.names = {{"10.1.1.1", {"10.1.1.1"}}};
  std::vector<cluster_member> crowd; // None of them the leader that the client wants.
  for (std::uint16_t port = 1; port <= 900; ++port)
    crowd.push_back({.state = member_state::follower, .alive = true, .where = {"10.0.0.1", port}});
  f.find();
  f.answers(0, crowd);
  f.dialled.clear();
  f.transports.clear();
  const auto found = f.find();
  for (std::size_t i = 0; found.pending() && i < 100; ++i)
    f.answers(i, unexpected{node_gone()});
  BOOST_TEST(!found.pending());
  BOOST_TEST(f.dialled.size() == 33u);
}

BOOST_AUTO_TEST_CASE(a_name_that_can_not_be_resolved_is_the_error_if_there_is_no_other_seed) {
  discovery_fixture f{{{"nowhere", 1}}};
  const auto found = f.find();
  BOOST_TEST((found.code() == errc::unavailable));
  BOOST_TEST(found.why().message.find("nowhere") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_attempt_ends_the_one_before_and_its_late_answers_count_for_nothing) {
  discovery_fixture f{{{"10.1.1.1", 1}}};
  f.names = {{"10.1.1.1", {"10.1.1.1"}}};
  const auto first = f.find();
  const auto second = f.find();
  BOOST_TEST(!first.pending());
  f.answers(0, healthy);
  BOOST_TEST(second.pending());
  f.answers(1, healthy);
  BOOST_TEST(second.succeeded());
}

BOOST_AUTO_TEST_CASE(its_end_ends_the_attempt) {
  discovery_fixture f{{{"10.1.1.1", 1}}};
  f.names = {{"10.1.1.1", {"10.1.1.1"}}};
  const auto found = f.find();
  f.kill(f.tested);
  BOOST_TEST((found.code() == errc::closed));
  BOOST_TEST(f.question(0).cancelled);
}

BOOST_AUTO_TEST_CASE(other_members_are_asked_in_turn_and_the_one_in_doubt_is_not) {
  discovery_fixture f{{{"10.0.0.1", 2113}}};
  f.names = {{"10.0.0.1", {"10.0.0.1"}}};
  const auto alone = f.ask<cluster_view>(f.tested, ask_another_member{{"10.0.0.1", 2113}});
  BOOST_TEST((alone.code() == errc::unavailable)); // None is known yet.
  f.find();
  f.answers(0, std::vector{healthy[0], healthy[1],
                           cluster_member{.state = member_state::follower, .alive = true, .where = {"10.0.0.3", 2113}}});
  std::set<std::string> asked;
  for (int i = 0; i < 2; ++i) {
    const auto seen = f.ask<cluster_view>(f.tested, ask_another_member{{"10.0.0.1", 2113}});
    asked.insert(to_string(f.dialled.back().where));
    f.answers(f.transports.size() - 1, healthy);
    BOOST_TEST(seen.value().members.size() == healthy.size());
  }
  BOOST_TEST((asked == std::set<std::string>{"10.0.0.2:2113", "10.0.0.3:2113"}));
}

BOOST_AUTO_TEST_CASE(of_many_members_that_hang_only_the_latest_few_are_waited_for) {
  discovery_fixture f{{{"10.0.0.1", 2113}}};
  f.names = {{"10.0.0.1", {"10.0.0.1"}}};
  f.find();
  f.answers(0, healthy);
  for (int i = 0; i < 10; ++i)
    f.ask<cluster_view>(f.tested, ask_another_member{{"10.0.0.1", 2113}});
  std::size_t cancelled = 0;
  for (std::size_t i = 1; i < f.transports.size(); ++i)
    cancelled += f.question(i).cancelled;
  BOOST_TEST(cancelled == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
