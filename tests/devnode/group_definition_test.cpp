// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/store_fixture.hpp"

#include "devnode/persistent/group_definition.hpp"
#include "devnode/persistent/group_source.hpp"
#include "devnode/persistent/group_streams.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

using namespace kdb::development;
using namespace kdb::development::testing;
using namespace std::chrono_literals;

namespace {

group_definition on(std::string stream, std::string name = "g") {
  group_definition group;
  group.stream = std::move(stream);
  group.name = std::move(name);
  group.settings = {.read_batch_size = 20, .history_buffer_size = 500};
  return group;
}

using texts = std::vector<std::string>;

struct group_streams_fixture : store_fixture {
  // Data of what a source has, and whether it is wanted.
  texts take(group_source& source) {
    texts seen;
    int budget = 100;
    bool wanted = false;
    while (auto event = source.next(budget, wanted))
      seen.push_back(event->owner->name + " " + std::to_string(event->revision) + (wanted ? "" : " not"));
    return seen;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(group_definitions, group_streams_fixture)

BOOST_AUTO_TEST_CASE(places_have_a_server_s_texts_and_come_back) {
  auto stream = on("s"), all = on("$all");
  struct {
    const group_definition& of;
    group_place place;
    const char* text;
  } const rows[] = {{stream, {0}, "0"}, {stream, {12}, "12"}, {all, {12}, "C:12/P:12"}, {all, {12, true}, "C:12/P:0"}};
  for (auto& [of, place, text] : rows) {
    BOOST_TEST(place_text(of, place) == text);
    BOOST_TEST((parse_place(of, text) == place));
  }
  for (auto text : {"", "x", "-1", "1x", "C:1/P:1"})
    BOOST_TEST(!parse_place(stream, text), text);
  for (auto text : {"", "12", "C:1", "C:/P:", "C:1/P:", "C:-1/P:-1"})
    BOOST_TEST(!parse_place(all, text), text);
}

BOOST_AUTO_TEST_CASE(starts_have_a_server_s_texts) {
  auto stream = on("s"), all = on("$all");
  stream.start = {5, 0};
  BOOST_TEST(start_text(stream) == "5");
  stream.start = {-1, 0};
  BOOST_TEST(start_text(stream) == "-1");
  all.start = {7, 7};
  BOOST_TEST(start_text(all) == "C:7/P:7");
  all.start = {-1, -1};
  BOOST_TEST(start_text(all) == "C:-1/P:-1");
}

BOOST_AUTO_TEST_CASE(all_of_a_group_comes_back_from_its_document) {
  auto first = on("orders \"1\"", "grüppe");
  first.settings = {.resolve_links = true,
                    .extra_statistics = true,
                    .max_retry_count = 1,
                    .min_checkpoint_count = 2,
                    .max_checkpoint_count = 3,
                    .max_subscriber_count = 4,
                    .live_buffer_size = 5,
                    .read_batch_size = 6,
                    .history_buffer_size = 7,
                    .message_timeout = 8ms,
                    .checkpoint_after = 9ms,
                    .strategy = consumer_strategy::pinned};
  first.start = {-1, 0};
  auto second = on("$all");
  second.start = {123, 123};
  second.filter = group_filter{filter_subject::event_type, "^a\\.\"", {}};
  auto third = on("$all", "h");
  third.filter = group_filter{filter_subject::stream_name, "", {"a-", "b\\"}};
  std::array<const group_definition*, 3> groups{&first, &second, &third};
  auto document = write_config(groups, "2026-11-24T16:56:50.7312283+00:00");
  BOOST_TEST((read_config(document) == std::vector{first, second, third}));
  BOOST_TEST(document.starts_with("{\n  \"version\": \"2\",\n  \"updated\": \"2026-11-24T16:56:50.7312283+00:00\","));
  BOOST_TEST(read_config(write_config({}, "now")).empty());
}

BOOST_AUTO_TEST_CASE(a_group_that_can_not_be_read_is_left_out) {
  auto good = on("s");
  std::array<const group_definition*, 1> groups{&good};
  auto document = write_config(groups, "now");
  auto damaged = document;
  damaged.replace(damaged.find("DispatchToSingle"), 16, "SomethingElse");
  BOOST_TEST(read_config(damaged).empty());
  for (auto text : {"", "{}", "[]", R"({"entries":[{}, 5]})"})
    BOOST_TEST(read_config(text).empty(), text);
}

// -- what the log keeps ---

BOOST_AUTO_TEST_CASE(checkpoints_are_kept_and_gone_with_the_group) {
  auto group = on("s");
  group_streams streams{events, group};
  BOOST_TEST(!streams.checkpoint());
  streams.save({3});
  streams.save({7});
  BOOST_TEST((streams.checkpoint() == group_place{7}));
  auto& last = events.events()[events.events().size() - 1];
  BOOST_TEST(last.owner->name == "$persistentsubscription-s::g-checkpoint");
  BOOST_TEST(last.type() == "$SubscriptionCheckpoint");
  BOOST_TEST(last.data() == "\"7\"");
  BOOST_TEST(last.json);
  streams.remove();
  BOOST_TEST(!streams.checkpoint());
  streams.save({1});
  BOOST_TEST((streams.checkpoint() == group_place{1}));
}

BOOST_AUTO_TEST_CASE(a_parked_event_is_a_link_that_says_why) {
  auto group = on("s");
  group_streams streams{events, group};
  append("s", 2);
  auto first = events.find("s")->events[0], second = events.find("s")->events[1];
  streams.park(first, "a \"reason\"\nof two lines");
  streams.park(second, "why");
  BOOST_TEST(streams.parked().first == 0);
  BOOST_TEST(streams.parked().end == 2);
  auto& log = events.events();
  BOOST_TEST(log[log.size() - 2].custom_metadata() ==
             "{\n  \"added\": \"" + timestamp_text(time) + "\",\n  \"reason\": \"a \\\"reason\\\"\\nof two lines\"\n}");
  auto& last = log[log.size() - 1];
  BOOST_TEST(last.link());
  BOOST_TEST(!last.json);
  BOOST_TEST(last.data() == "1@s");
  BOOST_TEST(last.custom_metadata().find("\"subscriptionEventNumber\": 1\n}") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(a_parked_link_leads_to_its_target) {
  append("target", 1);
  auto link = event("0@target", "$>"), broken = event("9@target", "$>");
  events.append("links", expected_state::any(), {&link, 1});
  events.append("links", expected_state::any(), {&broken, 1});
  auto group = on("links");
  for (bool resolve : {false, true}) {
    group.settings.resolve_links = resolve;
    group_streams streams{events, group};
    streams.park(events.find("links")->events[0], "");
    auto& log = events.events();
    BOOST_TEST(log[log.size() - 1].data() == (resolve ? "0@target" : "0@links"));
    streams.park(events.find("links")->events[1], "");
    BOOST_TEST(log[log.size() - 1].data() == (resolve ? "9@target" : "1@links"));
  }
  // Parked again it does not lead to the parked stream.
  group_streams streams{events, group};
  streams.park(events.find(group.parked_stream())->events[0], "");
  auto& log = events.events();
  BOOST_TEST(log[log.size() - 1].data() == "0@links");
}

BOOST_AUTO_TEST_CASE(parked_events_are_taken_up_to_a_number_and_forgotten) {
  auto group = on("s");
  group_streams streams{events, group};
  append("s", 4);
  for (auto index : events.find("s")->events)
    streams.park(index, "why");
  metadata("s", R"({"$tb":1})"); // the first one can't be read any more
  BOOST_TEST(streams.parked_before(0).size() == 0u);
  BOOST_TEST(streams.parked_before(3).size() == 2u);
  BOOST_TEST(streams.parked_before(99).size() == 3u);
  streams.truncate_parked(3);
  BOOST_TEST(streams.parked().first == 3);
  auto& log = events.events();
  BOOST_TEST(log[log.size() - 1].owner->name == "$$$persistentsubscription-s::g-parked");
  BOOST_TEST(log[log.size() - 1].data().starts_with(R"({"$tb":3,"$acl":{)"));
  auto size = log.size();
  streams.truncate_parked(2); // never backwards
  BOOST_TEST(log.size() == size);
  streams.truncate_parked(99);
  BOOST_TEST(streams.parked().first == 4);
  BOOST_TEST(streams.parked().end == 4);
  BOOST_TEST(streams.parked_before(99).empty());
}

BOOST_AUTO_TEST_CASE(what_the_log_keeps_of_groups_on_all_is_not_in_all) {
  auto of_all = on("$all"), of_stream = on("s");
  append("s", 1);
  group_streams{events, of_all}.save({1});
  group_streams{events, of_all}.park(events.find("s")->events[0], "");
  group_streams{events, of_stream}.save({0});
  all_forwards up{events, 1, {}};
  all_backwards down{events, events.events().size(), {}};
  BOOST_TEST(revisions(up).size() == 2u);
  BOOST_TEST(revisions(down).size() == 3u); // with the first event of a server
}

// -- where events come from ---

BOOST_AUTO_TEST_CASE(a_group_starts_at_its_start_or_behind_its_checkpoint) {
  append("s", 5);
  auto group = on("s");
  struct {
    group_start start;
    std::optional<group_place> checkpoint;
    texts first;
  } const rows[] = {
    {{0, 0}, {}, {"s 0", "s 1", "s 2", "s 3", "s 4"}},
    {{3, 0}, {}, {"s 3", "s 4"}},
    {{-1, 0}, {}, {}},
    {{9, 0}, {}, {}},
    {{0, 0}, {{3}}, {"s 4"}},
    {{-1, 0}, {{2}}, {"s 3", "s 4"}},
  };
  for (auto& [start, checkpoint, first] : rows) {
    group.start = start;
    group_source source{events, group, checkpoint};
    BOOST_TEST(source.at_end() == (start.end() && !checkpoint));
    BOOST_TEST(take(source) == first);
  }
}

BOOST_AUTO_TEST_CASE(a_group_on_all_gets_what_its_filter_takes) {
  append("a-1", 1);
  append("b-1", 1);
  auto group = on("$all");
  group.filter = group_filter{filter_subject::stream_name, "", {"a-"}};
  group_source source{events, group, {}};
  BOOST_TEST((take(source) == texts{"$$$scavenges 0 not", "a-1 0", "b-1 0 not"}));
  group.start = {static_cast<std::int64_t>(events.events()[2].position), 0};
  group_source later{events, group, {}};
  BOOST_TEST((take(later) == texts{"b-1 0 not"}));
  group_source behind{events, group, group_place{static_cast<std::int64_t>(events.events()[1].position)}};
  BOOST_TEST((take(behind) == texts{"b-1 0 not"}));
}

BOOST_AUTO_TEST_CASE(live_links_are_judged_by_their_targets) {
  append("a-1", 1);
  auto link = event("0@a-1", "$>");
  events.append("links", expected_state::any(), {&link, 1});
  auto group = on("$all");
  group.settings.resolve_links = true;
  group.filter = group_filter{filter_subject::stream_name, "", {"a-"}};
  group_source history{events, group, {}};
  BOOST_TEST(take(history).back() == "links 0 not");
  group_source live{events, group, {}};
  live.go_live(true);
  BOOST_TEST(take(live).back() == "links 0");
}

BOOST_AUTO_TEST_CASE(pinned_events_are_kept_with_their_stream_or_correlation) {
  append("a", 1);
  auto with = event();
  with.custom_metadata = R"({"$correlationId":"c"})";
  events.append("b", expected_state::any(), {&with, 1});
  auto link = event("0@a", "$>");
  events.append("links", expected_state::any(), {&link, 1});
  auto group = on("$all");
  auto kept = [&](const char* stream) {
    group_source source{events, group, {}};
    return source.describe(events.events()[events.find(stream)->events[0]]).kept_with;
  };
  group.settings.strategy = consumer_strategy::pinned;
  BOOST_TEST(kept("a") == bucket_of("a"));
  BOOST_TEST(kept("b") == bucket_of("b"));
  BOOST_TEST(kept("links") == bucket_of("a"));
  group.settings.strategy = consumer_strategy::pinned_by_correlation;
  BOOST_TEST(kept("a") == bucket_of("a"));
  BOOST_TEST(kept("b") == bucket_of("c"));
}

BOOST_AUTO_TEST_SUITE_END()
