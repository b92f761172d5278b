#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include <actors/scripted_transport.hpp>
#include <connection_steps.hpp>

using namespace kdb;
using namespace kdb::connecting;
using kdb::test::failure_of;
using kdb::test::node_gone;

namespace {

node_ptr node_of(std::uint64_t number) {
  return std::make_shared<const node>(
    node{.where = {"a", 1}, .generation = generation{number}, .features = {}, .calls = nullptr});
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
  if (wanted == "waiting") {
    machine.step(no_candidate{node_gone()});
    return machine;
  }
  machine.step(candidate{{"a", 1}});
  if (wanted == "in use")
    machine.step(probed{1, node_of(1)});
  return machine;
}

event event_called(std::string_view name) {
  if (name == "asked")
    return asked{};
  if (name == "candidate")
    return candidate{{"b", 2}};
  if (name == "no candidate")
    return no_candidate{node_gone()};
  if (name == "final refusal")
    return no_candidate{failure_of(errc::access_denied)};
  if (name == "probed")
    return probed{1, node_of(1)};
  if (name == "probe failed")
    return probed{1, tl::unexpected{node_gone()}};
  if (name == "probe failed for good")
    return probed{1, tl::unexpected{failure_of(errc::unauthenticated)}};
  if (name == "stale probe")
    return probed{99, node_of(1)};
  if (name == "waited")
    return waited{1};
  if (name == "stale wait")
    return waited{99};
  if (name == "lost")
    return connecting::lost{generation{1}, node_gone()};
  if (name == "stale loss")
    return connecting::lost{generation{99}, node_gone()};
  return shut{};
}

std::string name_of(const effect& what) {
  static constexpr std::string_view names[] = {"discover", "probe", "wait", "answer", "refuse"};
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
  {"discovering", "no candidate", "waiting", "wait"},
  {"discovering", "final refusal", "idle", "refuse"},
  {"discovering", "probed", "discovering", ""},
  {"discovering", "probe failed", "discovering", ""},
  {"discovering", "waited", "discovering", ""},
  {"discovering", "lost", "discovering", ""},
  {"discovering", "shut", "closed", "refuse"},
  {"probing", "asked", "probing", ""},
  {"probing", "candidate", "probing", ""},
  {"probing", "no candidate", "probing", ""},
  {"probing", "probed", "in use", "answer"},
  {"probing", "probe failed", "waiting", "wait"},
  {"probing", "probe failed for good", "idle", "refuse"},
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
  {"in use", "lost", "idle", ""},
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

/// Attempts until those who wait are refused; 0 if that takes more than 1000.
unsigned attempts_of_a_round(steps& machine) {
  auto effects = machine.step(asked{});
  for (unsigned attempt = 1; attempt <= 1000; ++attempt) {
    BOOST_REQUIRE_EQUAL(names_of(effects), "discover");
    BOOST_REQUIRE_EQUAL(std::get<discover>(effects.front()).attempt, attempt);
    effects = machine.step(no_candidate{node_gone()});
    if (std::holds_alternative<refuse>(effects.front()))
      return attempt;
    effects = machine.step(waited{std::get<wait>(effects.front()).id});
  }
  return 0;
}

const auto probe_id_of = [](const std::vector<effect>& effects) { return std::get<probe>(effects.at(0)); };

} // namespace

BOOST_AUTO_TEST_SUITE(connection_steps)

BOOST_DATA_TEST_CASE(every_event_does_in_every_phase_what_the_table_says, boost::unit_test::data::make(table), one) {
  auto machine = in_phase(one.before);
  BOOST_REQUIRE_EQUAL(to_string(machine.now()), one.before);
  const auto effects = machine.step(event_called(one.what));
  BOOST_TEST(to_string(machine.now()) == one.after);
  BOOST_TEST(names_of(effects) == one.effects);
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
    BOOST_TEST(to_string(machine.now()) == "idle");
    BOOST_TEST(attempts_of_a_round(machine) == static_cast<unsigned>(limit));
  }
}

