// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <kdb/client.hpp>

#include "tests/fixtures/server.hpp"

using namespace std::chrono_literals;
using kdb::errc;
using kdb::event_filter;
using kdb::new_event;
using kdb::stream_state;

namespace {

struct fixture {
  kdb::fixtures::server server;
  kdb::fixtures::own_names named;
  const std::string a = named("a"), b = named("b"), none = named("none");
  kdb::client db = *kdb::client::connect(server.settings());
  /// Where this test's part of $all begins.
  const kdb::log_position begin = [this] {
    return db.append_to_stream(named("before"), stream_state::any, {new_event::json(named("before"), "{}")})
      .value()
      .position.value();
  }();

  void append(const std::string& stream, const std::string& type, int count = 1) {
    std::vector<new_event> events;
    for (auto i = 0; i < count; ++i)
      events.push_back(new_event::json(type, "{}"));
    BOOST_REQUIRE(db.append_to_stream(stream, stream_state::any, events).has_value());
  }

  /// Of this test's own streams.
  std::vector<std::string> types_in_all(event_filter filter, kdb::direction direction = kdb::forwards) {
    std::vector<std::string> types;
    const auto from = direction == kdb::forwards ? kdb::all_position{begin} : kdb::all_position{kdb::all_end};
    auto all = db.read_all({.direction = direction, .from = from, .filter = std::move(filter)});
    for (const auto& event : all.events()) {
      if (event.position() <= begin && direction == kdb::backwards)
        break;
      if (named.include(event.stream()) && event.position() > begin)
        types.emplace_back(event.type());
    }
    const auto end = all.finish();
    BOOST_TEST_REQUIRE(end.has_value());
    return types;
  }
};

template <class T>
errc code_of(const kdb::result<T>& outcome) {
  BOOST_REQUIRE(!outcome);
  return outcome.error().code;
}

using types = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(blocking, fixture)

BOOST_AUTO_TEST_CASE(a_deleted_stream_is_not_found_and_goes_on_with_the_next_revision) {
  append(a, "t", 3);
  BOOST_TEST((code_of(db.delete_stream(a, kdb::stream_revision{1})) == errc::wrong_expected_version));
  const auto deleted = db.delete_stream(a, kdb::stream_revision{2});
  BOOST_REQUIRE(deleted.has_value());
  BOOST_TEST(deleted->position.has_value());
  auto reading = db.read_stream(a);
  BOOST_TEST((code_of(reading.next()) == errc::stream_not_found));
  BOOST_TEST(!db.get_current_version(a)->has_value());
  const auto again = db.append_to_stream(a, stream_state::no_stream, {new_event::json("t", "{}")});
  BOOST_TEST((again->revision == kdb::stream_revision{3}));
}

BOOST_AUTO_TEST_CASE(what_a_wrong_deletion_expected_and_found_is_told) {
  append(a, "t", 3);
  const auto refused = db.tombstone_stream(a, stream_state::no_stream);
  BOOST_REQUIRE(!refused);
  const auto* versions = refused.error().get<kdb::version_mismatch>();
  BOOST_REQUIRE(versions);
  BOOST_TEST((versions->expected == stream_state::no_stream));
  BOOST_TEST((versions->actual == stream_state::revision(2)));
}

BOOST_AUTO_TEST_CASE(a_tombstone_is_for_ever) {
  append(a, "t");
  BOOST_REQUIRE(db.tombstone_stream(a, stream_state::any).has_value());
  BOOST_TEST((code_of(db.append_to_stream(a, stream_state::any, {new_event::json("t", "{}")})) == errc::stream_deleted));
  BOOST_TEST((code_of(db.get_current_version(a)) == errc::stream_deleted));
  BOOST_TEST((code_of(db.delete_stream(a, stream_state::any)) == errc::stream_deleted));
}

BOOST_AUTO_TEST_CASE(metadata_are_kept_and_take_effect) {
  BOOST_TEST((*db.get_stream_metadata(a) == kdb::metadata_result{}));
  const kdb::stream_metadata wanted{.max_count = 2, .custom = {{"owner", "\"me\""}}};
  BOOST_REQUIRE(db.set_stream_metadata(a, stream_state::no_stream, wanted).has_value());
  BOOST_TEST((code_of(db.set_stream_metadata(a, stream_state::no_stream, wanted)) == errc::wrong_expected_version));
  const auto found = db.get_stream_metadata(a);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->metadata == wanted));
  BOOST_TEST((found->revision == kdb::stream_revision{0}));
  append(a, "t", 5);
  auto reading = db.read_stream(a);
  auto count = 0;
  for (const auto& event : reading.events())
    count += event.has_event();
  BOOST_TEST(reading.finish().has_value());
  BOOST_TEST(count == 2);
}

