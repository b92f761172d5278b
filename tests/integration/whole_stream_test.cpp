// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <ostream>
#include <utility>

// What a read tells about the stream, and reads that are kept as a whole.
namespace kdb::integration {

namespace {

struct bounds_row {
  const char* name;
  read_stream_options how;
  stream_bounds told;
};

std::ostream& operator<<(std::ostream& out, const bounds_row& row) {
  return out << row.name;
}

/// Of a stream with 50 events of which the first 40 are truncated.
const std::array bounds_rows{
  bounds_row{"forwards", {}, {.first = stream_revision{40}, .last = stream_revision{49}}},
  bounds_row{"from what is left", {.from = stream_revision{40}}, {.last = stream_revision{49}}},
  bounds_row{"a few", {.from = stream_revision{40}, .limit = 3}, {.last = stream_revision{49}}},
  bounds_row{"backwards", {.direction = backwards}, {.last = stream_revision{49}}},
  bounds_row{"far behind the end", {.from = stream_revision{70}}, {.first = stream_revision{50}, .last = stream_revision{49}}},
};

void write_and_truncate(driver& client, const std::string& stream) {
  value_of(client.append(stream, stream_state::no_stream, numbered(50)));
  value_of(client.append("$$" + stream, stream_state::no_stream, {new_event::json("$metadata", R"({"$tb":40})")}));
}

} // namespace

BOOST_AUTO_TEST_SUITE(whole_stream)

// -- bounds ---------------------------------------------------------------------------------

KDB_SCENARIO_TABLE(a_read_tells_where_its_stream_begins_and_ends, bounds_rows) {
  scenario s{which};
  write_and_truncate(*s.client, s.stream);
  const auto reading = s.client->read_stream(s.stream, row.how);
  BOOST_TEST((reading->bounds() == stream_bounds{}));
  const auto all = read_to_end(*reading);
  require(all.end);
  require(reading->finish());
  BOOST_TEST((reading->bounds() == row.told));
  stream_bounds in_batches;
  for (const auto& batch : all.batches)
    in_batches.merge(batch.bounds());
  BOOST_TEST((in_batches == row.told));
}

KDB_SCENARIO(where_there_is_nothing_to_tell_the_bounds_stay_unknown) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::no_stream, numbered(3)));
  const auto missing = s.client->read_stream(s.named("nowhere"));
  BOOST_TEST(error_of(read_to_end(*missing).end).code == errc::stream_not_found);
  BOOST_TEST((missing->bounds() == stream_bounds{}));
  const auto all = s.client->read_all({.limit = 10});
  require(read_to_end(*all).end);
  BOOST_TEST((all->bounds() == stream_bounds{}));
}

// -- eager reads ----------------------------------------------------------------------------

KDB_SCENARIO(a_whole_stream_is_kept_with_its_events_and_bounds) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::no_stream, numbered(1000)));
  auto kept = value_of(s.client->read_stream_to_end(s.stream));
  const auto copy = std::exchange(kept, {}); // The copy alone keeps the memory.
  s.client->close();
  BOOST_TEST(copy.size() == 1000u);
  BOOST_TEST((copy.bounds().last == stream_revision{999}));
  std::uint64_t next = 0;
  for (const auto& event : copy) {
    BOOST_REQUIRE(event.revision().value == next);
    BOOST_REQUIRE(event.data() == "{\"n\":" + std::to_string(next) + "}");
    ++next;
  }
  BOOST_TEST(copy.byte_size() > 1000u * 10);
}

KDB_SCENARIO(a_whole_read_takes_the_options_of_a_read) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::no_stream, numbered(10)));
  const auto last = value_of(s.client->read_stream_to_end(s.stream, {.direction = backwards, .limit = 2}));
  BOOST_TEST(last.size() == 2u);
  BOOST_TEST(last.front().revision().value == 9u);
  BOOST_TEST(last.back().revision().value == 8u);
  const auto behind = value_of(s.client->read_stream_to_end(s.stream, {.from = stream_revision{10}}));
  BOOST_TEST(behind.empty());
}

KDB_SCENARIO(a_whole_read_fails_as_a_read_does) {
  scenario s{which};
  const auto missing = error_of(s.client->read_stream_to_end(s.named("nowhere")));
  BOOST_TEST(missing.code == errc::stream_not_found);
  BOOST_REQUIRE(missing.get<stream_name>());
  BOOST_TEST(missing.get<stream_name>()->name == s.named("nowhere"));
  BOOST_TEST(error_of(s.client->read_stream_to_end("")).code == errc::invalid_argument);
  s.client->close();
  BOOST_TEST(error_of(s.client->read_stream_to_end(s.stream)).code == errc::closed);
}

KDB_SCENARIO(a_whole_read_above_its_limit_is_a_typed_error_and_the_next_read_works) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::no_stream, {sized(3 << 20), sized(3 << 20), sized(3 << 20)}));
  const auto why = error_of(s.client->read_stream_to_end(s.stream, {}, 5 << 20));
  BOOST_TEST(why.code == errc::read_too_large);
  const auto* sizes = why.get<size_limit>();
  BOOST_REQUIRE(sizes);
  BOOST_TEST(sizes->limit == 5u << 20);
  BOOST_TEST(sizes->actual > 5u << 20);
  BOOST_TEST(value_of(s.client->read_stream_to_end(s.stream, {}, 20 << 20)).size() == 3u);
  BOOST_TEST(value_of(s.client->read_stream_to_end(s.stream, {.limit = 1}, 5 << 20)).size() == 1u);
}

// -- batches --------------------------------------------------------------------------------

KDB_SCENARIO(no_batch_has_more_than_256_items) {
  scenario s{which};
  const auto begin = s.begin();
  value_of(s.client->append(s.stream, stream_state::no_stream, numbered(5000)));
  auto batches = read_to_end(s.client->read_stream(s.stream)).batches;
  const auto all = read_to_end(s.client->read_all({.from = begin})).batches;
  batches.insert(batches.end(), all.begin(), all.end());
  const auto followed = follow_events(*value_of(s.client->subscribe_to_stream(s.stream)), 5000).batches;
  batches.insert(batches.end(), followed.begin(), followed.end());
  std::size_t most = 0;
  for (const auto& batch : batches)
    most = std::max(most, batch.size());
  BOOST_TEST(most <= 256u);
  BOOST_TEST(most > 1u); // They are batches.
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
