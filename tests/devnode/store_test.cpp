// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/store_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kdb::development;
using namespace kdb::development::testing;

BOOST_FIXTURE_TEST_SUITE(stores, store_fixture)

BOOST_AUTO_TEST_CASE(positions_increase_and_are_those_of_the_last_event) {
  auto first = append("s", 2), second = append("s", 1);
  BOOST_TEST(first.last == 1);
  BOOST_TEST(second.last == 2);
  BOOST_TEST(*first.position < *second.position);
  auto& log = events.events();
  for (std::size_t i = 1; i < log.size(); ++i)
    BOOST_TEST(log[i - 1].position < log[i].position);
  BOOST_TEST(log[log.index_of(*first.position)].revision == 1);
  BOOST_TEST(log.index_of(*first.position + 1) == log.index_of(*second.position));
}

BOOST_AUTO_TEST_CASE(a_fresh_log_begins_as_that_of_a_server) {
  auto& first = events.events()[0];
  BOOST_TEST(first.position == 548u);
  BOOST_TEST(first.owner->name == "$$$scavenges");
  BOOST_TEST(first.type() == "$metadata");
}

BOOST_AUTO_TEST_CASE(an_append_without_events_leaves_no_trace_but_a_position) {
  auto size = events.events().size();
  auto none = append("s", 0, expected_state::no_stream());
  BOOST_TEST(none.last == no_revision);
  BOOST_TEST(none.position.has_value());
  BOOST_TEST(events.events().size() == size);
  auto next = append("s", 1);
  BOOST_TEST(*next.position > *none.position);
}

BOOST_AUTO_TEST_CASE(a_repetition_gets_the_old_numbers_unless_they_are_hidden) {
  proposed_event twice[] = {event(), event()};
  auto first = events.append("s", expected_state::any(), twice);
  append("s", 1);
  auto again = events.append("s", expected_state::any(), twice);
  BOOST_TEST((again.verdict == append_verdict::duplicate));
  BOOST_TEST(again.last == 1);
  BOOST_TEST(*again.position == *first.position);
  BOOST_TEST((forwards("s") == numbers{0, 1, 2}));

  metadata("s", R"({"$tb":2})");
  auto hidden = events.append("s", expected_state::any(), twice);
  BOOST_TEST((hidden.verdict == append_verdict::duplicate));
  BOOST_TEST(!hidden.position);
}

BOOST_AUTO_TEST_CASE(the_same_id_in_another_stream_is_new) {
  proposed_event same[] = {event()};
  events.append("a", expected_state::any(), same);
  BOOST_TEST((events.append("b", expected_state::any(), same).verdict == append_verdict::write));
}

BOOST_AUTO_TEST_CASE(old_ids_are_forgotten_by_any_but_not_by_place) {
  proposed_event same[] = {event()};
  events.append("s", expected_state::no_stream(), same);
  for (int i = 0; i < 100; ++i)
    append("other", 1000);
  BOOST_TEST((events.append("s", expected_state::no_stream(), same).verdict == append_verdict::duplicate));
  BOOST_TEST((events.append("s", expected_state::any(), same).verdict == append_verdict::write));
}

BOOST_AUTO_TEST_CASE(metadata_hide_events_at_read_time) {
  append("s", 6);
  struct {
    const char* document;
    numbers seen;
  } const rows[] = {
    {R"({"$maxCount":2})", {4, 5}}, {R"({"$tb":5})", {5}}, {R"({"$tb":3,"$maxCount":4})", {3, 4, 5}},
    {R"({"$tb":100})", {}},         {R"({"$tb":6})", {}},  {R"({"$maxCount":"wrong"})", {0, 1, 2, 3, 4, 5}},
    {R"({})", {0, 1, 2, 3, 4, 5}},
  };
  for (auto& [document, seen] : rows) {
    metadata("s", document);
    BOOST_TEST((forwards("s") == seen), document);
    auto reversed = numbers(seen.rbegin(), seen.rend());
    BOOST_TEST((backwards("s", 99) == reversed), document);
  }
}