BOOST_AUTO_TEST_CASE(minus_one_attempts_never_give_up) {
  steps machine{{.max_attempts = -1}};
  BOOST_TEST(attempts_of_a_round(machine) == 0u);
}

BOOST_AUTO_TEST_CASE(a_failed_probe_counts_as_an_attempt) {
  steps machine{{.max_attempts = 2}};
  machine.step(asked{});
  auto probing = probe_id_of(machine.step(candidate{{"a", 1}}));
  auto effects = machine.step(probed{probing.id, tl::unexpected{node_gone()}});
  BOOST_REQUIRE_EQUAL(names_of(effects), "wait");
  machine.step(waited{std::get<wait>(effects[0]).id});
  probing = probe_id_of(machine.step(candidate{{"a", 1}}));
  effects = machine.step(probed{probing.id, tl::unexpected{node_gone("connection refused")}});
  BOOST_REQUIRE_EQUAL(names_of(effects), "refuse");
  const auto& why = std::get<refuse>(effects[0]).why;
  BOOST_TEST((why.code == errc::discovery_failed));
  BOOST_TEST(why.retry_can_help);
  BOOST_TEST(why.message.find("connection refused") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_final_error_refuses_at_once_with_itself) {
  auto machine = in_phase("probing");
  const auto effects = machine.step(probed{1, tl::unexpected{failure_of(errc::unauthenticated)}});
  BOOST_REQUIRE_EQUAL(names_of(effects), "refuse");
  BOOST_TEST((std::get<refuse>(effects[0]).why.code == errc::unauthenticated));
  BOOST_TEST(names_of(machine.step(asked{})) == "discover");
}

BOOST_AUTO_TEST_CASE(pauses_between_attempts_are_those_of_the_settings) {
  steps machine{{.interval = std::chrono::milliseconds{250}}};
  machine.step(asked{});
  const auto effects = machine.step(no_candidate{node_gone()});
  BOOST_TEST((std::get<wait>(effects.at(0)).duration == std::chrono::milliseconds{250}));
}

BOOST_AUTO_TEST_CASE(every_node_has_a_generation_of_its_own) {
  steps machine{{}};
  std::uint64_t before = 0;
  for (int i = 0; i < 5; ++i) {
    machine.step(asked{});
    const auto probing = probe_id_of(machine.step(candidate{{"a", 1}}));
    const auto number = static_cast<std::uint64_t>(probing.generation);
    BOOST_TEST(number > before);
    machine.step(probed{probing.id, node_of(number)});
    BOOST_TEST(machine.step(connecting::lost{generation{before}, node_gone()}).empty());
    BOOST_TEST(to_string(machine.now()) == "in use");
    machine.step(connecting::lost{probing.generation, node_gone()});
    BOOST_TEST(to_string(machine.now()) == "idle");
    before = number;
  }
}

BOOST_AUTO_TEST_CASE(the_answer_to_an_earlier_probe_is_stale) {
  auto machine = in_phase("probing"); // Probe 1.
  auto effects = machine.step(probed{1, tl::unexpected{node_gone()}});
  machine.step(waited{std::get<wait>(effects.at(0)).id});
  const auto second = probe_id_of(machine.step(candidate{{"b", 2}}));
  BOOST_TEST(machine.step(probed{1, node_of(1)}).empty());
  BOOST_TEST(to_string(machine.now()) == "probing");
  BOOST_TEST(names_of(machine.step(probed{second.id, node_of(2)})) == "answer");
}

BOOST_AUTO_TEST_CASE(once_closed_everything_is_answered_with_closed) {
  auto machine = in_phase("in use");
  auto effects = machine.step(shut{});
  BOOST_TEST((std::get<refuse>(effects.at(0)).why.code == errc::closed));
  effects = machine.step(asked{});
  BOOST_TEST((std::get<refuse>(effects.at(0)).why.code == errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()
