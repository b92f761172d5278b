// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <kdb/devnode.hpp>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/node.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::code_of, fixtures::require_done, fixtures::settings_for;

namespace {

const call_options in_time{.deadline = fixtures::patience};

call_options as(const std::string& login_name, const std::string& password) {
  return {.deadline = fixtures::patience, .credentials = credentials::basic(login_name, password)};
}

const std::string counting = "fromStream('orders').when({$init: () => ({count: 0}), $any: (s) => { s.count++; }})";

/// The projections API, whichever way in.
struct way_in {
  fixtures::any_client db;

  result<void> create(std::string name, std::string query, create_projection_options how) {
    return db.ask(create_projection{name, query, how});
  }
  result<void> create_one_time(std::string query, create_one_time_projection_options how) {
    return db.ask(create_one_time_projection{query, how});
  }
  result<void> create_transient(std::string name, std::string query, create_transient_projection_options how) {
    return db.ask(create_transient_projection{name, query, how});
  }
  result<void> update(std::string name, std::string query, update_projection_options how) {
    return db.ask(update_projection{name, query, how});
  }
  result<void> remove(std::string name, delete_projection_options how) { return db.ask(delete_projection{name, how}); }
  result<void> enable(std::string name, call_options call) { return db.ask(enable_projection{name, call}); }
  result<void> disable(std::string name, call_options call) { return db.ask(disable_projection{name, call}); }
  result<void> abort(std::string name, call_options call) { return db.ask(abort_projection{name, call}); }
  result<void> reset(std::string name, call_options call) { return db.ask(reset_projection{name, call}); }
  result<projection_statistics> statistics(std::string name, call_options call) {
    return db.ask(get_projection_statistics{name, call});
  }
  result<std::vector<projection_statistics>> list(projection_mode mode, call_options call) {
    return db.ask(list_projections{mode, call});
  }
  result<std::string> state(std::string name, projection_state_options how) { return db.ask(get_projection_state{name, how}); }
  result<std::string> outcome(std::string name, projection_state_options how) { return db.ask(get_projection_result{name, how}); }
  result<void> restart(call_options call) { return db.ask(restart_projections{call}); }
};

using way = fixtures::way<way_in>;
const auto ways = fixtures::three_ways<way_in>();

struct scene {
  explicit scene(const way& how, devnode_options options = {.projections = true})
    : node{std::move(options)}, projections{how.connect(settings_for(node.connection_string()))} {}

  devnode node;
  way_in projections;

  std::string status(const std::string& name) { return projections.statistics(name, in_time).value().status; }
};

std::vector<std::string> names_of(const result<std::vector<projection_statistics>>& all) {
  require_done(all);
  std::vector<std::string> names;
  for (const auto& each : all.value())
    names.push_back(each.name);
  std::sort(names.begin(), names.end());
  return names;
}

const std::vector<std::string> standard{standard_projection::by_category, standard_projection::by_correlation_id,
                                        standard_projection::by_event_type, standard_projection::stream_by_category,
                                        standard_projection::streams};

} // namespace

BOOST_AUTO_TEST_SUITE(projections)

BOOST_DATA_TEST_CASE(a_projection_lives_from_creation_to_deletion, boost::unit_test::data::make(ways), how) {
  scene s{how};
  require_done(s.projections.create("counting", counting, {.emit = true, .track_emitted_streams = true, .call = in_time}));
  auto seen = s.projections.statistics("counting", in_time).value();
  BOOST_TEST(seen.name == "counting");
  BOOST_TEST(seen.mode == "Continuous");
  BOOST_TEST(seen.status == "Running");
  BOOST_TEST(seen.version == 0);

  const auto again = s.projections.create("counting", counting, {.call = in_time});
  BOOST_TEST(code_of(again) == errc::projection_exists);
  BOOST_TEST(again.error().get<projection_name>()->name == "counting");
  BOOST_TEST(code_of(s.projections.remove("counting", {.call = in_time})) == errc::projection_failed);

  require_done(s.projections.disable("counting", in_time));
  BOOST_TEST(s.status("counting") == "Stopped");
  require_done(s.projections.enable("counting", in_time));
  BOOST_TEST(s.status("counting") == "Running");
  require_done(s.projections.abort("counting", in_time));
  BOOST_TEST(s.status("counting") == "Aborted/Stopped");
  require_done(s.projections.reset("counting", in_time));
  require_done(s.projections.update("counting", counting + ".outputState()", {.emit = false, .call = in_time}));
  require_done(s.projections.disable("counting", in_time));

  require_done(s.projections.remove(
    "counting",
    {.delete_emitted_streams = true, .delete_state_stream = true, .delete_checkpoint_stream = true, .call = in_time}));
  BOOST_TEST(code_of(s.projections.statistics("counting", in_time)) == errc::projection_not_found);
}

