// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <ostream>

namespace kdb::integration {

namespace {

/// A link to an event of a stream.
new_event link_to(std::uint64_t revision, const std::string& stream) {
  return new_event::binary("$>", std::to_string(revision) + "@" + stream);
}

struct stream_row {
  direction where = forwards;
  std::optional<stream_position> from{};
  std::uint64_t limit = no_limit;
  std::vector<std::uint64_t> revisions{};
};

// Of a stream with the events 0 to 9.
const std::array stream_rows{
  stream_row{.revisions = numbers(0, 10)},
  stream_row{.from = stream_start, .revisions = numbers(0, 10)},
  stream_row{.from = stream_revision{4}, .revisions = numbers(4, 10)},
  stream_row{.from = stream_revision{4}, .limit = 3, .revisions = numbers(4, 7)},
  stream_row{.limit = 1, .revisions = numbers(0, 1)},
  stream_row{.limit = 10, .revisions = numbers(0, 10)},
  stream_row{.from = stream_revision{9}, .revisions = numbers(9, 10)},
  stream_row{.from = stream_revision{10}, .revisions = {}},
  stream_row{.where = backwards, .revisions = downwards(9, 0)},
  stream_row{.where = backwards, .from = stream_end, .revisions = downwards(9, 0)},
  stream_row{.where = backwards, .from = stream_end, .limit = 2, .revisions = downwards(9, 8)},
  stream_row{.where = backwards, .from = stream_revision{4}, .revisions = downwards(4, 0)},
  stream_row{.where = backwards, .from = stream_revision{4}, .limit = 2, .revisions = downwards(4, 3)},
  stream_row{.where = backwards, .from = stream_start, .revisions = {0}},
  stream_row{.where = backwards, .from = stream_revision{100}, .revisions = downwards(9, 0)},
};

std::ostream& operator<<(std::ostream& out, const stream_row& row) {
  out << to_string(row.where);
  if (row.from)
    out << " from " << (row.from->is_end() ? "the end" : row.from->is_start() ? "the start" : to_string(*row.from->revision()));
  if (row.limit != no_limit)
    out << ", at most " << row.limit;
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(read)

KDB_SCENARIO_TABLE(a_stream_is_read_from_a_place_in_a_direction_up_to_a_limit, stream_rows) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(10)));
  const auto read = read_to_end(s.client->read_stream(s.stream, {.direction = row.where, .from = row.from, .limit = row.limit}));
  require(read.end);
  BOOST_TEST(read.revisions() == row.revisions, boost::test_tools::per_element());
}

KDB_SCENARIO(reads_of_every_length_around_a_batch_are_whole) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1000)));
  for (const auto count : {1, 63, 64, 65, 127, 128, 129, 999, 1000}) {
    const auto limit = static_cast<std::uint64_t>(count);
    const auto up = read_to_end(s.client->read_stream(s.stream, {.limit = limit}));
    require(up.end);
    BOOST_TEST((up.revisions() == numbers(0, limit)));
    const auto down = read_to_end(s.client->read_stream(s.stream, {.direction = backwards, .limit = limit}));
    require(down.end);
    BOOST_TEST((down.revisions() == downwards(999, 1000 - limit)));
  }
}

KDB_SCENARIO(all_streams_are_read_in_both_directions) {
  scenario s{which};
  const auto begin = s.begin();
  for (int i = 0; i < 50; ++i)
    value_of(
      s.client->append(s.named("s-" + std::to_string(i % 3)), stream_state::any, numbered(3, static_cast<std::size_t>(i * 3))));
  const auto up = read_to_end(s.client->read_all({.from = begin}));
  require(up.end);
  const auto events = up.events(s.named("s-"));
  BOOST_REQUIRE(events.size() == 150u);
  for (std::size_t i = 0; i < events.size(); ++i) {
    BOOST_TEST(events[i].data() == "{\"n\":" + std::to_string(i) + "}");
    BOOST_TEST((i == 0 || events[i - 1].position() < events[i].position()));
  }
  const auto down = read_back_to(*s.client->read_all({.direction = backwards}), begin);
  require(down.end);
  const auto reversed = down.events(s.named("s-"));
  BOOST_REQUIRE(reversed.size() == 150u);
  for (std::size_t i = 0; i < events.size(); ++i)
    BOOST_TEST((reversed[149 - i].position() == events[i].position()));
}

KDB_NODE_SCENARIO(all_streams_are_read_from_one_end_to_the_other) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(10)));
  for (const auto direction : {forwards, backwards}) {
    const auto whole = read_to_end(s.client->read_all({.direction = direction}));
    require(whole.end);
    BOOST_TEST(whole.events(s.stream).size() == 10u);
  }
}

