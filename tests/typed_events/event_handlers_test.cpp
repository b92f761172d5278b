// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <kdb/event_handlers.hpp>

#include "tests/typed_events/shop.hpp"

using namespace kdb;
using shop::order_placed;
using shop::order_shipped;
using shop::shop_closed;

namespace {

/// One event of each fate.
event_batch mixed() {
  return shop::batch_of({to_event(order_placed{"book", 2}).value(), shop::event("order-lost", "{}"),
                         shop::event("order-placed", "broken"), to_event(shop_closed{}).value()});
}

consumer_batch consumed(const event_batch& events) {
  return {events, std::vector<std::uint32_t>(events.size()), 1};
}

/// Hands out all events whatever becomes of each, and returns the errors.
template <class Handlers>
std::vector<std::string> handle_each(Handlers& handlers, const event_batch& batch) {
  std::vector<std::string> errors;
  for (const auto& event : batch.events())
    if (const auto done = handlers(event); !done)
      errors.push_back(done.error().message);
  return errors;
}

void count_closed(const shop_closed&, const resolved_event&) noexcept {}

} // namespace

BOOST_AUTO_TEST_SUITE(handlers_of_events)

BOOST_AUTO_TEST_CASE(each_event_goes_to_the_handler_of_its_type) {
  std::string log;
  event_handlers handlers{
    [&](const order_placed& order) { log += order.item + std::to_string(order.quantity); },
    [&](shop_closed, const resolved_event& event) { log += " closed at " + std::to_string(event.revision().value); }};
  const std::vector<std::string> errors{
    "the event order-placed at revision 2 of orders can't be decoded: its data are not JSON, byte 1 is wrong"};
  BOOST_TEST(handle_each(handlers, mixed()) == errors, boost::test_tools::per_element());
  BOOST_TEST(log == "book2 closed at 3");
}

BOOST_AUTO_TEST_CASE(unknown_events_go_to_the_handler_for_them) {
  std::string log;
  event_handlers handlers{[&](const order_placed&) {}, [&](const shop_closed&) {},
                          [&](const resolved_event& event) { log += event.type(); }};
  BOOST_TEST(handle_each(handlers, mixed()).size() == 1u);
  BOOST_TEST(log == "order-lost");
}

BOOST_AUTO_TEST_CASE(unknown_events_can_be_refused) {
  event_handlers handlers{refuse_unknown, [&](const order_placed&) {}, count_closed};
  const auto errors = handle_each(handlers, mixed());
  BOOST_REQUIRE(errors.size() == 2u);
  BOOST_TEST(errors[0] == "the event order-lost at revision 1 of orders can't be decoded: there is no handler for its type");
}

BOOST_AUTO_TEST_CASE(broken_events_go_to_the_handler_for_them) {
  std::string log;
  event_handlers handlers{[&](const order_placed&) { log += "placed "; },
                          [&](const error& error, const resolved_event& event) {
                            log += std::string{to_string(error.code)} + " " + std::to_string(event.revision().value);
                          }};
  BOOST_TEST(handle_each(handlers, mixed()).empty());
  BOOST_TEST(log == "placed protocol_error 2");
}

BOOST_AUTO_TEST_CASE(a_batch_is_handled_until_an_event_fails) {
  int placed = 0, closed = 0;
  event_handlers handlers{[&](const order_placed&) { ++placed; }, [&](const shop_closed&) { ++closed; }};
  const auto done = handlers(mixed());
  BOOST_TEST((done.error().code == errc::protocol_error));
  BOOST_TEST(placed == 1);
  BOOST_TEST(closed == 0);
  BOOST_TEST(handlers(shop::batch_of({to_event(shop_closed{}).value()})).has_value());
  BOOST_TEST(closed == 1);
}

