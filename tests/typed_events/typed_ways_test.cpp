// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include <kdb/typed_actors.hpp>

#include "tests/fixtures/ways_in.hpp"
#include "tests/typed_events/shop.hpp"

KDB_EVENT_MESSAGES(typed_events_shop, 1570, shop::order_placed, shop::order_shipped, shop::shop_closed)

using namespace kdb;
using shop::order_placed;
using shop::order_shipped;
using shop::shop_closed;

namespace {

[[maybe_unused]] const auto messages_are_known = (kdb::init_caf<kdb_block::typed_events_shop>(), true);

using order_event = std::variant<order_placed, order_shipped, shop_closed>;

/// What all tests append: values, and between them an event of an old version and one of an unknown type.
std::vector<new_event> history() {
  auto events = to_events(order_placed{"book", 2}, order_shipped{"post"}, shop_closed{}).value();
  events.insert(events.begin() + 1, shop::event("order-placed", R"({"sku":"pen"})"));
  events.insert(events.begin() + 2, shop::event("order-lost", "{}"));
  return events;
}
const std::string told = "book2;pen1;post;closed;";

/// Handlers that tell what they took.
auto telling(std::string& log) {
  return event_handlers{[&](const order_placed& order) { log += order.item + std::to_string(order.quantity) + ";"; },
                        [&](const order_shipped& order) { log += order.carrier + ";"; },
                        [&](const shop_closed&) { log += "closed;"; }};
}

struct in_every_way {
  fixtures::server server;
  fixtures::own_names names;
  std::string stream = names("orders");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(typed_ways, in_every_way)

BOOST_DATA_TEST_CASE(values_are_appended_and_read, boost::unit_test::data::make(fixtures::every_way), way) {
  const auto client = fixtures::connect(way, server.settings());
  fixtures::require_done(client->append(stream, stream_state::no_stream, history()));
  std::string log;
  auto handlers = telling(log);
  const auto reading = client->read_stream(stream);
  for (auto batch = reading->next().value(); !batch.empty(); batch = reading->next().value())
    fixtures::require_done(handlers(batch));
  fixtures::require_done(reading->finish());
  BOOST_TEST(log == told);
}

BOOST_DATA_TEST_CASE(values_are_followed, boost::unit_test::data::make(fixtures::every_way), way) {
  const auto client = fixtures::connect(way, server.settings());
  fixtures::require_done(client->append(stream, stream_state::no_stream, history()));
  std::string log;
  auto handlers = telling(log);
  const auto subscription = client->subscribe_to_stream(stream).value();
  while (log.size() < told.size()) {
    const auto batch = subscription->next().value();
    BOOST_REQUIRE(!batch.empty());
    fixtures::require_done(handlers(batch));
  }
  BOOST_TEST(log == told);
}

BOOST_DATA_TEST_CASE(the_types_of_handlers_filter_at_the_server, boost::unit_test::data::make(fixtures::every_way), way) {
  const auto client = fixtures::connect(way, server.settings());
  fixtures::require_done(client->append(stream, stream_state::no_stream, history()));
  int shipped = 0;
  event_handlers handlers{[&](const order_shipped&, const resolved_event& event) { shipped += event.stream() == stream; },
                          refuse_unknown};
  const auto reading = client->read_all({.filter = event_filter::include_types(handlers.types())});
  for (auto batch = reading->next().value(); !batch.empty(); batch = reading->next().value())
    fixtures::require_done(handlers(batch));
  fixtures::require_done(reading->finish());
  BOOST_TEST(shipped == 1);
}

BOOST_DATA_TEST_CASE(a_group_parks_what_is_broken, boost::unit_test::data::make(fixtures::every_way), way) {
  const auto client = fixtures::connect(way, server.settings());
  auto events = history();
  events.insert(events.begin(), shop::event("order-placed", "broken"));
  fixtures::require_done(client->append(stream, stream_state::no_stream, events));
  const auto group = names("shipping");
  fixtures::require_done(client->create_group(stream, group));
  std::string log;
  auto handlers = telling(log);
  const auto consumer = client->consume({stream, group}).value();
  while (log.size() < told.size()) {
    const auto batch = consumer->next().value();
    BOOST_REQUIRE(!batch.empty());
    fixtures::require_done(consumer->answer(batch, handlers(batch)));
  }
  BOOST_TEST(log == told);
  fixtures::wait_until("the parked event", [&] { return client->get_group_info({stream, group}).value().parked == 1; });
}

BOOST_DATA_TEST_CASE(an_event_that_can_not_be_decoded_is_named, boost::unit_test::data::make(fixtures::every_way), way) {
  const auto client = fixtures::connect(way, server.settings());
  fixtures::require_done(client->append(stream, stream_state::no_stream,
                                        {to_event(order_placed{"book"}).value(), new_event::binary("order-placed", "\x01")}));
  const auto reading = client->read_stream(stream);
  std::string log;
  auto handlers = telling(log);
  result<void> done;
  for (auto batch = reading->next().value(); done && !batch.empty(); batch = reading->next().value())
    done = handlers(batch);
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.error().message ==
             "the event order-placed at revision 1 of " + stream + " can't be decoded: its data are binary, not JSON");
}

namespace {

struct followed {
  std::mutex mutex;
  std::string log;
  void note(const std::string& line) {
    std::lock_guard lock{mutex};
    log += line;
  }
  bool has(std::string_view text) {
    std::lock_guard lock{mutex};
    return log.find(text) != std::string::npos;
  }
};

caf::behavior shipping(caf::event_based_actor* self, client_actor db, std::string stream, followed* got) {
  any_caf::request(
    self, db, caf::infinite,
    subscribe_to_stream{.stream = stream, .subscriber = typed_subscriber<order_placed, order_shipped, shop_closed>(self)})
    .then([](const subscription_actor&) {}, [=](const caf::error& cause) { self->quit(cause); });
  return {
    [=](const order_placed& order) { got->note(order.item + std::to_string(order.quantity) + ";"); },
    [=](const order_shipped& order) { got->note(order.carrier + ";"); },
    [=](const shop_closed&) { got->note("closed;"); },
    [=](const subscription_ended& end) { got->note(to_string(end)); },
  };
}

} // namespace

BOOST_AUTO_TEST_CASE(an_actor_follows_events_as_messages_and_learns_which_one_is_broken) {
  followed got;
  owned_system system;
  const auto db = spawn_client(system.system(), server.settings()).value();
  caf::scoped_actor self{system.system()};
  const auto append = [&](std::vector<new_event> events) {
    any_caf::request(self, db, caf::infinite, append_to_stream{.stream = stream, .events = std::move(events)})
      .receive([](const append_result&) {}, [](const caf::error& cause) { BOOST_FAIL(error::from(cause).message); });
  };
  append(history());
  const auto receiver = self->spawn(shipping, db, stream, &got);
  fixtures::wait_until("the events", [&] { return got.has(told); });
  append({shop::event("order-placed", "broken", R"({"schemaVersion":3})")});
  fixtures::wait_until("the end", [&] { return got.has("subscriber_failed"); });
  any_caf::request(self, db, caf::infinite, kdb::close{}).receive([] {}, [](const caf::error&) {});
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
  std::lock_guard lock{got.mutex};
  BOOST_TEST(got.log.find("order-placed at revision 5 of " + stream) != std::string::npos, got.log);
}

BOOST_AUTO_TEST_SUITE_END()
