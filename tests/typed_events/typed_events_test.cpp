// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <kdb/typed_events.hpp>

#include "tests/typed_events/shop.hpp"

using namespace kdb;
using nlohmann::json;
using shop::order_placed;
using shop::order_shipped;
using shop::shop_closed;

namespace {

/// An event of one of the types, and the value that it is read as.
struct readable {
  const char* name;
  std::string data;
  std::string metadata;
  order_placed value;
  friend std::ostream& operator<<(std::ostream& out, const readable& row) { return out << row.name; }
};

const std::vector<readable> all_readable{
  {"this version", R"({"item":"book","quantity":2})", R"({"schemaVersion":3})", {"book", 2}},
  {"members that the type does not have",
   R"({"item":"book","quantity":2,"gift":true})",
   R"({"schemaVersion":3,"by":"web"})",
   {"book", 2}},
  {"version 2", R"({"sku":"book","quantity":2})", R"({"schemaVersion":2})", {"book", 2}},
  {"version 1", R"({"sku":"book"})", R"({"schemaVersion":1})", {"book", 1}},
  {"no metadata: version 1", R"({"sku":"book"})", "", {"book", 1}},
  {"metadata without a version", R"({"sku":"book"})", R"({"$traceId":"00"})", {"book", 1}},
  {"metadata that are a list", R"({"sku":"book"})", R"(["schemaVersion"])", {"book", 1}},
  {"metadata that are not JSON", R"({"sku":"book"})", "schemaVersion=3", {"book", 1}},
  {"the key in another value", R"({"sku":"book"})", R"({"note":"schemaVersion"})", {"book", 1}},
};

/// An event that can't be read, and what the error says of it.
struct broken {
  const char* name;
  new_event event;
  std::string reason;
  friend std::ostream& operator<<(std::ostream& out, const broken& row) { return out << row.name; }
};

const std::string v3 = R"({"schemaVersion":3})";
const std::vector<broken> all_broken{
  {"no JSON", shop::event("order-placed", R"({"item":secret})", v3), "its data are not JSON, byte 9 is wrong"},
  {"half an object", shop::event("order-placed", R"({"item":"secret)", v3), "its data are not JSON, byte 16 is wrong"},
  {"not UTF-8", shop::event("order-placed", "{\"item\":\"secret\xff\"}", v3), "its data are not JSON, byte 16 is wrong"},
  {"another shape", shop::event("order-placed", R"(["secret"])", v3), "cannot use at() with array"},
  {"a member is missing", shop::event("order-placed", R"({"item":"secret"})", v3), "key 'quantity' not found"},
  {"a member of another type", shop::event("order-placed", R"({"item":4711,"quantity":1})", v3),
   "type must be string, but is number"},
  {"null", shop::event("order-placed", "null", v3), "cannot use at() with null"},
  {"no data", shop::event("order-placed", "", v3), "it has no data"},
  {"binary", new_event::binary("order-placed", R"({"item":"secret","quantity":1})", v3), "its data are binary, not JSON"},
  {"a newer version", shop::event("order-placed", "{}", R"({"schemaVersion":4})"),
   "its version is 4, and this program knows versions up to 3"},
  {"version 0", shop::event("order-placed", "{}", R"({"schemaVersion":0})"),
   "the schemaVersion of its metadata is not a number from 1 on"},
  {"a negative version", shop::event("order-placed", "{}", R"({"schemaVersion":-1})"), "is not a number from 1 on"},
  {"half a version", shop::event("order-placed", "{}", R"({"schemaVersion":1.5})"), "is not a number from 1 on"},
  {"a version in words", shop::event("order-placed", "{}", R"({"schemaVersion":"3"})"), "is not a number from 1 on"},
  {"an upcast fails", shop::event("order-placed", R"({"item":"secret"})", R"({"schemaVersion":2})"),
   "the upcast from version 2 failed: key 'sku' not found"},
  {"an upcast meets another shape", shop::event("order-placed", R"(["secret"])"),
   "the upcast from version 1 failed: cannot use operator[]"},
  {"another type", shop::event("order-lost", R"({"item":"secret"})"), "its type is not order-placed"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(typed_events)

BOOST_DATA_TEST_CASE(an_event_of_any_known_version_becomes_a_value, boost::unit_test::data::make(all_readable), row) {
  BOOST_TEST((from_event<order_placed>(shop::event("order-placed", row.data, row.metadata)).value() == row.value));
}

BOOST_DATA_TEST_CASE(a_broken_event_is_an_error_that_names_it_and_shows_no_data, boost::unit_test::data::make(all_broken), row) {
  const auto batch = shop::batch_of({shop::event("x", ""), row.event});
  const auto value = from_event<order_placed>(*std::next(batch.events().begin()));
  BOOST_REQUIRE(!value);
  BOOST_TEST((value.error().code == errc::protocol_error));
  BOOST_TEST(value.error().message.starts_with("the event " + row.event.type + " at revision 1 of orders can't be decoded: "),
             value.error().message);
  BOOST_TEST(value.error().message.find(row.reason) != std::string::npos, value.error().message);
  BOOST_TEST(value.error().message.find("secret") == std::string::npos, value.error().message);
  BOOST_TEST(!value.error().retry_can_help);
}

BOOST_AUTO_TEST_CASE(a_value_becomes_an_event_with_its_version) {
  const auto placed = to_event(order_placed{"book", 2}).value();
  BOOST_TEST(placed.type == "order-placed");
  BOOST_TEST(placed.data == R"({"item":"book","quantity":2})");
  BOOST_TEST(placed.metadata == R"({"schemaVersion":3})");
  BOOST_TEST((placed.content_type == content_type::json));
  BOOST_TEST((from_event<order_placed>(placed).value() == order_placed{"book", 2}));
  BOOST_TEST((placed.id != to_event(order_placed{"book", 2}).value().id));
}

BOOST_AUTO_TEST_CASE(version_1_writes_no_metadata) {
  const auto shipped = to_event(order_shipped{"post"}).value();
  BOOST_TEST(shipped.type == "order-shipped");
  BOOST_TEST(shipped.data == R"({"carrier":"post"})");
  BOOST_TEST(shipped.metadata == "");
  BOOST_TEST((from_event<order_shipped>(shipped).value() == order_shipped{"post"}));
}

BOOST_AUTO_TEST_CASE(a_type_without_members_is_an_empty_object_and_takes_any_data) {
  const auto closed = to_event(shop_closed{}).value();
  BOOST_TEST(closed.data == "{}");
  BOOST_TEST(from_event<shop_closed>(closed).has_value());
  BOOST_TEST(from_event<shop_closed>(shop::event("shop-closed", "")).has_value());
  BOOST_TEST(from_event<shop_closed>(new_event::binary("shop-closed", "\xff")).has_value());
  BOOST_TEST(!from_event<shop_closed>(shop::event("shop-closed", "", R"({"schemaVersion":2})")).has_value());
}

BOOST_AUTO_TEST_CASE(metadata_are_kept_and_a_foreign_version_is_not) {
  BOOST_TEST(to_event(order_placed{}, {{"$correlationId", "7"}}).value().metadata ==
             R"({"$correlationId":"7","schemaVersion":3})");
  BOOST_TEST(to_event(order_placed{}, {{"schemaVersion", 9}}).value().metadata == R"({"schemaVersion":3})");
  BOOST_TEST(to_event(order_shipped{}, {{"schemaVersion", 9}, {"by", "web"}}).value().metadata == R"({"by":"web"})");
}

BOOST_AUTO_TEST_CASE(metadata_that_are_no_object_are_refused) {
  for (const json& metadata : {json("text"), json(7), json(true), json::array({1})}) {
    const auto event = to_event(order_placed{}, metadata);
    BOOST_REQUIRE(!event);
    BOOST_TEST((event.error().code == errc::invalid_argument));
    BOOST_TEST(event.error().get<bad_argument>()->name == "metadata");
    BOOST_TEST(event.error().get<bad_argument>()->accepted == "a JSON object, or null");
  }
}

BOOST_AUTO_TEST_CASE(a_value_that_has_no_json_is_refused_and_not_mangled) {
  const auto event = to_event(order_placed{"secret\xff"});
  BOOST_REQUIRE(!event);
  BOOST_TEST((event.error().code == errc::invalid_argument));
  BOOST_TEST(event.error().get<bad_argument>()->name == "order-placed");
  BOOST_TEST(event.error().message.find("secret") == std::string::npos, event.error().message);
  BOOST_TEST(!to_event(order_placed{}, {{"by", "\xff"}}));
}

BOOST_AUTO_TEST_CASE(several_values_become_events_in_their_order) {
  const auto types = [](const std::vector<new_event>& events) {
    std::string all;
    for (const auto& each : events)
      all += each.type + " " + each.metadata + ";";
    return all;
  };
  using order_event = std::variant<order_placed, order_shipped>;
  BOOST_TEST(types(to_events(order_placed{}, shop_closed{}, order_event{order_shipped{}}).value()) ==
             R"(order-placed {"schemaVersion":3};shop-closed ;order-shipped ;)");
  BOOST_TEST(types(to_events(std::vector<order_event>{order_shipped{}, order_placed{}}, {{"by", "web"}}).value()) ==
             R"(order-shipped {"by":"web"};order-placed {"by":"web","schemaVersion":3};)");
  BOOST_TEST(types(to_events(std::vector<shop_closed>(2)).value()) == "shop-closed ;shop-closed ;");
  BOOST_TEST(to_events(std::vector<order_event>{}).value().empty());
  BOOST_TEST((to_events(order_placed{}, order_placed{"\xff"}, shop_closed{}).error().code == errc::invalid_argument));
  BOOST_TEST((to_events(std::vector{order_placed{"\xff"}}).error().code == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(the_type_of_an_event_can_be_asked) {
  const auto batch = shop::batch_of({to_event(order_placed{}).value()});
  const auto& event = *batch.events().begin();
  BOOST_TEST(is<order_placed>(event));
  BOOST_TEST(is<order_placed>(event.event()));
  BOOST_TEST(is<order_placed>(owned_event{event}));
  BOOST_TEST(!is<shop_closed>(event));
}

BOOST_AUTO_TEST_CASE(a_broken_link_is_an_event_of_another_type) {
  recorded_event_builder built;
  built.stream("$ce-orders").type("$>").data("0@orders-1").revision(stream_revision{5});
  const auto& link = built.get();
  const resolved_event event{nullptr, &link};
  BOOST_TEST(from_event<order_placed>(event).error().message ==
             "the event $> at revision 5 of $ce-orders can't be decoded: its type is not order-placed");
}

BOOST_AUTO_TEST_SUITE_END()