BOOST_AUTO_TEST_CASE(the_error_of_a_handler_is_the_result) {
  event_handlers handlers{[](const order_placed&) -> result<void> {
                            return unexpected{errc::access_denied, "not today"};
                          },
                          [](const shop_closed&) -> result<void> { return {}; }};
  BOOST_TEST((handlers(mixed()).error().code == errc::access_denied));
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_handler_passes_through) {
  event_handlers handlers{[](const order_placed&) { throw std::runtime_error{"the handler's own"}; }};
  BOOST_CHECK_THROW((void)handlers(mixed()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(handlers_may_return_values) {
  event_handlers price{[](const order_placed& order) { return order.quantity * 10; },
                       [](const order_shipped&) -> result<int> {
                         return unexpected{errc::access_denied, "not shipped"};
                       },
                       [](const resolved_event&) { return 0; }};
  const auto batch =
    shop::batch_of({to_event(order_placed{"book", 2}).value(), to_event(order_shipped{}).value(), shop::event("x", "")});
  std::vector<int> prices;
  for (const auto& event : batch.events())
    prices.push_back(price(event).value_or(-1));
  BOOST_TEST(prices == (std::vector{20, -1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(handlers_own_what_they_hold_and_take_values_by_moving) {
  auto kept = std::make_unique<std::vector<order_placed>>();
  auto* all = kept.get();
  event_handlers handlers{[kept = std::move(kept)](order_placed&& order) { kept->push_back(std::move(order)); }, count_closed};
  BOOST_TEST(handle_each(handlers, mixed()).size() == 1u);
  BOOST_TEST(all->at(0).item == "book");
}

BOOST_AUTO_TEST_CASE(a_broken_link_is_unknown) {
  recorded_event_builder built;
  built.stream("$ce-orders").type("$>").data("0@orders-1");
  const auto& link = built.get();
  int unknown = 0;
  event_handlers handlers{[](const order_placed&) {}, [&](const resolved_event& event) { unknown += event.is_broken_link(); }};
  BOOST_TEST(handlers(resolved_event{nullptr, &link}).has_value());
  BOOST_TEST(unknown == 1);
}

BOOST_AUTO_TEST_CASE(the_outcomes_of_a_group_park_what_can_not_be_handled) {
  event_handlers handlers{[](const order_placed&) {},
                          [](const shop_closed&) -> result<void> {
                            return unexpected{errc::access_denied, "it is night"};
                          }};
  const auto outcomes = handlers(consumed(mixed()));
  BOOST_REQUIRE(outcomes.each.size() == 4u);
  BOOST_TEST(outcomes.each[0].is_ack());
  BOOST_TEST(outcomes.each[1].is_ack()); // Unknown, and skipped.
  BOOST_TEST((outcomes.each[2].action() == nack_action::park));
  BOOST_TEST(outcomes.each[2].reason().find("order-placed at revision 2") != std::string::npos);
  BOOST_TEST((outcomes.each[3] == outcome::nack(nack_action::park, "it is night")));
}

BOOST_AUTO_TEST_CASE(handlers_of_a_group_may_choose_the_outcome) {
  event_handlers handlers{[](const order_placed&) { return outcome::nack(nack_action::retry, "later"); },
                          [](const error&, const resolved_event&) { return outcome::nack(nack_action::skip); },
                          [](const resolved_event&) { return outcome::ack(); }};
  const auto outcomes = handlers(consumed(mixed()));
  BOOST_REQUIRE(outcomes.each.size() == 4u);
  BOOST_TEST((outcomes.each[0].action() == nack_action::retry));
  BOOST_TEST(outcomes.each[1].is_ack());
  BOOST_TEST((outcomes.each[2].action() == nack_action::skip));
  BOOST_TEST(outcomes.each[3].is_ack());
}

BOOST_AUTO_TEST_CASE(the_types_make_a_filter) {
  const event_handlers handlers{[](const order_placed&) {}, refuse_unknown, count_closed};
  BOOST_TEST(handlers.types() == (std::vector<std::string>{"order-placed", "shop-closed"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
