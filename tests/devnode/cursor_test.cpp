// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/store_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kdb::development;
using namespace kdb::development::testing;

namespace {

std::vector<std::string> names(cursor& from, int budget = 1000) {
  std::vector<std::string> seen;
  while (auto found = from.next(budget))
    seen.push_back(found->owner->name + ":" + std::to_string(found->revision));
  return seen;
}

using list = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(cursors, store_fixture)

BOOST_AUTO_TEST_CASE(streams_are_read_inclusively_in_both_directions) {
  append("s", 4);
  BOOST_TEST((forwards("s", 2) == numbers{2, 3}));
  BOOST_TEST((forwards("s", 9) == numbers{}));
  BOOST_TEST((backwards("s", 2) == numbers{2, 1, 0}));
  BOOST_TEST((backwards("s", 9) == numbers{3, 2, 1, 0}));
  BOOST_TEST((forwards("missing") == numbers{}));
  BOOST_TEST((backwards("missing", 9) == numbers{}));
}

BOOST_AUTO_TEST_CASE(a_cursor_goes_on_with_what_is_written_meanwhile) {
  stream_forwards cursor{events, "s", 0};
  BOOST_TEST((revisions(cursor) == numbers{}));
  append("s", 2);
  BOOST_TEST((revisions(cursor) == numbers{0, 1}));
  append("s", 1);
  BOOST_TEST(cursor.behind() == 1);
  BOOST_TEST((revisions(cursor) == numbers{2}));
  BOOST_TEST(cursor.behind() == 0);
}

BOOST_AUTO_TEST_CASE(a_follower_sees_what_max_count_hides_from_readers) {
  append("s", 1);
  metadata("s", R"({"$maxCount":1})");
  stream_forwards follower{events, "s", 1}, reader{events, "s", 1};
  follower.ignore_truncation(true);
  append("s", 3);
  BOOST_TEST((revisions(follower) == numbers{1, 2, 3}));
  BOOST_TEST((revisions(reader) == numbers{3}));
}

BOOST_AUTO_TEST_CASE(a_tombstone_is_the_last_event_of_a_stream_that_is_followed) {
  append("s", 1);
  stream_forwards cursor{events, "s", 0}, reader{events, "s", 0};
  cursor.include_tombstone();
  events.tombstone("s", expected_state::any());
  BOOST_TEST((revisions(cursor) == numbers{0, tombstone_revision}));
  BOOST_TEST((revisions(cursor) == numbers{}));
  BOOST_TEST((revisions(reader) == numbers{0}));
}

BOOST_AUTO_TEST_CASE(all_is_read_inclusively_upwards_and_exclusively_downwards) {
  auto from = events.events().size();
  append("a", 1);
  auto middle = *append("b", 1).position;
  append("a", 1);
  auto index = events.events().index_of(middle);
  all_forwards up{events, index, {}};
  BOOST_TEST((names(up) == list{"b:0", "a:1"}));
  all_backwards down{events, index, {}};
  BOOST_TEST((names(down, static_cast<int>(index - from)) == list{"a:0"}));
  all_forwards beyond{events, events.events().index_of(123'456'789'012), {}};
  BOOST_TEST((names(beyond) == list{}));
}

BOOST_AUTO_TEST_CASE(a_search_stops_when_its_budget_is_used_up_and_goes_on_later) {
  auto from = events.events().size();
  append("dull", 100);
  append("wanted", 1);
  all_forwards cursor{events, from, prefix_filter(filter_subject::stream_name, {"want"})};
  int budget = 40;
  BOOST_TEST(cursor.next(budget) == nullptr);
  BOOST_TEST(budget == 0);
  budget = 100;
  BOOST_TEST(cursor.next(budget)->owner->name == "wanted");
  BOOST_TEST(budget == 39);
  BOOST_TEST(cursor.next(budget) == nullptr);
  BOOST_TEST(budget > 0);
}

BOOST_AUTO_TEST_CASE(filters_look_at_names_or_types) {
  auto from = events.events().size();
  for (auto [stream, type] : {std::pair{"order-1", "placed"}, {"order-2", "paid"}, {"invoice-1", "paid"}}) {
    auto written = event("{}", type);
    events.append(stream, expected_state::any(), {&written, 1});
  }
  auto seen = [&](event_filter filter) {
    all_forwards cursor{events, from, std::move(filter)};
    return names(cursor);
  };
  using enum filter_subject;
  BOOST_TEST((seen(prefix_filter(stream_name, {"order-"})) == list{"order-1:0", "order-2:0"}));
  BOOST_TEST((seen(prefix_filter(event_type, {"x", "pa"})) == list{"order-2:0", "invoice-1:0"}));
  BOOST_TEST((seen(prefix_filter(event_type, {})) == list{}));
  BOOST_TEST((seen(regex_filter(stream_name, "-1$")) == list{"order-1:0", "invoice-1:0"}));
  BOOST_TEST((seen(regex_filter(event_type, "^[^a]")) == list{"order-1:0", "order-2:0", "invoice-1:0"}));
  BOOST_TEST((seen(regex_filter(stream_name, "^(?!order)")) == list{"invoice-1:0"}));
  BOOST_CHECK_THROW(regex_filter(event_type, "("), bad_pattern);
}

BOOST_AUTO_TEST_CASE(no_expression_can_stop_or_end_the_node) {
  auto from = events.events().size();
  append(std::string(50'000, 'a'), 1);
  all_forwards cursor{events, from, regex_filter(filter_subject::stream_name, "^(a|aa|.)*b$")};
  BOOST_CHECK_THROW(names(cursor), pattern_gave_up);
}

BOOST_AUTO_TEST_SUITE_END()
