// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "actors/connection/connection.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/heard_log.hpp"
#include "tests/actors/scripted_transport.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

/// A discovery that answers when the test says so.
struct discovery_script {
  std::vector<unsigned> attempts;
  std::vector<caf::typed_response_promise<rpc::address>> asked;
  std::vector<endpoint> besides; // Of questions to other members.
  cluster_view others;           // What they answer.
};

using scripted_discovery = discovery_actor::extend<accepts<step>>;

scripted_discovery::behavior_type play(scripted_discovery::pointer self, std::shared_ptr<discovery_script> script) {
  return {
    [self, script](const find_node& what) -> caf::result<rpc::address> {
      script->attempts.push_back(what.attempt);
      script->asked.push_back(self->make_response_promise<rpc::address>());
      return script->asked.back();
    },
    [script](const ask_another_member& what) {
      script->besides.push_back(what.besides);
      return script->others;
    },
    [](const step& what) { what.run(); },
  };
}

/// Likewise a keeper of credentials.
struct keeper_script {
  std::vector<caf::response_promise> asked;
  unsigned refusals = 0;
};

using scripted_keeper = credentials_keeper_actor::extend<accepts<step>>;

scripted_keeper::behavior_type keep_credentials(scripted_keeper::pointer self, std::shared_ptr<keeper_script> script) {
  return {
    [self, script](const await_credentials&) -> caf::result<void> {
      auto promise = self->make_response_promise();
      script->asked.push_back(promise);
      return promise;
    },
    [script](const credentials_refused&) { ++script->refusals; },
    [](const step& what) { what.run(); },
  };
}

struct connection_fixture : actor_fixture {
  explicit connection_fixture(int attempts = 10, bool with_keeper = false, std::function<bool()> relieve = {}) {
    if (with_keeper)
      keeper = keep(sys.spawn(keep_credentials, keeping));
    how.max_discover_attempts = attempts;
    how.discovery_interval = 100ms;
    how.gossip_timeout = 5s;
    discovery = keep(sys.spawn(play, script));
    tested = keep(connection_actor{
      sys.spawn(connection, connection_parts{.settings = how,
                                             .discovery = discovery,
                                             .transports =
                                               [this](const rpc::address& where) {
                                                 dialled.push_back(where.where);
                                                 transports.push_back(std::make_shared<scripted_transport>());
                                                 return transports.back();
                                               },
                                             .log = heard.log(),
                                             .credentials = std::make_shared<own_credentials>(how),
                                             .keeper = keeper,
                                             .announce = [this](const connection_change& what) { changes.push_back(what); },
                                             .relieve = std::move(relieve)})});
  }
  ~connection_fixture() {
    kill(tested);
    tested = nullptr;
    script->asked.clear();
    keeping->asked.clear();
    for (const auto& each : transports)
      each->forget_calls();
  }

  answer<node_ptr> get() { return ask<node_ptr>(tested, get_node{}); }
  void name_candidate(endpoint where = {"a", 1}) {
    tell(discovery, step{[this, where] { script->asked.back().deliver(rpc::address{.where = where}); }});
  }
  void refuse_candidate(error why) {
    tell(discovery, step{[this, why] { script->asked.back().deliver(to_caf(why)); }});
  }
  void credentials_are_there() {
    tell(keeper, step{[this] { keeping->asked.back().deliver(caf::unit); }});
  }
  scripted_exchange& probe() { return *transports.back()->exchanges.back(); }
  void probe_answers(result<std::vector<std::string>> answers) {
    probe().end(std::move(answers));
    drain();
  }

  heard_log heard;
  settings how;
  std::shared_ptr<keeper_script> keeping = std::make_shared<keeper_script>();
  scripted_keeper keeper;
  std::shared_ptr<discovery_script> script = std::make_shared<discovery_script>();
  scripted_discovery discovery;
  connection_actor tested;
  std::vector<endpoint> dialled;
  std::vector<connection_change> changes;
  std::vector<std::shared_ptr<scripted_transport>> transports;
};

} // namespace

BOOST_AUTO_TEST_SUITE(connection_actor_)

BOOST_AUTO_TEST_CASE(nothing_happens_before_somebody_asks) {
  connection_fixture f;
  f.advance(1h);
  BOOST_TEST(f.script->attempts.empty());
  BOOST_TEST(f.dialled.empty());
}

