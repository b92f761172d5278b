// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kdb/client.hpp>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/server.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::code_of, fixtures::every_way, fixtures::require_done, fixtures::settings_for, fixtures::way;

namespace {

const call_options in_time{.deadline = fixtures::patience};

call_options as(const std::string& login_name, const std::string& password) {
  return {.deadline = fixtures::patience, .credentials = credentials::basic(login_name, password)};
}

const std::string counting = "fromStream('orders').when({$init: () => ({count: 0}), $any: (s) => { s.count++; }})";

/// The projections API, whichever way in.
struct way_in {
  std::unique_ptr<fixtures::any_client> db;

  result<void> create(std::string name, std::string query, create_projection_options how) {
    return db->ask(create_projection{name, query, how});
  }
  result<void> create_one_time(std::string query, create_one_time_projection_options how) {
    return db->ask(create_one_time_projection{query, how});
  }
  result<void> create_transient(std::string name, std::string query, create_transient_projection_options how) {
    return db->ask(create_transient_projection{name, query, how});
  }
  result<void> update(std::string name, std::string query, update_projection_options how) {
    return db->ask(update_projection{name, query, how});
  }
  result<void> remove(std::string name, delete_projection_options how) { return db->ask(delete_projection{name, how}); }
  result<void> enable(std::string name, call_options call) { return db->ask(enable_projection{name, call}); }
  result<void> disable(std::string name, call_options call) { return db->ask(disable_projection{name, call}); }
  result<void> abort(std::string name, call_options call) { return db->ask(abort_projection{name, call}); }
  result<void> reset(std::string name, call_options call) { return db->ask(reset_projection{name, call}); }
  result<projection_statistics> statistics(std::string name, call_options call) {
    return db->ask(get_projection_statistics{name, call});
  }
  result<std::vector<projection_statistics>> list(projection_mode mode, call_options call) {
    return db->ask(list_projections{mode, call});
  }
  result<std::string> state(std::string name, projection_state_options how) { return db->ask(get_projection_state{name, how}); }
  result<std::string> outcome(std::string name, projection_state_options how) {
    return db->ask(get_projection_result{name, how});
  }
  result<void> restart(call_options call) { return db->ask(restart_projections{call}); }
};

struct scene {
  explicit scene(way how, devnode_options options = {.projections = true})
    : server{std::move(options)}, projections{fixtures::connect(how, server.settings())} {}

  fixtures::server server;
  way_in projections;
  fixtures::own_names named;
  const std::string name = named("counting");