BOOST_DATA_TEST_CASE(projections_are_listed_by_their_mode, boost::unit_test::data::make(ways), how) {
  scene s{how};
  BOOST_TEST(names_of(s.projections.list(projection_mode::all, in_time)) == standard);
  require_done(s.projections.create_one_time(counting, {.call = in_time}));
  BOOST_TEST(names_of(s.projections.list(projection_mode::continuous, in_time)) == standard);
  BOOST_TEST(names_of(s.projections.list(projection_mode::all, in_time)).size() == standard.size() + 1);
  const auto once = s.projections.list(projection_mode::one_time, in_time);
  require_done(once);
  BOOST_REQUIRE(once.value().size() == 1u);
  BOOST_TEST(once.value().front().mode == "OneTime");
  BOOST_TEST(!once.value().front().name.empty());
  BOOST_TEST(s.projections.list(projection_mode::transient, in_time).value().empty());
}

// As on a server of version 26.
BOOST_DATA_TEST_CASE(a_transient_projection_is_refused_by_new_servers, boost::unit_test::data::make(ways), how) {
  scene s{how};
  const auto refused = s.projections.create_transient("once", counting, {.call = in_time});
  BOOST_TEST(code_of(refused) == errc::projection_failed);
  BOOST_TEST(refused.error().message == "Transient projections are deprecated. Use the secondary indexing query API.");
  BOOST_TEST(refused.error().get<projection_name>()->name == "once");
}

BOOST_DATA_TEST_CASE(properties_are_kept_with_the_definition, boost::unit_test::data::make(ways), how) {
  scene s{how};
  auto db = client::connect(settings_for(s.node.connection_string())).value();
  const auto kept = [&] {
    auto last = db.read_stream("$projections-counting", {.direction = backwards, .limit = 1, .call = in_time});
    std::string metadata;
    for (const auto& event : last.events())
      metadata = event.metadata();
    require_done(last.finish());
    return metadata;
  };
  require_done(s.projections.create("counting", counting, {.properties = {{"owner", "sales"}}, .call = in_time}));
  BOOST_TEST(kept() == R"({ "owner": "sales" })");
  require_done(s.projections.update("counting", counting, {.call = in_time}));
  BOOST_TEST(kept() == R"({ "owner": "sales" })");
  require_done(s.projections.update("counting", counting, {.properties = {{"owner", nullptr}}, .call = in_time}));
  BOOST_TEST(kept() == R"({ "owner": null })");
  require_done(s.projections.create_one_time(counting, {.properties = {{"owner", 1}}, .call = in_time}));
}

BOOST_DATA_TEST_CASE(a_definition_that_fits_into_no_record_is_refused, boost::unit_test::data::make(ways), how) {
  scene s{how, {.projections = true, .max_append_event_size = 1000}};
  require_done(s.projections.create("counting", counting, {.call = in_time}));
  const auto large = counting + std::string(1000, ' ');
  const auto created = s.projections.create("large", large, {.call = in_time});
  BOOST_TEST(code_of(created) == errc::invalid_argument);
  BOOST_TEST(!created.error().outcome_unknown);
  BOOST_TEST(code_of(s.projections.update("counting", large, {.call = in_time})) == errc::invalid_argument);
}

BOOST_DATA_TEST_CASE(the_servers_own_are_stopped_and_started_and_not_deleted, boost::unit_test::data::make(ways), how) {
  scene s{how};
  require_done(s.projections.disable(standard_projection::by_category, in_time));
  BOOST_TEST(s.status(standard_projection::by_category) == "Stopped");
  BOOST_TEST(code_of(s.projections.remove(standard_projection::by_category, {.call = in_time})) == errc::projection_failed);
  require_done(s.projections.enable(standard_projection::by_category, in_time));
  BOOST_TEST(s.status(standard_projection::by_category) == "Running");
  require_done(s.projections.restart(in_time));
  fixtures::wait_until("the projections to be back", [&] {
    const auto seen = s.projections.statistics(standard_projection::by_category, in_time);
    return seen && seen->status == "Running";
  });
}

BOOST_DATA_TEST_CASE(state_and_result_are_json, boost::unit_test::data::make(ways), how) {
  scene s{how};
  BOOST_TEST(s.projections.state(standard_projection::streams, {.call = in_time}).value() == "{}");
  BOOST_TEST(s.projections.outcome(standard_projection::streams, {.partition = "orders-1", .call = in_time}).value() == "{}");
}

