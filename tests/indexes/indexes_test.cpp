// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/node.hpp"
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

const index_definition placed{
  .filter = "rec => rec.schema.name == 'placed'",
  .fields = {{"country", "rec => rec.value.country"}, {"amount", "rec => rec.value.amount", index_field_type::int32}}};

/// The API of indexes, whichever way in.
struct way_in {
  std::unique_ptr<fixtures::any_client> db;

  result<void> create(std::string name, index_definition definition, create_index_options options = {.call = in_time}) {
    return db->ask(create_index{name, definition, options});
  }
  result<void> start(std::string name, call_options call = in_time) { return db->ask(start_index{name, call}); }
  result<void> stop(std::string name, call_options call = in_time) { return db->ask(stop_index{name, call}); }
  result<void> remove(std::string name, call_options call = in_time) { return db->ask(delete_index{name, call}); }
  result<index_info> get(std::string name, call_options call = in_time) { return db->ask(get_index{name, call}); }
  result<std::vector<index_info>> list(call_options call = in_time) { return db->ask(list_indexes{call}); }
};

struct scene {
  explicit scene(way one, devnode_options options = {.projection_lag = 0ms})
    : node{std::move(options)}, indexes{fixtures::connect(one, settings_for(node.connection_string()))},
      events{client::connect(settings_for(node.connection_string())).value()} {}

  devnode node;
  way_in indexes;
  client events;

  void append(const std::string& stream, const std::string& type, const std::string& data) {
    require_done(events.append_to_stream(stream, stream_state::any, {new_event::json(type, data)}, {.call = in_time}));
  }

  /// Data of the events that a filter finds.
  result<std::vector<std::string>> read(const event_filter& filter) {
    auto all = events.read_all({.filter = filter, .call = in_time});
    std::vector<std::string> data;
    for (const auto& event : all.events())
      data.emplace_back(event.data());
    if (auto end = all.finish(); !end)
      return unexpected{std::move(end.error())};
    return data;
  }
};

using texts = std::vector<std::string>;
constexpr const char* german = R"({"country":"DE","amount":1})";
constexpr const char* french = R"({"country":"FR","amount":1})";

} // namespace

BOOST_AUTO_TEST_SUITE(indexes, *fixtures::needs_own_node())

BOOST_DATA_TEST_CASE(an_index_lives_from_creation_to_deletion, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  BOOST_TEST(s.indexes.list().value().empty());
  require_done(s.indexes.create("by-country", placed));
  BOOST_TEST((s.indexes.get("by-country").value() == index_info{"by-country", placed, index_state::started}));
  require_done(s.indexes.create("all-of-them", {.filter = "rec => true"}, {.start = false, .call = in_time}));
  const auto all = s.indexes.list();
  require_done(all);
  BOOST_REQUIRE(all->size() == 2u);
  BOOST_TEST((s.indexes.get("all-of-them")->state == index_state::stopped));

  require_done(s.indexes.stop("by-country"));
  require_done(s.indexes.stop("by-country"));
  BOOST_TEST((s.indexes.get("by-country")->state == index_state::stopped));
  require_done(s.indexes.start("by-country"));
  require_done(s.indexes.start("by-country"));
  BOOST_TEST((s.indexes.get("by-country")->state == index_state::started));

  require_done(s.indexes.remove("by-country"));
  require_done(s.indexes.remove("by-country"));
  BOOST_TEST(code_of(s.indexes.get("by-country")) == errc::index_not_found);
  BOOST_TEST(s.indexes.list()->size() == 1u);
  require_done(s.indexes.create("by-country", {.filter = "rec => false"})); // another one under the same name
}

BOOST_DATA_TEST_CASE(the_same_index_is_created_again_and_another_one_is_not, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  require_done(s.indexes.create("by-country", placed));
  require_done(s.indexes.create("by-country", placed));
  const auto other = s.indexes.create("by-country", {.filter = "rec => true"});
  BOOST_TEST(code_of(other) == errc::index_exists);
  BOOST_TEST(other.error().get<index_name>()->name == "by-country");
  BOOST_TEST(code_of(s.indexes.create("by-country", placed, {.start = false, .call = in_time})) == errc::index_exists);
}