  /// A server answers before a projection has changed.
  void await_status(const std::string& projection, std::string_view status) {
    fixtures::wait_until(projection + " to be " + std::string{status},
                         [&] { return projections.statistics(projection, in_time).value().status == status; });
  }
};

/// The names, in order.
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

// The cases are in here as well: they capture what is.
BOOST_AUTO_TEST_SUITE(projections)

BOOST_DATA_TEST_CASE(a_projection_lives_from_creation_to_deletion, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  require_done(s.projections.create(s.name, counting, {.emit = true, .track_emitted_streams = true, .call = in_time}));
  auto seen = s.projections.statistics(s.name, in_time).value();
  BOOST_TEST(seen.name == s.name);
  BOOST_TEST(seen.mode == "Continuous");
  s.await_status(s.name, "Running");
  BOOST_TEST(seen.version == 0);

  const auto again = s.projections.create(s.name, counting, {.call = in_time});
  BOOST_TEST(code_of(again) == errc::projection_exists);
  BOOST_TEST(again.error().get<projection_name>()->name == s.name);
  BOOST_TEST(code_of(s.projections.remove(s.name, {.call = in_time})) == errc::projection_failed);

  require_done(s.projections.disable(s.name, in_time));
  s.await_status(s.name, "Stopped");
  require_done(s.projections.enable(s.name, in_time));
  s.await_status(s.name, "Running");
  require_done(s.projections.abort(s.name, in_time));
  s.await_status(s.name, "Aborted/Stopped");
  require_done(s.projections.reset(s.name, in_time));
  require_done(s.projections.update(s.name, counting + ".outputState()", {.emit = false, .call = in_time}));
  require_done(s.projections.disable(s.name, in_time));

  require_done(s.projections.remove(
    s.name, {.delete_emitted_streams = true, .delete_state_stream = true, .delete_checkpoint_stream = true, .call = in_time}));
  BOOST_TEST(code_of(s.projections.statistics(s.name, in_time)) == errc::projection_not_found);
}

BOOST_DATA_TEST_CASE(projections_are_listed_by_their_mode, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  const auto before = names_of(s.projections.list(projection_mode::one_time, in_time));
  require_done(s.projections.create(s.name, counting, {.call = in_time}));
  require_done(s.projections.create_one_time(counting, {.call = in_time}));
  const auto once = names_of(s.projections.list(projection_mode::one_time, in_time));
  std::vector<std::string> added;
  std::ranges::set_difference(once, before, std::back_inserter(added));
  BOOST_REQUIRE(added.size() == 1u);
  BOOST_TEST(s.projections.statistics(added.front(), in_time).value().mode == "OneTime");
  const auto continuous = names_of(s.projections.list(projection_mode::continuous, in_time));
  BOOST_TEST(std::ranges::includes(continuous, standard));
  BOOST_TEST(std::ranges::binary_search(continuous, s.name));
  BOOST_TEST(!std::ranges::binary_search(continuous, added.front()));
  const auto all = names_of(s.projections.list(projection_mode::all, in_time));
  BOOST_TEST(std::ranges::includes(all, continuous));
  BOOST_TEST(std::ranges::includes(all, once));
  require_done(s.projections.list(projection_mode::transient, in_time));
  require_done(s.projections.disable(added.front(), in_time));
  require_done(s.projections.remove(added.front(), {.call = in_time}));
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_new_server_has_its_own_projections_alone, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  BOOST_TEST(names_of(s.projections.list(projection_mode::all, in_time)) == standard);
  BOOST_TEST(names_of(s.projections.list(projection_mode::continuous, in_time)) == standard);
  BOOST_TEST(s.projections.list(projection_mode::one_time, in_time).value().empty());
  BOOST_TEST(s.projections.list(projection_mode::transient, in_time).value().empty());
}

// As on a server of version 26.
BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_transient_projection_is_refused_by_new_servers, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  const auto refused = s.projections.create_transient("once", counting, {.call = in_time});
  BOOST_TEST(code_of(refused) == errc::projection_failed);
  BOOST_TEST(refused.error().message == "Transient projections are deprecated. Use the secondary indexing query API.");
  BOOST_TEST(refused.error().get<projection_name>()->name == "once");
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(properties_are_kept_with_the_definition, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  auto db = client::connect(s.server.settings()).value();
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

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_definition_that_fits_into_no_record_is_refused, boost::unit_test::data::make(every_way), how) {
  scene s{how, {.projections = true, .max_append_event_size = 1000}};
  require_done(s.projections.create("counting", counting, {.call = in_time}));
  const auto large = counting + std::string(1000, ' ');
  const auto created = s.projections.create("large", large, {.call = in_time});
  BOOST_TEST(code_of(created) == errc::invalid_argument);
  BOOST_TEST(!created.error().outcome_unknown);
  BOOST_TEST(code_of(s.projections.update("counting", large, {.call = in_time})) == errc::invalid_argument);
}

BOOST_DATA_TEST_CASE(the_servers_own_are_stopped_and_started_and_not_deleted, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  require_done(s.projections.disable(standard_projection::by_category, in_time));
  s.await_status(standard_projection::by_category, "Stopped");
  BOOST_TEST(code_of(s.projections.remove(standard_projection::by_category, {.call = in_time})) == errc::projection_failed);
  require_done(s.projections.enable(standard_projection::by_category, in_time));
  s.await_status(standard_projection::by_category, "Running");
  require_done(s.projections.restart(in_time));
  fixtures::wait_until("the projections to be back", [&] {
    const auto seen = s.projections.statistics(standard_projection::by_category, in_time);
    return seen && seen->status == "Running";
  });
}

BOOST_DATA_TEST_CASE(state_and_result_are_json, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  BOOST_TEST(s.projections.state(standard_projection::streams, {.call = in_time}).value() == "{}");
  BOOST_TEST(s.projections.outcome(standard_projection::streams, {.partition = "orders-1", .call = in_time}).value() == "{}");
}

BOOST_DATA_TEST_CASE(projections_that_are_not_there_are_not_found, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  const result<projection_statistics> missing = s.projections.statistics(s.named("none"), in_time);
  BOOST_TEST(code_of(missing) == errc::projection_not_found);
  BOOST_TEST(missing.error().get<projection_name>()->name == s.named("none"));
  BOOST_TEST(code_of(s.projections.update(s.named("none"), counting, {.call = in_time})) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.remove(s.named("none"), {.call = in_time})) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.enable(s.named("none"), in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.disable(s.named("none"), in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.abort(s.named("none"), in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.reset(s.named("none"), in_time)) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.state(s.named("none"), {.call = in_time})) == errc::projection_not_found);
  BOOST_TEST(code_of(s.projections.outcome(s.named("none"), {.call = in_time})) == errc::projection_not_found);
}

BOOST_DATA_TEST_CASE(a_query_that_cannot_run_is_taken_and_faulted, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  require_done(s.projections.create(s.named("odd"), "this is no query", {.call = in_time}));
  const auto seen = s.projections.statistics(s.named("odd"), in_time).value();
  BOOST_TEST(seen.status.starts_with("Faulted"));
  BOOST_TEST(!seen.state_reason.empty());
}

BOOST_TEST_DECORATOR(*fixtures::needs_users())
BOOST_DATA_TEST_CASE(who_does_not_operate_the_server_may_ask_alone, boost::unit_test::data::make(every_way), how) {
  scene s{how, {.projections = true, .authentication = true}};
  require_done(s.projections.db->ask(create_user{s.named("jane"), "first", {.call = in_time}}));
  const auto by_jane = as(s.named("jane"), "first");
  const auto name = standard_projection::streams;
  BOOST_TEST(code_of(s.projections.create(s.name, counting, {.call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(s.projections.disable(name, by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.projections.remove(name, {.call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(s.projections.restart(by_jane)) == errc::access_denied);
  require_done(s.projections.statistics(name, by_jane));
  require_done(s.projections.state(name, {.call = by_jane}));
  require_done(s.projections.disable(name, as("ops", "changeit")));
  require_done(s.projections.enable(name, in_time));
  BOOST_TEST(code_of(s.projections.list(projection_mode::all, as(s.named("jane"), "wr0ng"))) == errc::unauthenticated);
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_server_without_projections_does_not_offer_them, boost::unit_test::data::make(every_way), how) {
  scene s{how, {}};
  BOOST_TEST(code_of(s.projections.list(projection_mode::all, in_time)) == errc::unsupported);
  BOOST_TEST(code_of(s.projections.create(s.name, counting, {.call = in_time})) == errc::unsupported);
}

BOOST_DATA_TEST_CASE(what_cannot_be_sent_is_refused, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  BOOST_TEST(code_of(s.projections.create("", counting, {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create(s.name, "", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create(s.name, counting, {.track_emitted_streams = true})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create_one_time(" ", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create_transient("", counting, {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.create(s.name, counting, {.properties = {{"", 1}}})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.update(s.name, "", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.remove(" ", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.state(s.name, {.partition = "\xff"})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.projections.restart({.deadline = 0ms})) == errc::invalid_argument);
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_node_that_does_not_lead_never_answers_and_the_error_says_so, boost::unit_test::data::make(every_way),
                     how) {
  auto options = fixtures::quick_cluster();
  options.node.projections = true;
  fixtures::cluster nodes{options};
  nodes.settle();
  auto through_follower = way_in{fixtures::connect(how, settings_for(nodes.connection_string_of(nodes.some_follower())))};
  const auto why = through_follower.list(projection_mode::all, {.deadline = 300ms});
  BOOST_TEST(code_of(why) == errc::deadline_exceeded);
  BOOST_TEST(why.error().message.find("perhaps the node is not the leader") != std::string::npos);
  auto through_leader = way_in{fixtures::connect(how, settings_for(nodes.connection_string_of(nodes.some_leader())))};
  BOOST_TEST(names_of(through_leader.list(projection_mode::all, in_time)) == standard);
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(after_a_change_of_leader_the_next_one_is_found, boost::unit_test::data::make(every_way), how) {
  auto options = fixtures::quick_cluster();
  options.node.projections = true;
  fixtures::cluster nodes{options};
  nodes.settle();
  auto projections = way_in{fixtures::connect(how, settings_for(nodes.connection_string()))};
  require_done(projections.list(projection_mode::all, in_time));
  const auto before = nodes.some_leader();
  nodes.resign(before); // It stays up, keeps its connections, and answers nothing about projections.
  fixtures::wait_until("another leader", [&] { return nodes.leader() && *nodes.leader() != before; });
  fixtures::wait_until("an answer", [&] { return projections.list(projection_mode::all, {.deadline = 200ms}).has_value(); });
}

BOOST_DATA_TEST_CASE(one_that_was_aborted_has_to_be_disabled_before_it_is_deleted, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  require_done(s.projections.create(s.name, counting, {.call = in_time}));
  require_done(s.projections.abort(s.name, in_time));
  const auto refused = s.projections.remove(s.name, {.call = in_time});
  BOOST_TEST(code_of(refused) == errc::projection_failed);
  BOOST_TEST(refused.error().get<projection_name>()->name == s.name);
  require_done(s.projections.disable(s.name, in_time));
  require_done(s.projections.remove(s.name, {.call = in_time}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
