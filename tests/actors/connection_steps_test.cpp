// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>
#include <stdexcept>

#include "actors/connection/steps.hpp"
#include "tests/actors/scripted_transport.hpp"

using namespace kdb;
using namespace kdb::connecting;
using kdb::test::failure_of;
using kdb::test::node_gone;

namespace {

node_ptr node_of(std::uint64_t number) {
  return std::make_shared<const node>(
    node{.where = {"a", 1}, .generation = generation{number}, .features = {}, .calls = nullptr});
}

error not_leader(std::string host, std::uint16_t port) {
  auto why = failure_of(errc::not_leader);
  why.detail = leader{std::move(host), port};
  return why;
}

cluster_member member(std::string host, std::uint16_t port, member_state state) {
  return {.state = state, .alive = true, .where = {std::move(host), port}};
}

/// Brings a machine into a phase. Ids and generations of a fresh machine count from 1.
steps in_phase(std::string_view wanted, rules given = {}) {
  steps machine{given};
  if (wanted == "idle")
    return machine;
  if (wanted == "closed") {
    machine.step(shut{});
    return machine;
  }
  machine.step(asked{});
  if (wanted == "discovering")
    return machine;
  if (wanted == "resting") { // Wait 2: a node was lost at once.
    machine.step(candidate{{{"a", 1}}});
    machine.step(probed{1, node_of(1)});
    machine.step(connecting::failed{generation{1}, node_gone()});
    return machine;
  }
  if (wanted == "waiting") {
    machine.step(no_candidate{node_gone()});
    return machine;
  }
  machine.step(candidate{{{"a", 1}}});
  if (wanted == "in use" || wanted == "in use for long")
    machine.step(probed{1, node_of(1)});
  if (wanted == "in use for long")
    machine.step(waited{2});
  return machine;
}

event event_called(std::string_view name) {
  if (name == "asked")
    return asked{};
  if (name == "candidate")
    return candidate{{{"b", 2}}};
  if (name == "no candidate")
    return no_candidate{node_gone()};
  if (name == "final refusal")
    return no_candidate{failure_of(errc::access_denied)};
  if (name == "probed")
    return probed{1, node_of(1)};
  if (name == "probe failed")
    return probed{1, unexpected{node_gone()}};
  if (name == "probe failed for good")
    return probed{1, unexpected{failure_of(errc::unauthenticated)}};
  if (name == "stale probe")
    return probed{99, node_of(1)};
  if (name == "waited")
    return waited{1};
  if (name == "stale wait")
    return waited{99};
  if (name == "waited to rest")
    return waited{3};
  if (name == "settled")
    return waited{2};
  if (name == "lost")
    return connecting::failed{generation{1}, node_gone()};
  if (name == "stale loss")
    return connecting::failed{generation{99}, node_gone()};
  if (name == "timed out")
    return connecting::failed{generation{1}, failure_of(errc::server_timeout)};
  if (name == "handler failed")
    return connecting::failed{generation{1}, failure_of(errc::server_error)};
  if (name == "redirected")
    return connecting::failed{generation{1}, not_leader("b", 2)};
  if (name == "redirected to itself")
    return connecting::failed{generation{1}, not_leader("a", 1)};
  if (name == "redirected nowhere")
    return connecting::failed{generation{1}, not_leader("0.0.0.0", 2113)};
  if (name == "found fit")
    return checked{generation{1}, std::vector{member("a", 1, member_state::follower)}};
  if (name == "found unfit")
    return checked{generation{1}, std::vector{member("a", 1, member_state::shutting_down)}};
  if (name == "found mute")
    return checked{generation{1}, unexpected{node_gone()}};
  if (name == "found without gossip")
    return checked{generation{1}, unexpected{failure_of(errc::unsupported)}};
  if (name == "silent")
    return silent{generation{1}};
  if (name == "stale silence")
    return silent{generation{99}};
  if (name == "others agree")
    return others_answered{generation{1}, std::vector{member("a", 1, member_state::leader)}};
  if (name == "others name another")
    return others_answered{generation{1}, std::vector{member("b", 2, member_state::leader)}};
  if (name == "others call it unfit")
    return others_answered{generation{1}, std::vector{member("a", 1, member_state::shutting_down)}};
  if (name == "others are mute")
    return others_answered{generation{1}, unexpected{node_gone()}};
  return shut{};
}

std::string name_of(const effect& what) {
  static constexpr std::string_view names[] = {"discover", "probe",  "wait",   "check",   "ask another",
                                               "abandon",  "answer", "refuse", "announce"};
  return std::string{names[what.index()]};
}

std::string names_of(const std::vector<effect>& all) {
  std::string sum;
  for (const auto& each : all)
    sum += (sum.empty() ? "" : ", ") + name_of(each);
  return sum;
}

struct row {
  const char* before;
  const char* what;
  const char* after;
  const char* effects;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.before << " + " << one.what;
}

const row table[] = {
  {"idle", "asked", "discovering", "discover"},
  {"idle", "candidate", "idle", ""},
  {"idle", "no candidate", "idle", ""},
  {"idle", "final refusal", "idle", ""},
  {"idle", "probed", "idle", ""},
  {"idle", "probe failed", "idle", ""},
  {"idle", "stale probe", "idle", ""},
  {"idle", "waited", "idle", ""},
  {"idle", "lost", "idle", ""},
  {"idle", "shut", "closed", "refuse"},
  {"discovering", "asked", "discovering", ""},
  {"discovering", "candidate", "probing", "probe"},
  {"discovering", "no candidate", "waiting", "announce, wait"},
  {"discovering", "final refusal", "idle", "announce, refuse"},
  {"discovering", "probed", "discovering", ""},
  {"discovering", "probe failed", "discovering", ""},
  {"discovering", "waited", "discovering", ""},
  {"discovering", "lost", "discovering", ""},
  {"discovering", "shut", "closed", "refuse"},
  {"probing", "asked", "probing", ""},
  {"probing", "candidate", "probing", ""},
  {"probing", "no candidate", "probing", ""},
  {"probing", "probed", "in use", "announce, answer, wait"},
  {"probing", "probe failed", "waiting", "announce, wait"},
  {"probing", "probe failed for good", "idle", "announce, refuse"},
  {"probing", "stale probe", "probing", ""},
  {"probing", "waited", "probing", ""},
  {"probing", "lost", "probing", ""},
  {"probing", "shut", "closed", "refuse"},
  {"waiting", "asked", "waiting", ""},
  {"waiting", "candidate", "waiting", ""},
  {"waiting", "no candidate", "waiting", ""},
  {"waiting", "probed", "waiting", ""},
  {"waiting", "waited", "discovering", "discover"},
  {"waiting", "stale wait", "waiting", ""},
  {"waiting", "lost", "waiting", ""},
  {"waiting", "shut", "closed", "refuse"},
  {"in use", "asked", "in use", "answer"},
  {"in use", "candidate", "in use", ""},
  {"in use", "no candidate", "in use", ""},
  {"in use", "probed", "in use", ""},
  {"in use", "probe failed", "in use", ""},
  {"in use", "waited", "in use", ""},
  {"in use", "settled", "in use", ""},
  {"in use", "lost", "resting", "announce, wait"}, // Lost as soon as it was found.
  {"in use", "timed out", "in use", ""},
  {"in use", "handler failed", "in use", "check"},
  {"in use", "redirected", "probing", "announce, probe"},
  {"in use", "redirected to itself", "resting", "announce, wait"},
  {"in use", "redirected nowhere", "resting", "announce, wait"},
  {"in use", "found fit", "in use", ""},
  {"in use", "found without gossip", "in use", ""},
  {"in use", "found unfit", "resting", "announce, wait"},
  {"in use", "found mute", "resting", "announce, wait"},
  {"in use for long", "lost", "discovering", "announce, discover"},
  {"in use for long", "redirected", "probing", "announce, probe"},
  {"in use for long", "redirected nowhere", "discovering", "announce, discover"},
  {"in use for long", "found unfit", "discovering", "announce, discover"},
  {"resting", "asked", "resting", ""},
  {"resting", "candidate", "resting", ""},
  {"resting", "probed", "resting", ""},
  {"resting", "waited to rest", "discovering", "discover"},
  {"resting", "stale wait", "resting", ""},
  {"resting", "lost", "resting", ""},
  {"resting", "shut", "closed", "refuse"},
  {"idle", "silent", "idle", ""},
  {"discovering", "silent", "discovering", ""},
  {"probing", "silent", "probing", "ask another"},
  {"probing", "stale silence", "probing", ""},
  {"probing", "others agree", "probing", ""},
  {"probing", "others are mute", "probing", ""},
  {"probing", "others call it unfit", "waiting", "abandon, announce, wait"},
  {"in use", "silent", "in use", "ask another, check"},
  {"in use", "stale silence", "in use", ""},
  {"in use", "others agree", "in use", ""},
  {"in use", "others are mute", "in use", ""},
  {"in use", "others call it unfit", "resting", "abandon, announce, wait"},
  {"in use for long", "others call it unfit", "discovering", "abandon, announce, discover"},
  {"in use for long", "others name another", "in use", ""}, // Any node will do, so it stays.
  {"resting", "silent", "resting", ""},
  {"closed", "silent", "closed", ""},
  {"in use", "stale loss", "in use", ""},
  {"in use", "shut", "closed", "refuse"},
  {"closed", "asked", "closed", "refuse"},
  {"closed", "candidate", "closed", ""},
  {"closed", "no candidate", "closed", ""},
  {"closed", "probed", "closed", ""},
  {"closed", "waited", "closed", ""},
  {"closed", "lost", "closed", ""},
  {"closed", "shut", "closed", ""},
};

template <class Effect>
const Effect& only(const std::vector<effect>& effects) {
  for (const auto& each : effects)
    if (const auto* found = std::get_if<Effect>(&each))
      return *found;
  throw std::logic_error{"no such effect among " + names_of(effects)};
}

template <class Effect>
bool has(const std::vector<effect>& effects) {
  return std::any_of(effects.begin(), effects.end(), [](const effect& each) { return std::holds_alternative<Effect>(each); });
}

/// Attempts until those who wait are refused; 0 if that takes more than 1000. Rests before, if it has to.
unsigned attempts_of_a_round(steps& machine) {
  const auto pause = std::get_if<resting>(&machine.now());
  const auto id = pause ? pause->wait : 0;
  auto effects = machine.step(asked{});
  if (pause)
    effects = machine.step(waited{id});
  for (unsigned attempt = 1; attempt <= 1000; ++attempt) {
    BOOST_REQUIRE_EQUAL(only<discover>(effects).attempt, attempt);
    effects = machine.step(no_candidate{node_gone()});
    if (has<refuse>(effects))
      return attempt;
    effects = machine.step(waited{only<wait>(effects).id});
  }
  return 0;
}

const auto probe_id_of = [](const std::vector<effect>& effects) { return only<probe>(effects); };

} // namespace

