// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <string>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/server.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::code_of, fixtures::every_way, fixtures::require_done, fixtures::settings_for, fixtures::way;

namespace {

const call_options in_time{.deadline = fixtures::patience};

/// The operations of the server, whichever way in.
struct way_in {
  std::unique_ptr<fixtures::any_client> db;

  result<scavenge_result> start_scavenge(scavenge_options how) { return db->ask(kdb::start_scavenge{how}); }
  result<scavenge_result> stop_scavenge(std::string id, call_options call) { return db->ask(kdb::stop_scavenge{id, call}); }
  result<void> merge_indexes(call_options call) { return db->ask(kdb::merge_indexes{call}); }
  result<void> resign(call_options call) { return db->ask(resign_node{call}); }
  result<void> set_priority(int priority, call_options call) { return db->ask(set_node_priority{priority, call}); }
  result<void> shut_down(call_options call) { return db->ask(shut_down_node{call}); }
};

// The cases are in here as well: they capture what is.
BOOST_AUTO_TEST_SUITE(operations)

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_leader_that_is_told_to_resign_gives_way_to_the_one_that_wants_to_lead,
                     boost::unit_test::data::make(every_way), how) {
  fixtures::cluster nodes;
  nodes.settle();
  const auto before = nodes.some_leader();
  const auto wanted = nodes.some_follower();
  require_done(way_in{fixtures::connect(how, settings_for(nodes.connection_string_of(wanted)))}.set_priority(5, in_time));
  auto to_leader = way_in{fixtures::connect(how, settings_for(nodes.connection_string_of(before)))};
  require_done(to_leader.resign(in_time));
  fixtures::wait_until("another leader", [&] { return nodes.leader() && *nodes.leader() != before; });
  BOOST_TEST(*nodes.leader() == wanted);
  require_done(to_leader.resign(in_time)); // It does not lead: nothing happens.
}

BOOST_DATA_TEST_CASE(a_scavenge_is_started_with_an_id_and_is_not_found_when_it_is_over, boost::unit_test::data::make(every_way),
                     how) {
  const fixtures::server server;
  auto operate = way_in{fixtures::connect(how, server.settings())};
  const auto started = operate.start_scavenge({.threads = 2, .start_from_chunk = 0, .call = in_time});
  require_done(started);
  BOOST_TEST((started.value().state == scavenge_state::started));
  BOOST_TEST(!started.value().id.empty());
  fixtures::wait_until("the end of the scavenge", [&] { // A large server takes its time, or stops at the first request.
    const auto stopped = operate.stop_scavenge(started.value().id, in_time);
    return !stopped && code_of(stopped) == errc::scavenge_not_found;
  });
  require_done(operate.merge_indexes(in_time));
}