BOOST_DATA_TEST_CASE(projections_that_are_not_there_are_not_found, boost::unit_test::data::make(ways), how) {
  scene s{how};
  const auto missing = s.projections.statistics("none", in_time);
  BOOST_TEST(code_of(missing) == errc::projection_not_found);
  BOOST_TEST(missing.error().get<projection_name>()->name == "none");
  BOOST_TEST(code_of(s.projections.update("none", counting, {.call = in_time})) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.remove("none", {.call = in_time})) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.enable("none", in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.disable("none", in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.abort("none", in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.reset("none", in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.state("none", {.call = in_time})) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.outcome("none", {.call = in_time})) == errc::projection_not_found);
}

BOOST_DATA_TEST_CASE(a_query_that_cannot_run_is_taken_and_faulted, boost::unit_test::data::make(ways), how) {
  scene s{how};
  require_done(s.projections.create("odd", "this is no query", {.call = in_time}));
  const auto seen = s.projections.statistics("odd", in_time).value();
  BOOST_TEST(seen.status.starts_with("Faulted"));
  BOOST_TEST(!seen.state_reason.empty());
}

BOOST_DATA_TEST_CASE(who_does_not_operate_the_server_may_ask_alone, boost::unit_test::data::make(ways), how) {
  scene s{how, {.projections = true, .authentication = true}};
  auto users = client::connect(settings_for(s.node.connection_string())).value();
  require_done(users.create_user("jane", "first", {.call = in_time}));
  const auto by_jane = as("jane", "first");
  const auto name = standard_projection::streams;
  BOOST_TEST(code_of(s.projections.create("counting", counting, {.call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(s.projections.disable(name, by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.projections.remove(name, {.call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(s.projections.restart(by_jane)) == errc::access_denied);
  require_done(s.projections.statistics(name, by_jane));
  require_done(s.projections.state(name, {.call = by_jane}));
  require_done(s.projections.disable(name, as("ops", "changeit")));
  BOOST_TEST(code_of(s.projections.list(projection_mode::all, as("jane", "wr0ng"))) == errc::unauthenticated);
}

BOOST_DATA_TEST_CASE(a_server_without_projections_does_not_offer_them, boost::unit_test::data::make(ways), how) {
  scene s{how, {}};
  BOOST_TEST(code_of(s.projections.list(projection_mode::all, in_time)) == errc::unsupported);
  BOOST_TEST(code_of(s.projections.create("counting", counting, {.call = in_time})) == errc::unsupported);
}

BOOST_DATA_TEST_CASE(what_cannot_be_sent_is_refused, boost::unit_test::data::make(ways), how) {
  scene s{how};
  BOOST_TEST(code_of(s.projections.create("", counting, {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create("counting", "", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create("counting", counting, {.track_emitted_streams = true})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create_one_time(" ", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create_transient("", counting, {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create("counting", counting, {.properties = {{"", 1}}})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.update("counting", "", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.remove(" ", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.state("counting", {.partition = "\xff"})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.restart({.deadline = 0ms})) == errc::invalid_argument);
}

BOOST_DATA_TEST_CASE(a_node_that_does_not_lead_never_answers_and_the_error_says_so, boost::unit_test::data::make(ways), how) {
  auto options = fixtures::quick_cluster();
  options.node.projections = true;
  fixtures::cluster nodes{options};
  nodes.settle();
  auto through_follower = how.connect(settings_for(nodes.connection_string_of(nodes.some_follower())));
  const auto why = through_follower.list(projection_mode::all, {.deadline = 300ms});
  BOOST_TEST(code_of(why) == errc::deadline_exceeded);
  BOOST_TEST(why.error().message.find("perhaps the node does not lead") != std::string::npos);
  auto through_leader = how.connect(settings_for(nodes.connection_string_of(nodes.some_leader())));
  BOOST_TEST(names_of(through_leader.list(projection_mode::all, in_time)) == standard);
}

BOOST_DATA_TEST_CASE(after_a_change_of_leader_the_next_one_is_found, boost::unit_test::data::make(ways), how) {
  auto options = fixtures::quick_cluster();
  options.node.projections = true;
  fixtures::cluster nodes{options};
  nodes.settle();
  auto projections = how.connect(settings_for(nodes.connection_string()));
  require_done(projections.list(projection_mode::all, in_time));
  const auto before = nodes.some_leader();
  nodes.resign(before); // It stays up, keeps its connections, and answers nothing about projections.
  fixtures::wait_until("another leader", [&] { return nodes.leader() && *nodes.leader() != before; });
  fixtures::wait_until("an answer", [&] { return projections.list(projection_mode::all, {.deadline = 200ms}).has_value(); });
}

BOOST_DATA_TEST_CASE(one_that_was_aborted_has_to_be_disabled_before_it_is_deleted, boost::unit_test::data::make(ways), how) {
  scene s{how};
  require_done(s.projections.create("counting", counting, {.call = in_time}));
  require_done(s.projections.abort("counting", in_time));
  const auto refused = s.projections.remove("counting", {.call = in_time});
  BOOST_TEST(code_of(refused) == errc::projection_failed);
  BOOST_TEST(refused.error().get<projection_name>()->name == "counting");
  require_done(s.projections.disable("counting", in_time));
  require_done(s.projections.remove("counting", {.call = in_time}));
}

BOOST_AUTO_TEST_SUITE_END()
