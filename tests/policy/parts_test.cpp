// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <numeric>
#include <ostream>
#include <string>
#include <vector>

#include "libkdb/policy/parts.hpp"
#include "libkdb/policy/validate.hpp"

namespace data = boost::unit_test::data;
using namespace kdb;

namespace {

/// An event that counts as that many bytes, of which the type takes two.
new_event counted(std::size_t bytes) {
  return new_event::binary("t", std::string(bytes - 2, 'x'));
}

std::vector<new_event> counted(const std::vector<std::size_t>& sizes) {
  std::vector<new_event> events;
  for (auto size : sizes)
    events.push_back(counted(size));
  return events;
}

struct split {
  const char* name;
  std::vector<std::size_t> sizes;
  std::uint64_t part_bytes;
  std::vector<std::size_t> ends;
};

std::ostream& operator<<(std::ostream& out, const split& row) {
  return out << row.name;
}

const std::vector<split> splits{
  {"nothing", {}, 10, {0}},
  {"one event", {10}, 10, {1}},
  {"all fit exactly", {4, 3, 3}, 10, {3}},
  {"one byte too much", {4, 3, 4}, 10, {2, 3}},
  {"one each", {10, 10, 10}, 10, {1, 2, 3}},
  {"a large one alone", {3, 11, 3}, 10, {1, 2, 3}},
  {"a large one first", {100, 3, 3}, 10, {1, 3}},
  {"a large one last", {3, 3, 100}, 10, {2, 3}},
  {"the least bytes", {3, 3}, 1, {1, 2}},
  {"no limit", {3, 3, 3}, ~0ull, {3}},
};

struct step {
  const char* name;
  stream_state before;
  std::optional<stream_revision> written;
  stream_state next;
};

std::ostream& operator<<(std::ostream& out, const step& row) {
  return out << row.name;
}

const std::vector<step> steps{
  {"any stays", stream_state::any, stream_revision{4}, stream_state::any},
  {"exists stays", stream_state::exists, stream_revision{4}, stream_state::exists},
  {"no stream becomes what was written", stream_state::no_stream, stream_revision{4}, stream_state::revision(4)},
  {"a revision moves on", stream_state::revision(1), stream_revision{4}, stream_state::revision(4)},
  {"a part that tells nothing changes nothing", stream_state::no_stream, std::nullopt, stream_state::no_stream},
};

std::string refused_member(const result<void>& outcome) {
  BOOST_REQUIRE(!outcome);
  const auto* what = outcome.error().get<bad_argument>();
  return what ? what->name : std::string{to_string(outcome.error().code)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(parts)

BOOST_DATA_TEST_CASE(a_list_is_split_where_the_next_event_would_not_fit, data::make(splits), row) {
  BOOST_TEST(policy::part_ends(counted(row.sizes), row.part_bytes) == row.ends, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(parts_are_whole_within_the_limit_and_none_could_take_one_event_more) {
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 2000; ++i)
    sizes.push_back(3 + i * 7919 % 61);
  const auto events = counted(sizes);
  for (std::uint64_t limit : {63u, 64u, 100u, 1000u, 60'000u}) {
    std::size_t begin = 0;
    for (const auto end : policy::part_ends(events, limit)) {
      const auto bytes = std::accumulate(sizes.begin() + begin, sizes.begin() + end, std::size_t{0});
      BOOST_REQUIRE(end > begin);
      BOOST_REQUIRE(bytes <= limit);
      BOOST_REQUIRE((end == sizes.size() || bytes + sizes[end] > limit));
      begin = end;
    }
    BOOST_TEST(begin == sizes.size());
  }
}

BOOST_DATA_TEST_CASE(each_part_expects_what_the_one_before_left, data::make(steps), row) {
  BOOST_TEST((policy::expected_after(row.before, {.revision = row.written}) == row.next));
}

BOOST_AUTO_TEST_CASE(the_whole_list_is_checked_before_the_first_part) {
  auto events = counted({10, 10, 10});
  BOOST_TEST(policy::check_append_in_parts("s", stream_state::any, events, {}).has_value());
  BOOST_TEST(refused_member(policy::check_append_in_parts("s", stream_state::any, events, {.part_bytes = 0})) == "part_bytes");
  BOOST_TEST(refused_member(policy::check_append_in_parts("", stream_state::any, events, {})) == "stream");
  const call_options no_time{.deadline = std::chrono::milliseconds{0}};
  BOOST_TEST(refused_member(policy::check_append_in_parts("s", stream_state::any, events, {.call = no_time})) == "deadline");
  events[2].id = events[0].id; // They would come to different parts.
  BOOST_TEST(refused_member(policy::check_append_in_parts("s", stream_state::any, events, {.part_bytes = 10})) == "events[2].id");
}

BOOST_AUTO_TEST_CASE(a_list_may_be_longer_than_one_append) {
  std::vector<new_event> events;
  for (auto i = 0; i < 40; ++i)
    events.push_back(counted(8 << 20));
  BOOST_TEST(refused_member(policy::check_append("s", stream_state::any, events)) == "append_too_large");
  BOOST_TEST(policy::check_append_in_parts("s", stream_state::any, events, {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