BOOST_AUTO_TEST_SUITE(connection_steps)

BOOST_DATA_TEST_CASE(every_event_does_in_every_phase_what_the_table_says, boost::unit_test::data::make(table), one) {
  auto machine = in_phase(one.before);
  BOOST_REQUIRE_EQUAL(to_string(machine.now()), std::string{one.before} == "in use for long" ? "in use" : one.before);
  const auto effects = machine.step(event_called(one.what));
  BOOST_TEST(to_string(machine.now()) == one.after);
  BOOST_TEST(names_of(effects) == one.effects);
}

BOOST_AUTO_TEST_CASE(a_silent_node_is_left_for_another_leader_where_the_leader_is_wished) {
  for (const bool in_use : {false, true}) {
    auto machine = in_phase(in_use ? "in use for long" : "probing", {.wish = {node_preference::leader, true}});
    const auto effects = machine.step(event_called("others name another"));
    BOOST_TEST(names_of(effects) == (in_use ? "abandon, announce, discover" : "abandon, announce, wait"));
    const auto again = in_use ? effects : machine.step(waited{only<wait>(effects).id});
    BOOST_TEST((only<discover>(again).avoid == std::vector<endpoint>{{"a", 1}}));
  }
}

BOOST_AUTO_TEST_CASE(a_silent_leader_that_another_node_named_is_left_for_the_next_one) {
  auto machine = in_phase("in use");
  const auto redirecting = probe_id_of(machine.step(event_called("redirected")));
  const auto named =
    std::make_shared<const node>(node{.where = {"b", 2}, .generation = generation{2}, .features = {}, .calls = nullptr});
  machine.step(probed{redirecting.id, named});
  const auto effects = machine.step(others_answered{generation{2}, std::vector{member("c", 3, member_state::leader)}});
  BOOST_TEST(names_of(effects) == "abandon, announce, wait");
}

