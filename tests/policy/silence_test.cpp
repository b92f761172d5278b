// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <vector>

#include "libkdb/policy/node_choice.hpp"
#include "libkdb/policy/silence.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using policy::node_activity;

namespace {

constexpr node_activity nothing{}, heard{.heard = true}, asked{.asked = true}, waiting{.waiting = true};
constexpr node_activity begins{.asked = true, .waiting = true}, answered_one_of_two{.heard = true, .waiting = true};

/// What is seen, once a second.
struct row {
  const char* name;
  std::vector<node_activity> seen;
  std::chrono::seconds silent; ///< At the last look.
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.name;
}

const row rows[] = {
  {"nobody asks", {nothing, nothing, nothing}, 0s},
  {"an answer comes", {begins, waiting, heard}, 0s},
  {"nothing comes", {begins, waiting, waiting}, 2s},
  {"nothing came to one that was given up", {asked, nothing, nothing}, 2s},
  {"nothing came to one after the other", {asked, asked, asked}, 2s},
  {"something comes, but not what another call waits for", {begins, answered_one_of_two, waiting, waiting}, 2s},
  {"others hear something all the time", {begins, answered_one_of_two, answered_one_of_two}, 0s},
  {"asked again after silence that nobody noticed", {heard, nothing, nothing, begins, waiting}, 1s},
};

struct view {
  const char* name;
  std::vector<cluster_member> members;
  policy::node_wish wish;
  bool replaced;
};

std::ostream& operator<<(std::ostream& out, const view& one) {
  return out << one.name;
}

cluster_member member(std::uint16_t number, member_state state, bool alive = true) {
  return {.state = state, .alive = alive, .where = {"n", number}};
}

constexpr policy::node_wish leader{node_preference::leader, true}, any{node_preference::random, false},
  follower{node_preference::follower, false};

// Of node 1.
const view views[] = {
  {"nothing known", {}, leader, false},
  {"still the leader", {member(1, member_state::leader), member(2, member_state::follower)}, leader, false},
  {"dead, and no other leads", {member(1, member_state::leader, false), member(2, member_state::follower)}, leader, true},
  {"two lead", {member(1, member_state::leader), member(2, member_state::leader)}, leader, true},
  {"a dead one leads elsewhere", {member(1, member_state::leader), member(2, member_state::leader, false)}, leader, false},
  {"not listed, and another leads", {member(2, member_state::leader)}, leader, true},
  {"another leads, and any will do", {member(1, member_state::follower), member(2, member_state::leader)}, any, false},
  {"dead, and any will do", {member(1, member_state::follower, false), member(2, member_state::leader)}, any, true},
  {"a follower as wished", {member(1, member_state::follower), member(2, member_state::leader)}, follower, false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(silence)

BOOST_DATA_TEST_CASE(a_node_is_silent_since_somebody_waits_and_nothing_comes, boost::unit_test::data::make(rows), one) {
  policy::silence tested;
  policy::silence::time_point now{};
  std::chrono::nanoseconds last{};
  for (const auto& seen : one.seen) {
    now += 1s;
    tested.note(seen, now);
    last = tested.duration(now);
  }
  BOOST_TEST((last == one.silent));
}

BOOST_DATA_TEST_CASE(others_decide_whether_a_silent_node_is_left, boost::unit_test::data::make(views), one) {
  BOOST_TEST(policy::is_replaced(one.members, one.wish, {"n", 1}) == one.replaced);
}

BOOST_AUTO_TEST_SUITE_END()
