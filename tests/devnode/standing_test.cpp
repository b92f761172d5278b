// SPDX-License-Identifier: Apache-2.0

// Who answers what, by the node's place in its cluster.

#include "devnode/services/standing.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace kdb::development;
namespace data = boost::unit_test::data;

namespace kdb::inline v0::development {

std::ostream& operator<<(std::ostream& out, admission decided) {
  constexpr const char* names[] = {"serve", "hang", "silence", "not_leader", "not_ready", "shutting_down", "exception"};
  return out << names[static_cast<int>(decided)];
}

} // namespace kdb::inline v0::development

namespace {

constexpr auto serve = admission::serve, hang = admission::hang, not_leader = admission::not_leader,
               not_ready = admission::not_ready;

struct row {
  node_state state;
  admission reads, reads_of_leader, writes, writes_of_leader, leading, info, v2;
};

std::ostream& operator<<(std::ostream& out, const row& row) {
  return out << name_of(row.state);
}

const std::vector<row> table{
  {node_state::leader, serve, serve, serve, serve, serve, serve, serve},
  {node_state::resigning_leader, serve, serve, not_ready, not_ready, not_ready, not_ready, not_ready},
  {node_state::follower, serve, not_leader, serve, not_leader, not_leader, not_ready, not_leader},
  {node_state::catching_up, serve, not_leader, serve, not_leader, not_leader, not_ready, not_leader},
  {node_state::clone, serve, not_leader, serve, not_leader, not_leader, not_ready, not_leader},
  {node_state::pre_replica, serve, not_leader, serve, not_leader, not_leader, not_ready, not_leader},
  {node_state::read_only_replica, serve, not_leader, serve, not_leader, not_leader, not_ready, not_leader},
  {node_state::pre_read_only_replica, serve, not_leader, serve, not_leader, not_leader, not_ready, not_leader},
  {node_state::read_only_leaderless, serve, not_ready, not_leader, not_leader, not_ready, not_ready, not_ready},
  {node_state::unknown, serve, not_ready, not_ready, not_ready, not_ready, not_ready, not_ready},
  {node_state::discover_leader, serve, not_ready, not_ready, not_ready, not_ready, not_ready, not_ready},
  {node_state::pre_leader, serve, serve, not_ready, not_ready, not_ready, not_ready, not_ready},
  {node_state::initializing, not_ready, not_ready, not_ready, not_ready, not_ready, not_ready, not_ready},
  {node_state::shutting_down, not_ready, not_ready, not_ready, not_ready, not_ready, not_ready, not_ready},
};

} // namespace

BOOST_AUTO_TEST_SUITE(standing_in_a_cluster)

BOOST_DATA_TEST_CASE(each_state_answers_as_a_servers, data::make(table), row) {
  standing here{.state = row.state};
  BOOST_TEST(admit(here, demand::reading, false) == row.reads);
  BOOST_TEST(admit(here, demand::reading, true) == row.reads_of_leader);
  BOOST_TEST(admit(here, demand::writing, false) == row.writes);
  BOOST_TEST(admit(here, demand::writing, true) == row.writes_of_leader);
  for (bool insists : {false, true}) {
    BOOST_TEST(admit(here, demand::leading, insists) == row.leading);
    BOOST_TEST(admit(here, demand::leading_info, insists) == row.info);
    BOOST_TEST(admit(here, demand::leading_v2, insists) == row.v2);
    BOOST_TEST(admit(here, demand::leading_only, insists) == (row.state == node_state::leader ? serve : admission::silence));
    BOOST_TEST(admit(here, demand::nothing, insists) == serve);
  }
}

BOOST_AUTO_TEST_CASE(a_write_hangs_when_the_leader_does_not_answer_or_has_no_majority) {
  BOOST_TEST(admit({.state = node_state::follower, .forwards = false}, demand::writing, false) == hang);
  BOOST_TEST(admit({.state = node_state::follower, .forwards = false}, demand::writing, true) == not_leader);
  BOOST_TEST(admit({.state = node_state::leader, .forwards = false}, demand::writing, true) == hang);
  BOOST_TEST(admit({.state = node_state::leader, .forwards = false}, demand::reading, true) == serve);
}

BOOST_AUTO_TEST_CASE(a_node_that_drains_has_its_own_answers) {
  standing here{.state = node_state::leader, .draining = true};
  BOOST_TEST(admit(here, demand::reading, false) == admission::shutting_down);
  BOOST_TEST(admit(here, demand::leading_v2, false) == admission::shutting_down);
  BOOST_TEST(admit(here, demand::writing, false) == admission::exception);
  BOOST_TEST(admit(here, demand::leading, false) == admission::exception);
  BOOST_TEST(admit(here, demand::leading_only, false) == admission::silence);
  BOOST_TEST(admit(here, demand::nothing, false) == serve);
}

BOOST_AUTO_TEST_CASE(only_true_in_any_letter_case_requires_the_leader) {
  for (auto yes : {"true", "True", "TRUE"})
    BOOST_TEST(means_required(yes), yes);
  for (auto no : {"", "1", "yes", "false", "true ", "tru"})
    BOOST_TEST(!means_required(no), no);
}

BOOST_AUTO_TEST_CASE(refusals_have_a_servers_words) {
  standing here{.state = node_state::follower, .leader = {"127.0.0.1", 2113, "id"}, .retry_seconds = 1};
  auto v1 = refusal(here, demand::writing, not_leader);
  BOOST_TEST((v1.code == rpc::status_code::not_found));
  BOOST_TEST(v1.message == "Leader info available");
  BOOST_TEST((v1.trailers[2] == std::pair<std::string, std::string>{"leader-endpoint-port", "2113"}));
  BOOST_TEST((refusal(here, demand::leading_v2, not_leader).code == rpc::status_code::failed_precondition));
  BOOST_TEST(refusal(here, demand::reading, not_ready).message == "Server Is Not Ready");
  BOOST_TEST(refusal(here, demand::writing, hang).message == "Operation timed out: Forwarding timeout");
  here.state = node_state::leader;
  BOOST_TEST(refusal(here, demand::writing, hang).message == "Operation timed out: Commit phase timeout.");
  BOOST_TEST((refusal(here, demand::leading_v2, hang).code == rpc::status_code::deadline_exceeded));
  BOOST_TEST(refusal(here, demand::reading, admission::shutting_down).message ==
             "The server is shutting down. Please retry after 1 second.");
  BOOST_TEST(refusal(here, demand::writing, admission::exception).message == "Exception was thrown by handler.");
}

BOOST_AUTO_TEST_SUITE_END()