BOOST_DATA_TEST_CASE(an_index_is_read_by_its_fields, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  s.append("order-1", "placed", german);
  s.append("order-2", "placed", french);
  s.append("order-1", "paid", german);
  require_done(s.indexes.create("by-country", placed)); // also of events that there were before
  s.append("order-3", "placed", R"({"country":"DE","amount":2})");
  BOOST_TEST((s.read(event_filter::user_index("by-country")).value() == texts{german, french, R"({"country":"DE","amount":2})"}));
  BOOST_TEST((s.read(event_filter::user_index("by-country", {{"country", "DE"}, {"amount", "1"}})).value() == texts{german}));
  BOOST_TEST(s.read(event_filter::user_index("by-country", {{"country", "IT"}}))->empty());
  BOOST_TEST(code_of(s.read(event_filter::user_index("by-country", {{"city", "Rome"}}))) == errc::invalid_argument);
  BOOST_TEST(code_of(s.read(event_filter::user_index("by-country", {{"amount", "many"}}))) == errc::invalid_argument);
  BOOST_TEST(code_of(s.read(event_filter::user_index("By-Country"))) == errc::invalid_argument);
  const auto missing = s.read(event_filter::user_index("by-city"));
  BOOST_TEST(code_of(missing) == errc::index_not_found);
  BOOST_TEST(missing.error().get<index_name>()->name == "$idx-user-by-city");
}