BOOST_AUTO_TEST_CASE(a_silent_node_is_asked_itself_once_and_others_each_time) {
  auto machine = in_phase("in use");
  BOOST_TEST(names_of(machine.step(silent{generation{1}})) == "ask another, check");
  BOOST_TEST(names_of(machine.step(silent{generation{1}})) == "ask another");
  machine.step(event_called("found fit"));
  BOOST_TEST(names_of(machine.step(silent{generation{1}})) == "ask another, check");
}

BOOST_AUTO_TEST_CASE(any_number_of_waiters_cause_one_discovery) {
  steps machine{{}};
  BOOST_TEST(names_of(machine.step(asked{})) == "discover");
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(machine.step(asked{}).empty());
}

BOOST_AUTO_TEST_CASE(a_round_has_the_attempts_of_the_settings_and_the_next_ask_starts_another) {
  for (const int limit : {1, 2, 10}) {
    steps machine{{.max_attempts = limit}};
    BOOST_TEST(attempts_of_a_round(machine) == static_cast<unsigned>(limit));
    BOOST_TEST(to_string(machine.now()) == "resting");
    BOOST_TEST(attempts_of_a_round(machine) == static_cast<unsigned>(limit));
  }
}

BOOST_AUTO_TEST_CASE(minus_one_attempts_never_give_up) {
  steps machine{{.max_attempts = -1}};
  BOOST_TEST(attempts_of_a_round(machine) == 0u);
}