BOOST_AUTO_TEST_CASE(old_events_are_hidden_by_max_age_as_time_goes_by) {
  append("s", 2);
  time += 3 * one_second;
  append("s", 1);
  metadata("s", R"({"$maxAge":5})");
  BOOST_TEST((forwards("s") == numbers{0, 1, 2}));
  time += 3 * one_second;
  BOOST_TEST((forwards("s") == numbers{2}));
  BOOST_TEST((backwards("s", 1) == numbers{}));
  time += 3 * one_second;
  BOOST_TEST((forwards("s") == numbers{}));
  metadata("s", R"({"$maxAge":9223372036854775807})");
  BOOST_TEST((forwards("s") == numbers{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(of_a_metastream_only_the_last_event_is_seen) {
  metadata("s", R"({"a":1})");
  metadata("s", R"({"a":2})");
  BOOST_TEST((forwards("$$s") == numbers{1}));
  BOOST_TEST((backwards("$$s", 5) == numbers{1}));
  BOOST_TEST((backwards("$$s", 0) == numbers{}));
}

BOOST_AUTO_TEST_CASE(a_soft_deleted_stream_goes_on_behind_its_old_events) {
  append("s", 3);
  metadata("s", R"({"own":true,"$maxCount":9})");
  BOOST_TEST((events.soft_delete("s", expected_state::revision(2)).verdict == append_verdict::write));
  BOOST_TEST(events.find("s")->soft_deleted());
  BOOST_TEST((forwards("s") == numbers{}));

  auto back = append("s", 2, expected_state::no_stream());
  BOOST_TEST(back.last == 4);
  BOOST_TEST((forwards("s") == numbers{3, 4}));
  // The deletion has wiped the other metadata, and the undeletion follows the events.
  auto& last = events.events()[events.events().size() - 1];
  BOOST_TEST(last.owner->name == "$$s");
  BOOST_TEST(last.data() == R"({"$tb":3})");
  BOOST_TEST(last.position > *back.position);
}

BOOST_AUTO_TEST_CASE(an_append_without_events_brings_a_soft_deleted_stream_back) {
  append("s", 3);
  events.soft_delete("s", expected_state::any());
  BOOST_TEST(append("s", 0).last == 2);
  BOOST_TEST(!events.find("s")->soft_deleted());
  BOOST_TEST((forwards("s") == numbers{}));
}

BOOST_AUTO_TEST_CASE(metadata_written_by_a_client_bring_a_soft_deleted_stream_back) {
  append("s", 3);
  events.soft_delete("s", expected_state::any());
  metadata("s", R"({"a":1})");
  BOOST_TEST(events.events()[events.events().size() - 1].data() == R"({"a":1,"$tb":3})");
  append("s", 1);
  BOOST_TEST((forwards("s") == numbers{3}));
}

BOOST_AUTO_TEST_CASE(a_tombstone_ends_a_stream_and_its_metadata) {
  append("s", 1);
  BOOST_TEST((events.tombstone("s", expected_state::any()).verdict == append_verdict::write));
  BOOST_TEST(events.tombstoned("s"));
  BOOST_TEST(events.tombstoned("$$s"));
  BOOST_TEST((append("s", 1).verdict == append_verdict::deleted));
  BOOST_TEST((metadata("s", "{}").verdict == append_verdict::deleted));
  auto& last = events.events()[events.events().size() - 1];
  BOOST_TEST(last.type() == "$streamDeleted");
  BOOST_TEST(last.revision == tombstone_revision);
  BOOST_TEST(!last.json);
}

BOOST_AUTO_TEST_CASE(metadata_that_were_written_before_a_tombstone_can_be_written_after_it_but_not_read) {
  append("s", 1);
  metadata("s", "{}");
  events.tombstone("s", expected_state::any());
  BOOST_TEST((metadata("s", R"({"a":1})").verdict == append_verdict::write));
  BOOST_TEST(events.facts("$$s").last == 1);
  BOOST_TEST(events.tombstoned("$$s"));
  BOOST_TEST((append("s", 1).verdict == append_verdict::deleted));
}

BOOST_AUTO_TEST_CASE(time_never_runs_backwards) {
  append("s", 1);
  time -= one_second;
  append("s", 1);
  auto& log = events.events();
  BOOST_TEST(log[log.size() - 1].created >= log[log.size() - 2].created);
}

BOOST_AUTO_TEST_CASE(links_lead_one_step_to_what_may_be_read) {
  append("target", 3);
  metadata("target", R"({"$tb":1})");
  append("gone", 1);
  events.tombstone("gone", expected_state::any());
  struct {
    const char* data;
    bool is_link;
    std::int64_t target; // -1: there is none
  } const rows[] = {
    {"1@target", true, 1},   {"2@target", true, 2}, {"0@target", true, -1},  {"3@target", true, -1},
    {"0@missing", true, -1}, {"0@gone", true, -1},  {"5", true, -1},         {"abc@target", false, 0},
    {"@", false, 0},         {"", false, 0},        {"-1@target", true, -1}, {"1 @target", false, 0},
  };
  for (auto& [data, is_link, target] : rows) {
    auto link = event(data, "$>");
    events.append("links", expected_state::any(), {&link, 1});
    auto& original = events.events()[events.events().size() - 1];
    auto resolved = resolve(events, original);
    BOOST_TEST((resolved.link == (is_link ? &original : nullptr)), data);
    if (is_link)
      BOOST_TEST((resolved.event ? resolved.event->revision : -1) == target, data);
    else
      BOOST_TEST(resolved.event == &original, data);
  }
}

BOOST_AUTO_TEST_CASE(listeners_hear_of_all_that_was_written_together) {
  std::vector<std::pair<std::size_t, std::size_t>> heard;
  events.on_commit(seen_by::readers, [&](const commit& written) { heard.emplace_back(written.first, written.end); });
  auto size = events.events().size();
  append("s", 2);
  append("s", 0);
  events.soft_delete("s", expected_state::any());
  append("s", 1); // and the metadata that bring it back
  events.tombstone("s", expected_state::any());
  append("s", 1);
  BOOST_REQUIRE(heard.size() == 4u);
  BOOST_TEST((heard[0] == std::pair{size, size + 2}));
  BOOST_TEST((heard[1] == std::pair{size + 2, size + 3}));
  BOOST_TEST((heard[2] == std::pair{size + 3, size + 5}));
  BOOST_TEST((heard[3] == std::pair{size + 5, size + 6}));
}

BOOST_AUTO_TEST_SUITE_END()