// An append's events stand together in the log.
KDB_SCENARIO(a_position_in_all_streams_is_included_forwards_and_excluded_backwards) {
  scenario s{which};
  const auto begin = s.begin();
  value_of(s.client->append(s.stream, stream_state::any, numbered(10)));
  const auto all = read_to_end(s.client->read_all({.from = begin}));
  const auto middle = all.events(s.stream).at(4).position();
  const auto up = read_to_end(s.client->read_all({.from = middle, .limit = 3}));
  require(up.end);
  BOOST_TEST((up.revisions() == numbers(4, 7)));
  const auto down = read_to_end(s.client->read_all({.direction = backwards, .from = middle, .limit = 3}));
  require(down.end);
  BOOST_TEST((down.revisions() == downwards(3, 1)));
  const auto past_the_end = read_to_end(s.client->read_all({.from = all_end}));
  require(past_the_end.end);
  BOOST_TEST(past_the_end.events(s.stream).empty());
}

// -- links -------------------------------------------------------------------------------

KDB_SCENARIO(links_are_followed_on_request_and_broken_ones_say_so) {
  scenario s{which};
  value_of(s.client->append(s.named("target"), stream_state::any, numbered(2)));
  value_of(s.client->append(s.named("gone"), stream_state::any, numbered(1)));
  value_of(
    s.client->append(s.named("links"), stream_state::any,
                     {link_to(1, s.named("target")), link_to(0, s.named("gone")), link_to(7, s.named("target")), sized(3)}));
  s.delete_stream(s.named("gone"));

  const auto read = read_to_end(s.client->read_stream(s.named("links"), {.resolve_links = true}));
  require(read.end);
  const auto events = read.events();
  BOOST_REQUIRE(events.size() == 4u);
  BOOST_TEST(events[0].is_resolved());
  BOOST_TEST(events[0].event().stream() == s.named("target"));
  BOOST_TEST(events[0].event().revision().value == 1u);
  BOOST_TEST(events[0].link()->stream() == s.named("links"));
  BOOST_TEST(events[0].link()->revision().value == 0u);
  BOOST_TEST(events[1].is_broken_link());
  BOOST_TEST(events[1].link()->data() == "0@" + s.named("gone"));
  BOOST_TEST(events[2].is_broken_link());
  BOOST_TEST((!events[3].link() && events[3].has_event()));

  const auto plain = read_to_end(s.client->read_stream(s.named("links")));
  require(plain.end);
  BOOST_TEST(plain.events().at(0).event().is_link());
  BOOST_TEST(plain.events().at(0).link() == nullptr);
}

KDB_SCENARIO(links_in_all_streams_are_followed_too) {
  scenario s{which};
  const auto begin = s.begin();
  value_of(s.client->append(s.named("target"), stream_state::any, numbered(1)));
  value_of(s.client->append(s.named("links"), stream_state::any, {link_to(0, s.named("target"))}));
  const auto read = read_to_end(s.client->read_all({.from = begin, .resolve_links = true}));
  require(read.end);
  auto events = read.events(s.named.prefix());
  std::erase_if(events, [&](const resolved_event& each) { return each.original().stream() == s.named("before"); });
  BOOST_REQUIRE(events.size() == 2u);
  BOOST_TEST(!events[0].link());
  BOOST_TEST(events[1].is_resolved());
  BOOST_TEST((events[1].event().id() == events[0].event().id()));
}

// -- streams that are not there ------------------------------------------------------------

KDB_SCENARIO(a_missing_stream_is_an_error_with_its_name) {
  scenario s{which};
  for (const auto where : {forwards, backwards}) {
    const auto read = read_to_end(s.client->read_stream(s.named("nowhere"), {.direction = where}));
    const auto why = error_of(read.end);
    BOOST_TEST(why.code == errc::stream_not_found);
    BOOST_REQUIRE(why.get<stream_name>());
    BOOST_TEST(why.get<stream_name>()->name == s.named("nowhere"));
    BOOST_TEST(read.batches.empty());
  }
}

KDB_SCENARIO(a_soft_deleted_stream_is_missing_and_a_tombstoned_one_is_deleted) {
  scenario s{which};
  value_of(s.client->append(s.named("soft"), stream_state::any, numbered(2)));
  value_of(s.client->append(s.named("hard"), stream_state::any, numbered(2)));
  s.delete_stream(s.named("soft"));
  s.tombstone_stream(s.named("hard"));
  BOOST_TEST(error_of(read_to_end(s.client->read_stream(s.named("soft"))).end).code == errc::stream_not_found);
  const auto why = error_of(read_to_end(s.client->read_stream(s.named("hard"))).end);
  BOOST_TEST(why.code == errc::stream_deleted);
  BOOST_REQUIRE(why.get<stream_name>());
  BOOST_TEST(why.get<stream_name>()->name == s.named("hard"));

  value_of(s.client->append(s.named("soft"), stream_state::no_stream, numbered(1)));
  BOOST_TEST((read_to_end(s.client->read_stream(s.named("soft"))).revisions() == numbers(2, 3)));
}