BOOST_AUTO_TEST_CASE(a_failed_probe_counts_as_an_attempt_and_its_node_is_to_be_avoided) {
  steps machine{{.max_attempts = 2}};
  machine.step(asked{});
  auto probing = probe_id_of(machine.step(candidate{{{"a", 1}}}));
  auto effects = machine.step(probed{probing.id, unexpected{node_gone()}});
  effects = machine.step(waited{only<wait>(effects).id});
  BOOST_TEST((only<discover>(effects).avoid == std::vector<endpoint>{{"a", 1}}));
  probing = probe_id_of(machine.step(candidate{{{"a", 1}}}));
  effects = machine.step(probed{probing.id, unexpected{node_gone("connection refused")}});
  const auto& why = only<refuse>(effects).cause;
  BOOST_TEST((why.code == errc::discovery_failed));
  BOOST_TEST(why.retry_can_help);
  BOOST_TEST(why.message.find("connection refused") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pauses_between_rounds_grow_up_to_the_cap_and_shrink_after_a_node_that_stayed) {
  steps machine{{.max_attempts = 1, .draw = [] { return 1.0; }}};
  std::vector<int> pauses;
  for (int i = 0; i < 8; ++i) {
    const auto pause = std::get_if<resting>(&machine.now());
    auto effects =
      pause ? (machine.step(asked{}), machine.step(waited{std::get<resting>(machine.now()).wait})) : machine.step(asked{});
    effects = machine.step(no_candidate{node_gone()});
    pauses.push_back(static_cast<int>(only<wait>(effects).duration.count()));
  }
  BOOST_TEST((pauses == std::vector{100, 200, 400, 800, 1600, 3200, 5000, 5000}));
  machine.step(asked{});
  machine.step(waited{std::get<resting>(machine.now()).wait});
  const auto probing = probe_id_of(machine.step(candidate{{{"a", 1}}}));
  machine.step(probed{probing.id, node_of(1)});
  machine.step(waited{std::get<in_use>(machine.now()).settling});
  machine.step(connecting::failed{generation{1}, node_gone()});
  BOOST_TEST(only<wait>(machine.step(no_candidate{node_gone()})).duration.count() == 100);
}

BOOST_AUTO_TEST_CASE(who_asks_while_it_rests_gets_a_round_afterwards_and_nobody_gets_none) {
  for (const bool wanted : {false, true}) {
    steps machine{{.max_attempts = 1}};
    machine.step(asked{});
    const auto effects = machine.step(no_candidate{node_gone()});
    if (wanted)
      BOOST_TEST(machine.step(asked{}).empty());
    machine.step(waited{only<wait>(effects).id});
    BOOST_TEST(to_string(machine.now()) == (wanted ? "discovering" : "idle"));
  }
}

BOOST_AUTO_TEST_CASE(leaders_that_name_each_other_are_not_followed_in_a_circle) {
  auto machine = in_phase("in use");
  auto effects = machine.step(event_called("redirected"));
  const auto probing = probe_id_of(effects);
  BOOST_TEST((probing.where.where == endpoint{"b", 2}));
  auto second = std::make_shared<node>(*node_of(2));
  second->where = {"b", 2};
  machine.step(probed{probing.id, second});
  effects = machine.step(connecting::failed{generation{2}, not_leader("a", 1)});
  BOOST_TEST(names_of(effects) == "announce, wait");
  effects = machine.step(waited{only<wait>(effects).id});
  BOOST_TEST((only<discover>(effects).avoid == std::vector<endpoint>{{"a", 1}, {"b", 2}}));
}

BOOST_AUTO_TEST_CASE(a_redirect_that_fails_leads_to_discovery) {
  auto machine = in_phase("in use for long");
  const auto probing = probe_id_of(machine.step(event_called("redirected")));
  const auto effects = machine.step(probed{probing.id, unexpected{node_gone()}});
  BOOST_TEST(has<discover>(machine.step(waited{only<wait>(effects).id})));
}

BOOST_AUTO_TEST_CASE(a_node_in_doubt_is_checked_once_at_a_time) {
  auto machine = in_phase("in use");
  BOOST_TEST(has<check>(machine.step(event_called("handler failed"))));
  BOOST_TEST(machine.step(event_called("handler failed")).empty());
  machine.step(event_called("found fit"));
  BOOST_TEST(has<check>(machine.step(event_called("handler failed"))));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_no_longer_what_the_client_wishes_is_left) {
  steps machine{{.wish = {node_preference::leader, true}}};
  machine.step(asked{});
  machine.step(probed{probe_id_of(machine.step(candidate{{{"a", 1}}})).id, node_of(1)});
  machine.step(event_called("handler failed"));
  BOOST_TEST(names_of(machine.step(event_called("found fit"))) == "announce, wait"); // A follower.
}

BOOST_AUTO_TEST_CASE(changes_are_announced_with_what_comes_next) {
  steps machine{{.max_attempts = 2, .interval = std::chrono::milliseconds{70}}};
  machine.step(asked{});
  auto change = std::get<reconnecting>(only<announce>(machine.step(no_candidate{node_gone("refused")})).change);
  BOOST_TEST(change.attempt == 1u);
  BOOST_TEST(change.why.message == "refused");
  BOOST_TEST(change.next.count() == 70);
}

BOOST_AUTO_TEST_CASE(a_final_error_refuses_at_once_with_itself) {
  auto machine = in_phase("probing");
  const auto effects = machine.step(probed{1, unexpected{failure_of(errc::unauthenticated)}});
  BOOST_TEST((only<refuse>(effects).cause.code == errc::unauthenticated));
  BOOST_TEST(names_of(machine.step(asked{})) == "discover");
}

BOOST_AUTO_TEST_CASE(pauses_between_attempts_are_those_of_the_settings) {
  steps machine{{.interval = std::chrono::milliseconds{250}}};
  machine.step(asked{});
  BOOST_TEST((only<wait>(machine.step(no_candidate{node_gone()})).duration == std::chrono::milliseconds{250}));
}

BOOST_AUTO_TEST_CASE(every_node_has_a_generation_of_its_own) {
  steps machine{{.first_generation = 7}};
  std::uint64_t before = 6;
  machine.step(asked{});
  for (int i = 0; i < 5; ++i) {
    const auto probing = probe_id_of(machine.step(candidate{{{"a", 1}}}));
    const auto number = static_cast<std::uint64_t>(probing.generation);
    BOOST_TEST(number > before);
    machine.step(probed{probing.id, node_of(number)});
    BOOST_TEST(machine.step(connecting::failed{generation{before}, node_gone()}).empty());
    BOOST_TEST(to_string(machine.now()) == "in use");
    machine.step(connecting::failed{probing.generation, node_gone()});
    BOOST_TEST(to_string(machine.now()) == "resting");
    machine.step(waited{std::get<resting>(machine.now()).wait});
    before = number;
  }
}

BOOST_AUTO_TEST_CASE(the_answer_to_an_earlier_probe_is_stale) {
  auto machine = in_phase("probing"); // Probe 1.
  auto effects = machine.step(probed{1, unexpected{node_gone()}});
  machine.step(waited{only<wait>(effects).id});
  const auto second = probe_id_of(machine.step(candidate{{{"b", 2}}}));
  BOOST_TEST(machine.step(probed{1, node_of(1)}).empty());
  BOOST_TEST(to_string(machine.now()) == "probing");
  BOOST_TEST(has<answer>(machine.step(probed{second.id, node_of(2)})));
}

BOOST_AUTO_TEST_CASE(once_closed_everything_is_answered_with_closed) {
  auto machine = in_phase("in use");
  auto effects = machine.step(shut{});
  BOOST_TEST((only<refuse>(effects).cause.code == errc::closed));
  effects = machine.step(asked{});
  BOOST_TEST((only<refuse>(effects).cause.code == errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()