BOOST_AUTO_TEST_CASE(metadata_out_of_range_are_refused_before_anything_is_sent) {
  BOOST_TEST((code_of(db.set_stream_metadata(a, stream_state::any, {.max_count = 0})) == errc::invalid_argument));
  BOOST_TEST(!db.get_stream_metadata(a)->revision.has_value());
}

BOOST_AUTO_TEST_CASE(system_settings_are_kept, *kdb::fixtures::needs_own_node()) {
  BOOST_TEST(!db.get_system_settings()->revision.has_value());
  const kdb::system_settings wanted{.user_stream_acl = kdb::stream_acl{.read = {{"$all"}}}};
  BOOST_REQUIRE(db.set_system_settings(stream_state::any, wanted).has_value());
  const auto found = db.get_system_settings();
  BOOST_TEST((found->settings == wanted));
  BOOST_TEST((found->revision == kdb::stream_revision{0}));
}

BOOST_AUTO_TEST_CASE(filters_select_by_type_and_by_stream_in_both_directions) {
  const auto placed = named("placed"), paid = named("paid"), late = named("placed.late");
  append(named("orders-1"), placed);
  append(named("orders-2"), paid);
  append(named("users-1"), placed);
  append(named("users-1"), late);
  BOOST_TEST((types_in_all(event_filter::include_types({placed})) == types{placed, placed}));
  BOOST_TEST((types_in_all(event_filter::type_prefixes({placed}), kdb::backwards) == types{late, placed, placed}));
  BOOST_TEST((types_in_all(event_filter::stream_prefixes({named("orders-")})) == types{placed, paid}));
  BOOST_TEST((types_in_all(event_filter::include_streams({named("users-1")})) == types{placed, late}));
  BOOST_TEST((types_in_all(event_filter::exclude_types({"$metadata", paid, late})) == types{placed, placed}));
  BOOST_TEST((types_in_all(event_filter::exclude_system_events()) == types{placed, paid, placed, late}));
  BOOST_TEST(
    (db.get_commit_position({.filter = event_filter::include_types({paid})})->commit < db.get_commit_position()->commit));
}

BOOST_AUTO_TEST_CASE(a_filtered_subscription_gets_checkpoints_in_order_with_its_events) {
  append(named("noise"), named("n"), 200);
  append(named("orders-1"), named("placed"));
  auto filter = event_filter::stream_prefixes({named("orders-")});
  filter.window(32);
  auto subscription = db.subscribe_to_all({.from = begin, .filter = filter});
  BOOST_REQUIRE(subscription.has_value());
  kdb::log_position last;
  auto checkpoints = 0, events = 0;
  for (auto live = false; !live;) {
    const auto batch = subscription->next(5s);
    BOOST_REQUIRE(batch.has_value());
    BOOST_REQUIRE(!batch->empty());
    for (const auto& item : *batch) {
      if (const auto* event = std::get_if<kdb::resolved_event>(&item)) {
        BOOST_TEST(event->position().commit > last.commit);
        last = event->position();
        ++events;
      } else if (const auto* passed = std::get_if<kdb::checkpoint>(&item)) {
        BOOST_TEST(passed->position.commit >= last.commit);
        last = passed->position;
        ++checkpoints;
      }
      live |= std::holds_alternative<kdb::caught_up>(item);
    }
  }
  BOOST_TEST(events == 1);
  BOOST_TEST(checkpoints >= 1);
}