BOOST_DATA_TEST_CASE(an_index_of_one_field_takes_its_value_alone, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  s.append("order-1", "placed", R"({"country":"D;\"E"})");
  s.append("order-2", "placed", french);
  require_done(s.indexes.create("by-country", {.fields = {{"country", "rec => rec.value.country"}}}));
  BOOST_TEST((s.read(event_filter::user_index_value("by-country", "FR")).value() == texts{french}));
  BOOST_TEST((s.read(event_filter::user_index_value("by-country", "D;\"E")).value() == texts{R"({"country":"D;\"E"})"}));
  BOOST_TEST((s.read(event_filter::user_index("by-country", {{"country", "D;\"E"}})).value() == texts{R"({"country":"D;\"E"})"}));
}

BOOST_DATA_TEST_CASE(what_is_stopped_or_deleted_ends_its_subscriptions, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  s.append("order-1", "placed", german);
  for (const bool deletes : {false, true}) {
    require_done(s.indexes.create("by-country", placed));
    auto followed = s.events.subscribe_to_all({.filter = event_filter::user_index("by-country", {{"country", "DE"}})});
    require_done(followed);
    std::size_t seen = 0;
    result<event_batch> last = event_batch{};
    while (seen == 0 && (last = followed->next(fixtures::patience)))
      for ([[maybe_unused]] const auto& event : last->events())
        ++seen;
    require_done(last);
    BOOST_TEST(seen == 1u);
    require_done(deletes ? s.indexes.remove("by-country") : s.indexes.stop("by-country"));
    while ((last = followed->next(fixtures::patience))) {}
    BOOST_TEST(code_of(last) == errc::index_not_found);
    BOOST_TEST(code_of(s.read(event_filter::user_index("by-country"))) == errc::index_not_found);
    if (!deletes)
      require_done(s.indexes.start("by-country"));
  }
}

BOOST_DATA_TEST_CASE(an_index_lags_as_the_others_do, boost::unit_test::data::make(every_way), one) {
  scene s{one, {.projection_lag = 1h}};
  require_done(s.indexes.create("by-country", placed));
  s.append("order-1", "placed", german);
  BOOST_TEST(s.read(event_filter::user_index("by-country"))->empty());
}

BOOST_DATA_TEST_CASE(indexes_that_are_not_there_are_not_found, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  for (const result<void>& failed : {s.indexes.start("none"), s.indexes.stop("none"), s.indexes.remove("none")}) {
    BOOST_TEST(code_of(failed) == errc::index_not_found);
    BOOST_TEST(failed.error().get<index_name>()->name == "none");
  }
  BOOST_TEST(code_of(s.indexes.get("none")) == errc::index_not_found);
}

BOOST_DATA_TEST_CASE(what_the_server_can_not_compile_is_refused_with_its_reason, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  const auto refused = s.indexes.create("a", {.filter = "rec => rec.value.country.trim() == 'DE'"});
  BOOST_TEST(code_of(refused) == errc::invalid_argument);
  BOOST_TEST(refused.error().message.find("calls are not understood") != std::string::npos);
  BOOST_TEST(!refused.error().outcome_unknown);
}

BOOST_DATA_TEST_CASE(what_can_not_be_sent_is_refused, boost::unit_test::data::make(every_way), one) {
  scene s{one};
  BOOST_TEST(code_of(s.indexes.create("A", placed)) == errc::invalid_argument);
  BOOST_TEST(code_of(s.indexes.create("a", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.indexes.start("")) == errc::invalid_argument);
  BOOST_TEST(code_of(s.indexes.stop("a:b")) == errc::invalid_argument);
  BOOST_TEST(code_of(s.indexes.remove("")) == errc::invalid_argument);
  BOOST_TEST(code_of(s.indexes.get("")) == errc::invalid_argument);
  BOOST_TEST(code_of(s.indexes.list({.deadline = 0ms})) == errc::invalid_argument);
}

BOOST_DATA_TEST_CASE(who_does_not_operate_the_server_may_look_alone, boost::unit_test::data::make(every_way), one) {
  scene s{one, {.authentication = true}};
  require_done(s.events.create_user("jane", "first", {.call = in_time}));
  const auto by_jane = as("jane", "first");
  BOOST_TEST(code_of(s.indexes.create("a", placed, {.call = by_jane})) == errc::access_denied);
  require_done(s.indexes.create("a", placed, {.call = as("ops", "changeit")}));
  BOOST_TEST(code_of(s.indexes.start("a", by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.indexes.stop("a", by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.indexes.remove("a", by_jane)) == errc::access_denied);
  require_done(s.indexes.get("a", by_jane));
  require_done(s.indexes.list(by_jane));
}

BOOST_DATA_TEST_CASE(a_server_without_them_does_not_offer_them, boost::unit_test::data::make(every_way), one) {
  scene s{one, {.user_indexes = false}};
  BOOST_TEST(code_of(s.indexes.create("a", placed)) == errc::unsupported);
  BOOST_TEST(code_of(s.indexes.start("a")) == errc::unsupported);
  BOOST_TEST(code_of(s.indexes.stop("a")) == errc::unsupported);
  BOOST_TEST(code_of(s.indexes.remove("a")) == errc::unsupported);
  BOOST_TEST(code_of(s.indexes.get("a")) == errc::unsupported);
  BOOST_TEST(code_of(s.indexes.list()) == errc::unsupported);
  BOOST_TEST(code_of(s.read(event_filter::user_index("a"))) == errc::index_not_found);
}

BOOST_DATA_TEST_CASE(a_follower_has_the_indexes_that_the_leader_makes, boost::unit_test::data::make(every_way), one) {
  fixtures::cluster nodes{fixtures::quick_cluster()};
  nodes.settle();
  way_in through_leader{fixtures::connect(one, settings_for(nodes.connection_string()))};
  require_done(through_leader.create("by-country", placed));
  way_in through_follower{fixtures::connect(one, settings_for(nodes.connection_string_of(nodes.some_follower())))};
  fixtures::wait_until("the index on a follower", [&follower = *through_follower.db] {
    return follower.ask(get_index{"by-country", in_time}).has_value();
  });
  BOOST_TEST((through_follower.get("by-country").value() == index_info{"by-country", placed, index_state::started}));
}

BOOST_AUTO_TEST_SUITE_END()