BOOST_TEST_DECORATOR(*fixtures::needs_users())
BOOST_DATA_TEST_CASE(who_does_not_operate_the_server_is_refused, boost::unit_test::data::make(every_way), how) {
  const fixtures::server server{{.authentication = true}};
  const auto jane = fixtures::own_names{}("jane");
  auto operate = way_in{fixtures::connect(how, server.settings())};
  require_done(operate.db->ask(create_user{jane, "first", {.call = in_time}}));
  const call_options by_jane{.deadline = fixtures::patience, .credentials = credentials::basic(jane, "first")};
  BOOST_TEST(code_of(operate.start_scavenge({.call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(operate.stop_scavenge("an id", by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(operate.merge_indexes(by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(operate.resign(by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(operate.set_priority(1, by_jane)) == errc::access_denied);
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_development_node_is_not_shut_down_by_its_clients, boost::unit_test::data::make(every_way), how) {
  const fixtures::server server;
  auto operate = way_in{fixtures::connect(how, server.settings())};
  BOOST_TEST(code_of(operate.shut_down(in_time)) == errc::unsupported); // Who runs it ends it.
}

BOOST_DATA_TEST_CASE(what_cannot_be_sent_is_refused, boost::unit_test::data::make(every_way), how) {
  const fixtures::server server;
  auto operate = way_in{fixtures::connect(how, server.settings())};
  BOOST_TEST(code_of(operate.start_scavenge({.threads = 0})) == errc::invalid_argument);
  BOOST_TEST(code_of(operate.stop_scavenge("", {})) == errc::invalid_argument);
}

/// One record, in JSON.
new_record some_record() {
  return {.schema_name = "t", .data = "{}"};
}

// It can be written to again: the server's word for it is that of a tombstone.
BOOST_DATA_TEST_CASE(a_soft_deleted_stream_that_should_exist_is_a_failed_expectation_of_an_append_to_several,
                     boost::unit_test::data::make(every_way), how) {
  const fixtures::server server;
  const fixtures::own_names named;
  const auto soft = named("soft"), hard = named("hard");
  auto db = fixtures::connect(how, server.settings());
  for (const auto& stream : {soft, hard})
    require_done(db->ask(append_to_stream{.stream = stream, .events = {new_event::json("t", "{}")}}));
  require_done(db->ask(delete_stream{.stream = soft, .expected = stream_state::any}));
  require_done(db->ask(tombstone_stream{.stream = hard, .expected = stream_state::any}));
  const auto append = [&](const std::string& stream, stream_state expected) {
    return db->ask(append_to_streams{.appends = {{.stream = named("other"), .records = {some_record()}},
                                                 {.stream = stream, .records = {some_record()}, .expected = expected}}});
  };
  const result<records_result> refused = append(soft, stream_state::exists);
  BOOST_TEST(code_of(refused) == errc::wrong_expected_version);
  BOOST_REQUIRE(refused.error().get<version_mismatch>());
  BOOST_TEST(refused.error().get<version_mismatch>()->stream == soft);
  BOOST_TEST(!refused.error().outcome_unknown);
  BOOST_TEST(code_of(append(hard, stream_state::any)) == errc::stream_deleted);
  require_done(append(soft, stream_state::no_stream));
}

BOOST_DATA_TEST_CASE(a_check_tells_a_soft_deleted_stream_from_a_tombstone, boost::unit_test::data::make(every_way), how) {
  const fixtures::server server;
  const fixtures::own_names named;
  const auto soft = named("soft"), hard = named("hard");
  auto db = fixtures::connect(how, server.settings());
  for (const auto& stream : {soft, hard})
    require_done(db->ask(append_to_stream{.stream = stream, .events = {new_event::json("t", "{}")}}));
  require_done(db->ask(delete_stream{.stream = soft, .expected = stream_state::any}));
  require_done(db->ask(tombstone_stream{.stream = hard, .expected = stream_state::any}));
  const result<records_result> refused =
    db->ask(append_records{.records = {{named("other"), some_record()}}, .checks = {{.stream = soft}, {.stream = hard}}});
  BOOST_TEST(code_of(refused) == errc::consistency_violation);
  const auto* failed = refused.error().get<violations>();
  BOOST_REQUIRE(failed && failed->all.size() == 2u);
  BOOST_TEST(failed->all[0].actual == -5);
  BOOST_TEST(failed->all[1].actual == -6);
}

BOOST_DATA_TEST_CASE(the_node_tells_its_statistics_under_a_servers_names, boost::unit_test::data::make(every_way), how) {
  const fixtures::server server;
  auto operate = way_in{fixtures::connect(how, server.settings())};
  for (int i = 0; i < 3; ++i) { // The call of the one before is over: nothing is left behind.
    const auto found = operate.db->ask(get_statistics{in_time});
    require_done(found);
    for (const auto* name : {"proc-id", "proc-mem", "proc-cpu", "sys-totalMem", "sys-loadavg-1m", "es-checksum"})
      BOOST_TEST(found->values.count(name) == 1u, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