BOOST_AUTO_TEST_CASE(a_filter_that_matches_nothing_is_refused) {
  auto all = db.read_all({.filter = event_filter::type_prefixes({})});
  BOOST_TEST((code_of(all.next()) == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(several_streams_are_appended_to_or_none) {
  const std::vector<kdb::stream_append> both{
    {.stream = a, .records = {{.schema_name = "t", .data = "{}", .properties = {{"n", 3}}}}, .expected = stream_state::no_stream},
    {.stream = b, .records = {{.schema_name = "t", .data = "\x01", .format = kdb::schema_format::bytes}, {.schema_name = "u"}}}};
  const auto done = db.append_to_streams(both);
  BOOST_REQUIRE_MESSAGE(done.has_value(), (done ? "" : to_string(done.error())));
  BOOST_TEST((done->streams == std::vector<kdb::records_result::stream>{{a, {0}}, {b, {1}}}));
  const std::vector<kdb::stream_append> conflict{
    {.stream = b, .records = {{.schema_name = "t"}}},
    {.stream = a, .records = {{.schema_name = "t"}}, .expected = stream_state::no_stream}};
  const auto refused = db.append_to_streams(conflict);
  BOOST_TEST((code_of(refused) == errc::wrong_expected_version));
  const auto* versions = refused.error().get<kdb::version_mismatch>();
  BOOST_REQUIRE(versions);
  BOOST_TEST(versions->stream == a);
  BOOST_TEST((db.get_current_version(b)->value() == kdb::stream_revision{1}));
}

BOOST_AUTO_TEST_CASE(records_are_appended_if_all_checks_hold_and_every_violation_is_told) {
  const std::vector<kdb::stream_record> records{{a, {.schema_name = "t"}}, {b, {.schema_name = "t"}}, {a, {.schema_name = "u"}}};
  using state = kdb::consistency_check::state;
  const auto done = db.append_records(records, {{.stream = a, .expected = state::no_stream}});
  BOOST_REQUIRE_MESSAGE(done.has_value(), (done ? "" : to_string(done.error())));
  BOOST_TEST(done->streams.size() == 2u);
  auto more = records;
  for (auto& each : more)
    each.record.id = kdb::random_uuid();
  const auto refused = db.append_records(more, {{.stream = a, .expected = state::at_revision, .revision = {7}},
                                                {.stream = none, .expected = state::exists},
                                                {.stream = b, .expected = state::at_revision, .revision = {0}}});
  BOOST_TEST((code_of(refused) == errc::consistency_violation));
  const auto* found = refused.error().get<kdb::violations>();
  BOOST_REQUIRE(found);
  BOOST_REQUIRE(found->all.size() == 2u);
  BOOST_TEST(found->all[0].check == 0u);
  BOOST_TEST(found->all[0].stream == a);
  BOOST_TEST(found->all[0].actual == 1);
  BOOST_TEST(found->all[1].check == 1u);
}

BOOST_AUTO_TEST_CASE(an_id_twice_in_one_call_is_refused_whatever_the_call) {
  const kdb::new_record record{.schema_name = "t"};
  const auto event = new_event::json("t", "{}");
  BOOST_TEST((code_of(db.append_to_stream(a, stream_state::any, {event, event})) == errc::invalid_argument));
  BOOST_TEST(
    (db.append_in_parts(a, stream_state::any, {event, event}, {.part_bytes = 1}).stopped->code == errc::invalid_argument));
  BOOST_TEST((code_of(db.append_to_streams({{.stream = a, .records = {record, record}}})) == errc::invalid_argument));
  BOOST_TEST((code_of(db.append_records({{a, record}, {b, record}})) == errc::invalid_argument));
  BOOST_TEST(!db.get_current_version(a)->has_value());
}

BOOST_AUTO_TEST_CASE(records_read_back_as_events_with_their_properties) {
  BOOST_REQUIRE(db.append_records({{a, {.schema_name = "t", .data = R"({"x":1})", .properties = {{"n", 3}}}}}).has_value());
  auto reading = db.read_stream(a);
  for (const auto& event : reading.events()) {
    BOOST_TEST(event.type() == "t");
    BOOST_TEST(event.data() == R"({"x":1})");
    BOOST_TEST((event.content_type() == kdb::content_type::json));
    BOOST_TEST(event.metadata().find("\"n\"") != std::string_view::npos);
  }
  BOOST_TEST(reading.finish().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