BOOST_AUTO_TEST_CASE(all_waiters_get_the_same_node_after_one_probe) {
  connection_fixture f;
  const auto first = f.get();
  const auto second = f.get();
  BOOST_TEST(f.script->attempts.size() == 1u);
  f.name_candidate({"b", 7});
  const auto third = f.get();
  BOOST_REQUIRE_EQUAL(f.dialled.size(), 1u);
  BOOST_TEST((f.dialled[0] == endpoint{"b", 7}));
  BOOST_TEST((f.probe().settings.deadline == std::optional{5000ms}));
  BOOST_TEST(f.probe().method.find("GetSupportedMethods") != std::string::npos);
  f.probe_answers(std::vector{features_message()});
  BOOST_REQUIRE(first.succeeded());
  BOOST_TEST(first.value() == second.value());
  BOOST_TEST(first.value() == third.value());
  BOOST_TEST(first.value()->features.batch_append());
  BOOST_TEST(f.get().value() == first.value());
  BOOST_TEST(f.script->attempts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_without_the_features_service_is_a_node_without_features) {
  connection_fixture f;
  const auto got = f.get();
  f.name_candidate();
  f.probe_answers(unexpected{failure_of(errc::unsupported)});
  BOOST_REQUIRE(got.succeeded());
  BOOST_TEST(!got.value()->features.batch_append());
}

BOOST_AUTO_TEST_CASE(attempts_pause_for_the_interval_and_end_in_an_error_after_which_it_starts_anew) {
  connection_fixture f{3};
  const auto got = f.get();
  for (unsigned attempt = 1; attempt <= 3; ++attempt) {
    BOOST_REQUIRE_EQUAL(f.script->attempts.size(), attempt);
    BOOST_TEST(f.script->attempts.back() == attempt);
    f.refuse_candidate(node_gone());
    if (attempt < 3) {
      f.advance(99ms);
      BOOST_TEST(f.script->attempts.size() == attempt);
      f.advance(1ms);
    }
  }
  BOOST_REQUIRE(!got.pending());
  BOOST_TEST((got.code() == errc::discovery_failed));
  const auto again = f.get();
  BOOST_TEST(f.script->attempts.size() == 3u); // It rests.
  f.advance(100ms);
  BOOST_TEST(f.script->attempts.size() == 4u);
  BOOST_TEST(f.script->attempts.back() == 1u);
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  BOOST_TEST(again.succeeded());
}

BOOST_AUTO_TEST_CASE(a_discovery_that_stays_silent_counts_as_a_failed_attempt) {
  connection_fixture f{1};
  const auto got = f.get();
  f.advance(9999ms);
  BOOST_TEST(got.pending());
  f.advance(1ms);
  BOOST_REQUIRE(!got.pending());
  BOOST_TEST((got.code() == errc::discovery_failed));
}

BOOST_AUTO_TEST_CASE(wrong_credentials_are_not_tried_again) {
  connection_fixture f;
  const auto got = f.get();
  f.name_candidate();
  f.probe_answers(unexpected{failure_of(errc::unauthenticated)});
  BOOST_REQUIRE(!got.pending());
  BOOST_TEST((got.code() == errc::unauthenticated));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_tls_is_told_after_all_attempts_and_not_hidden_behind_them) {
  connection_fixture f{2};
  const auto got = f.get();
  const error expired{.code = errc::tls_failed,
                      .message = "a:1: expired",
                      .detail = tls_failure{.problem = tls_problem::expired, .host = "a", .port = 1}};
  f.name_candidate();
  f.probe_answers(unexpected{expired});
  BOOST_TEST(got.pending()); // It may be renewed, or another node be chosen.
  f.advance(100ms);
  f.name_candidate();
  f.probe_answers(unexpected{expired});
  BOOST_REQUIRE(!got.pending());
  BOOST_TEST((got.code() == errc::tls_failed));
  BOOST_REQUIRE(got.why().get<tls_failure>());
  BOOST_TEST((got.why().get<tls_failure>()->problem == tls_problem::expired));
}

BOOST_AUTO_TEST_CASE(a_lost_node_is_replaced_at_once_and_a_stale_report_changes_nothing) {
  connection_fixture f;
  const auto first = f.get();
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  f.advance(1s);
  f.tell(f.tested, call_failed{generation{99}, node_gone()});
  BOOST_TEST(f.get().value() == first.value());
  BOOST_TEST(f.script->attempts.size() == 1u);
  f.tell(f.tested, call_failed{first.value()->generation, node_gone()});
  BOOST_TEST(f.script->attempts.size() == 2u);
  const auto second = f.get();
  BOOST_TEST(second.pending());
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  BOOST_TEST((second.value()->generation != first.value()->generation));
}

BOOST_AUTO_TEST_CASE(who_does_not_want_to_wait_is_refused_at_once_and_a_node_is_looked_for_all_the_same) {
  connection_fixture f;
  const auto got = f.ask<node_ptr>(f.tested, get_node{.wait = false});
  BOOST_TEST((got.code() == errc::unavailable));
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  BOOST_TEST(f.ask<node_ptr>(f.tested, get_node{.wait = false}).succeeded());
}

BOOST_AUTO_TEST_CASE(a_node_whose_handler_failed_is_asked_for_its_gossip) {
  connection_fixture f;
  const auto first = f.get();
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  f.tell(f.tested, call_failed{first.value()->generation, failure_of(errc::server_error)});
  BOOST_TEST(f.probe().method.find("Gossip/Read") != std::string::npos);
  f.probe_answers(unexpected{node_gone()});
  BOOST_TEST((std::holds_alternative<reconnecting>(f.changes.back())));
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_answer_where_a_fit_one_does_is_asked_for_its_gossip) {
  connection_fixture f;
  const auto first = f.get();
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  f.tell(f.tested, call_failed{first.value()->generation, failure_of(errc::deadline_exceeded)});
  BOOST_TEST(f.probe().method.find("Gossip/Read") == std::string::npos); // A deadline alone says nothing about the node.
  f.tell(f.tested, call_failed{first.value()->generation, failure_of(errc::deadline_exceeded), true});
  BOOST_TEST(f.probe().method.find("Gossip/Read") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_says_how_far_it_is) {
  connection_fixture f;
  const auto phase = [&] { return f.ask<client_status>(f.tested, get_status{}).value().phase; };
  BOOST_TEST((phase() == client_phase::idle));
  f.get();
  BOOST_TEST((phase() == client_phase::connecting));
  f.name_candidate({"b", 7});
  f.probe_answers(std::vector{features_message()});
  const auto status = f.ask<client_status>(f.tested, get_status{});
  BOOST_TEST((status.value().phase == client_phase::connected));
  BOOST_TEST((status.value().node->node == endpoint{"b", 7}));
  BOOST_TEST(status.value().node->server_version == "26.1.1");
  BOOST_REQUIRE_EQUAL(f.changes.size(), 1u);
  BOOST_TEST((std::get<connected>(f.changes[0]).node == endpoint{"b", 7}));
}

BOOST_AUTO_TEST_CASE(credentials_are_not_probed_with_in_clear_unless_allowed) {
  connection_fixture f;
  f.get();
  f.name_candidate();
  BOOST_TEST(!f.probe().settings.credentials.has_value());
}

BOOST_AUTO_TEST_CASE(whoever_waits_learns_that_it_ended_and_the_probe_is_cancelled) {
  for (const bool told : {false, true})
    for (const bool probing : {false, true}) {
      connection_fixture f;
      const auto got = f.get();
      if (probing)
        f.name_candidate();
      if (told)
        caf::anon_send_exit(f.tested, caf::exit_reason::user_shutdown);
      else
        f.kill(f.tested);
      f.drain();
      BOOST_REQUIRE(!got.pending());
      // Told to end, the client is closed; otherwise it has died, and another one takes its place.
      BOOST_TEST((got.code() == (told ? errc::closed : errc::unavailable)));
      if (probing)
        BOOST_TEST(f.probe().cancelled);
    }
}

BOOST_AUTO_TEST_CASE(a_discovery_that_has_died_is_a_failed_attempt_and_not_a_closed_client) {
  connection_fixture f{2};
  f.kill(f.discovery);
  const auto got = f.get();
  BOOST_TEST(got.pending());
  f.advance(100ms);
  BOOST_REQUIRE(!got.pending());
  BOOST_TEST((got.code() == errc::discovery_failed));
}

BOOST_AUTO_TEST_CASE(nobody_gets_a_node_before_there_are_credentials_and_a_provider_that_fails_says_why) {
  connection_fixture f{10, true};
  const auto got = f.get();
  BOOST_TEST(f.script->attempts.empty());
  f.credentials_are_there();
  BOOST_TEST(f.script->attempts.size() == 1u);
  BOOST_TEST(got.pending());
  f.refuse_candidate(node_gone());
  f.advance(100ms);
  f.tell(f.keeper, step{[&] {
           f.keeping->asked.back().deliver(to_caf({.code = errc::unauthenticated, .message = "the vault is sealed"}));
         }});
  BOOST_REQUIRE(!got.pending());
  BOOST_TEST((got.code() == errc::unauthenticated));
  BOOST_TEST(got.why().message == "the vault is sealed");
  BOOST_TEST(f.keeping->refusals == 0u);
}

BOOST_AUTO_TEST_CASE(refused_credentials_are_asked_for_anew_and_nothing_is_tried_again) {
  connection_fixture f{10, true};
  const auto got = f.get();
  f.credentials_are_there();
  f.name_candidate();
  f.probe_answers(unexpected{failure_of(errc::unauthenticated)});
  BOOST_TEST((got.code() == errc::unauthenticated));
  BOOST_TEST(f.keeping->refusals == 1u);
  f.advance(1h);
  BOOST_TEST(f.script->attempts.size() == 1u);
  const auto again = f.get();
  f.credentials_are_there();
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  f.tell(f.tested, call_failed{again.value()->generation, failure_of(errc::unauthenticated)});
  BOOST_TEST(f.keeping->refusals == 2u);
  BOOST_TEST(f.get().value() == again.value()); // The node stays in use.
}

BOOST_AUTO_TEST_CASE(a_node_that_sends_nothing_for_two_seconds_is_left_once_others_name_another) {
  connection_fixture f{10, false, [] { return false; }};
  const auto first = f.get();
  f.name_candidate({"a", 1});
  f.probe_answers(std::vector{features_message()});
  const auto node = f.transports.back();
  f.script->others.members = {{.state = member_state::follower, .alive = true, .where = {"a", 1}}};
  node->activity.waiting = true;
  f.advance(1900ms);
  BOOST_TEST(f.script->besides.empty());
  f.advance(1s); // It is asked about every time somebody listens.
  BOOST_TEST(f.script->besides.size() >= 2u);
  BOOST_TEST((f.script->besides.front() == endpoint{"a", 1}));
  BOOST_TEST(node->exchanges.size() == 2u); // The probe, and its own gossip, once.
  BOOST_TEST(node->abandoned.empty());
  f.script->others.members.front().alive = false;
  f.advance(250ms);
  BOOST_TEST(node->abandoned.size() == 1u);
  BOOST_TEST(f.script->attempts.size() == 2u); // Discovery goes on at once.
}

BOOST_AUTO_TEST_CASE(a_node_that_is_only_slow_stays) {
  connection_fixture f{10, false, [] { return false; }};
  f.get();
  f.name_candidate({"a", 1});
  f.probe_answers(std::vector{features_message()});
  const auto node = f.transports.back();
  node->activity = {.heard = true, .waiting = true};
  f.advance(60s);
  BOOST_TEST(f.script->besides.empty());
  node->activity = {.heard = true}; // It has answered.
  f.advance(1s);
  node->activity = {};
  f.advance(60s);
  BOOST_TEST(f.script->besides.empty());
}

BOOST_AUTO_TEST_CASE(rounds_without_a_node_are_one_incident_of_the_log) {
  connection_fixture f{1};
  for (int round = 0; round < 3; ++round) {
    const auto asked = f.get();
    f.refuse_candidate({.code = errc::discovery_failed, .message = "nobody there"});
    f.drain();
    BOOST_REQUIRE(asked.code() == errc::discovery_failed);
    f.advance(1min);
  }
  const auto found = f.get();
  f.name_candidate();
  f.probe_answers(std::vector{features_message()});
  BOOST_REQUIRE(found.succeeded());
  std::vector<std::string> warnings, others;
  for (const auto& line : f.heard.finish())
    (line.starts_with("warning ") ? warnings : others).push_back(line);
  BOOST_REQUIRE(warnings.size() == 1u);
  BOOST_TEST(warnings[0].starts_with("warning connection gave up: "), warnings[0]);
  BOOST_REQUIRE(others.size() == 2u);
  BOOST_TEST(others[1].starts_with("info connected to a:1"), others[1]);
  BOOST_TEST(others[1].ends_with(" after 3 failed attempts"), others[1]);
  for (const auto& record : f.heard.records())
    BOOST_TEST(!record.starts_with("not documented"), record);
}

BOOST_AUTO_TEST_SUITE_END()
