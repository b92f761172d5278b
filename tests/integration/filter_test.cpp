// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <algorithm>

// Filters on $all and the checkpoints of filtered subscriptions.
namespace kdb::integration {

namespace {

new_event of_type(const std::string& type) {
  return new_event::json(type, "{}");
}

std::vector<new_event> many(std::size_t count, const std::string& type) {
  std::vector<new_event> events;
  for (std::size_t i = 0; i < count; ++i)
    events.push_back(of_type(type));
  return events;
}

event_filter orders(const scenario& s, std::uint32_t window) {
  auto filter = event_filter::stream_prefixes({s.named("orders-")});
  filter.window(window);
  return filter;
}

/// The place of an item, if it has one that counts for resuming.
std::optional<log_position> place_of(const batch_item& item) {
  if (const auto* event = std::get_if<resolved_event>(&item))
    return event->position();
  if (const auto* passed = std::get_if<checkpoint>(&item))
    return passed->position;
  return std::nullopt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(filters)

KDB_SCENARIO(the_head_position_with_a_filter_is_that_of_the_last_match) {
  scenario s{which};
  const auto paid =
    value_of(s.client->append(s.named("orders-1"), stream_state::any, {of_type(s.named("placed")), of_type(s.named("paid"))}));
  value_of(s.client->append(s.named("users-1"), stream_state::any, {of_type(s.named("placed"))}));
  const auto last_of = [&](event_filter filter) {
    return value_of(s.client->get_commit_position({.filter = std::move(filter)}));
  };
  BOOST_TEST((last_of(event_filter::include_types({s.named("paid")})) == paid.position));
  BOOST_TEST((last_of(event_filter::stream_prefixes({s.named("orders-")})) == paid.position));
  BOOST_TEST((last_of(event_filter::include_types({s.named("placed")})) == value_of(s.client->get_commit_position())));
}

KDB_SCENARIO(the_head_position_of_a_filter_without_a_match_is_zero) {
  scenario s{which};
  value_of(s.client->append(s.named("orders-1"), stream_state::any, {of_type(s.named("placed"))}));
  const auto none = value_of(s.client->get_commit_position({.filter = event_filter::include_types({s.named("nowhere")})}));
  BOOST_TEST((none == log_position{0, 0}));
}

KDB_SCENARIO(a_filter_that_can_match_nothing_is_refused_wherever_it_is_given) {
  scenario s{which};
  const auto never = event_filter::type_prefixes({});
  BOOST_TEST(error_of(read_to_end(s.client->read_all({.filter = never})).end).code == errc::invalid_argument);
  BOOST_TEST(error_of(s.client->get_commit_position({.filter = never})).code == errc::invalid_argument);
  BOOST_TEST(error_of(s.client->subscribe_to_all({.filter = never})).code == errc::invalid_argument);
}

KDB_SCENARIO(checkpoints_stand_in_order_among_the_events_of_a_filtered_subscription) {
  scenario s{which};
  const auto begin = s.begin();
  for (int i = 0; i < 5; ++i) {
    value_of(s.client->append(s.named("noise"), stream_state::any, many(100, "n")));
    value_of(s.client->append(s.named("orders-1"), stream_state::any, many(2, "placed")));
  }
  value_of(s.client->append(s.named("noise"), stream_state::any, many(100, "n")));
  const auto subscription = value_of(s.client->subscribe_to_all({.from = begin, .filter = orders(s, 32)}));
  const auto all = follow_until_caught_up(*subscription);
  BOOST_TEST(all.count() == 10u);
  log_position last;
  std::size_t checkpoints = 0;
  for (const auto& batch : all.batches)
    for (const auto& item : batch)
      if (const auto place = place_of(item)) {
        BOOST_TEST((*place >= last));
        last = *place;
        checkpoints += std::holds_alternative<checkpoint>(item) ? 1 : 0;
      }
  BOOST_TEST(checkpoints >= 5u); // At least one within each hundred that does not match.
}

KDB_SCENARIO(a_subscription_from_any_checkpoint_misses_and_repeats_nothing) {
  scenario s{which};
  const auto begin = s.begin();
  for (int i = 0; i < 5; ++i) {
    value_of(s.client->append(s.named("noise"), stream_state::any, many(70, "n")));
    value_of(s.client->append(s.named("orders-1"), stream_state::any, many(2, "placed")));
  }
  const auto all = follow_until_caught_up(*value_of(s.client->subscribe_to_all({.from = begin, .filter = orders(s, 16)})));
  std::size_t seen = 0, tried = 0;
  for (const auto& batch : all.batches)
    for (const auto& item : batch) {
      seen += std::holds_alternative<resolved_event>(item) ? 1 : 0;
      const auto* passed = std::get_if<checkpoint>(&item);
      if (!passed)
        continue;
      ++tried;
      const auto rest =
        follow_until_caught_up(*value_of(s.client->subscribe_to_all({.from = passed->position, .filter = orders(s, 16)})));
      auto expected = numbers(seen, 10);
      BOOST_TEST(rest.revisions() == expected, boost::test_tools::per_element());
    }
  BOOST_TEST(tried >= 5u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