KDB_SCENARIO(a_metadata_stream_shows_its_last_event_and_truncation_hides_events) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(10)));
  value_of(s.client->append("$$" + s.stream, stream_state::any, {new_event::json("$metadata", R"({"$maxCount":5})")}));
  value_of(s.client->append("$$" + s.stream, stream_state::any, {new_event::json("$metadata", R"({"$maxCount":3})")}));
  const auto metadata = read_to_end(s.client->read_stream("$$" + s.stream));
  require(metadata.end);
  BOOST_REQUIRE(metadata.events().size() == 1u);
  BOOST_TEST(metadata.events()[0].data() == R"({"$maxCount":3})");
  BOOST_TEST(metadata.events()[0].event().is_system());
  BOOST_TEST((read_to_end(s.client->read_stream(s.stream)).revisions() == numbers(7, 10)));
}

// -- refused -----------------------------------------------------------------------------

KDB_SCENARIO(what_can_not_be_read_is_refused_before_it_is_sent) {
  scenario s{which};
  BOOST_TEST(error_of(read_to_end(s.client->read_stream("")).end).code == errc::invalid_argument);
  BOOST_TEST(error_of(read_to_end(s.client->read_stream(s.stream, {.limit = 0})).end).code == errc::invalid_argument);
  BOOST_TEST(error_of(read_to_end(s.client->read_all({.limit = 0})).end).code == errc::invalid_argument);
  BOOST_TEST(error_of(read_to_end(s.client->read_stream(s.stream, {.call = {.deadline = 0ms}})).end).code ==
             errc::invalid_argument);
  BOOST_TEST(error_of(read_to_end(s.client->read_stream(s.stream, {.from = stream_end})).end).code == errc::invalid_argument);
  BOOST_TEST(error_of(s.client->get_commit_position({.call = {.deadline = -1ms}})).code == errc::invalid_argument);
}

// -- the head ------------------------------------------------------------------------------

KDB_NODE_SCENARIO(the_commit_position_is_zero_on_a_fresh_node) {
  scenario s{which};
  const auto fresh = read_to_end(s.client->read_all());
  require(fresh.end);
  const auto last = fresh.events().empty() ? log_position{} : fresh.events().back().position();
  BOOST_TEST((value_of(s.client->get_commit_position({.filter = std::nullopt})) == last));
  BOOST_TEST((value_of(s.client->get_commit_position()) == log_position{})); // Of the server's own events alone.
}

KDB_SCENARIO(the_commit_position_is_that_of_the_last_event) {
  scenario s{which};
  const auto first = value_of(s.client->append(s.stream, stream_state::any, numbered(3)));
  BOOST_TEST((value_of(s.client->get_commit_position()) == first.position));
  const auto second = value_of(s.client->append(s.named("t"), stream_state::any, numbered(1)));
  BOOST_TEST((value_of(s.client->get_commit_position()) == second.position));
  BOOST_TEST((first.position < second.position));
}

// -- leaving early -------------------------------------------------------------------------

KDB_SCENARIO(an_early_finish_is_no_error_and_ends_the_read) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(10'000)));
  const auto reading = s.client->read_stream(s.stream);
  BOOST_TEST(value_of(reading->next()).size() > 0u);
  require(reading->finish());
  require(reading->finish());
}

KDB_SCENARIO(five_hundred_unfinished_readings_block_nobody) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(3'000)));
  std::vector<std::unique_ptr<running_read>> unfinished;
  for (int i = 0; i < 500; ++i) {
    unfinished.push_back(s.client->read_stream(s.stream));
    BOOST_REQUIRE(value_of(unfinished.back()->next()).size() > 0u);
  }
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  unfinished.clear();
  const auto whole = read_to_end(s.client->read_stream(s.stream));
  require(whole.end);
  BOOST_TEST(whole.events().size() == 3'001u);
}

KDB_SCENARIO(readings_dropped_before_their_first_batch_free_their_streams) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1000)));
  for (int i = 0; i < 500; ++i)
    s.client->read_stream(s.stream);
  const auto whole = read_to_end(s.client->read_stream(s.stream));
  require(whole.end);
  BOOST_TEST(whole.events().size() == 1000u);
}

// -- large -----------------------------------------------------------------------------------

KDB_LARGE_SCENARIO(events_near_the_message_limit_are_read_back) {
  scenario s{which};
  const auto largest = 16'767'017 - s.stream.size(); // What the server takes in one message.
  for (int i = 0; i < 3; ++i)
    value_of(
      s.client->append(s.stream, stream_state::any, {new_event::binary("t", std::string(largest, static_cast<char>('a' + i)))}));
  const auto read = read_to_end(s.client->read_stream(s.stream));
  require(read.end);
  const auto events = read.events();
  BOOST_REQUIRE(events.size() == 3u);
  for (std::size_t i = 0; i < events.size(); ++i) {
    BOOST_TEST(events[i].data().size() == largest);
    BOOST_TEST(events[i].data().find_first_not_of(static_cast<char>('a' + i)) == std::string_view::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
