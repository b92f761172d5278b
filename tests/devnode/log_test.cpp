// SPDX-License-Identifier: Apache-2.0

// The memory of the log: what stays when events between others are dropped and the rest is moved together.

#include "devnode/store/log.hpp"
#include "devnode/store/recent_ids.hpp"
#include "devnode/store/stream.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace kdb::development;

namespace {

struct log_fixture {
  kdb::development::log events;
  stream of{"s"};
  std::vector<std::string> data; // by log index; empty when dropped
  std::mt19937 random{11};

  std::size_t below(std::size_t bound) { return random() % bound; }

  void append(std::size_t size) {
    data.push_back(std::to_string(data.size()) + std::string(size, static_cast<char>('a' + below(26))));
    auto revision = static_cast<std::int64_t>(of.events.size());
    proposed_event event{.id = {1, data.size()}, .type = "t", .json = false, .data = data.back(), .custom_metadata = {}};
    of.events.push_back(events.append(event, of, revision, 5));
  }

  void drop(std::size_t index) {
    events.drop(index);
    data[index].clear();
  }

  bool as_expected() const {
    for (std::size_t i = 0; i < data.size(); ++i)
      if (events[i].data() != data[i] || events[i].dropped() != data[i].empty() ||
          events[i].revision != static_cast<std::int64_t>(i))
        return false;
    return events.size() == data.size();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(logs, log_fixture)

BOOST_AUTO_TEST_CASE(what_was_not_dropped_is_the_same_after_every_compaction) {
  for (int round = 0; round < 30; ++round) {
    auto large = below(4) == 0;
    for (int i = 0; i < 2000; ++i)
      append(large && below(20) == 0 ? below(60'000) : below(2000));
    events.publish(events.size() - below(1500));
    auto first = below(data.size()), end = first + below(data.size() - first);
    auto one_in = 1 + below(3);
    for (auto index = first; index < std::min(end, events.readable()); ++index)
      if (below(one_in) == 0 && !data[index].empty())
        drop(index);
    events.compact();
    BOOST_REQUIRE(as_expected());
  }
  for (std::size_t index = 0; index < data.size(); ++index)
    if (!data[index].empty())
      drop(index);
  events.publish(events.size());
  events.compact();
  append(5);
  BOOST_TEST(as_expected());
}

// A thread may be writing it to a database.
BOOST_AUTO_TEST_CASE(what_can_not_be_read_yet_does_not_move) {
  for (int i = 0; i < 20'000; ++i)
    append(1000);
  events.publish(10'000);
  std::vector<const std::uint8_t*> places;
  for (std::size_t index = 0; index < events.size(); ++index)
    places.push_back(events[index].message.begin());
  for (std::size_t index = 0; index < 10'000; ++index)
    if (index % 4 != 0)
      drop(index);
  events.compact();
  BOOST_TEST(as_expected());
  std::size_t moved = 0;
  for (std::size_t index = 0; index < 8'000; index += 4)
    moved += events[index].message.begin() != places[index] ? 1 : 0;
  BOOST_TEST(moved == 2'000u);
  for (std::size_t index = 10'000; index < events.size(); ++index)
    BOOST_REQUIRE(events[index].message.begin() == places[index]);
}

// One who is still being sent a message keeps it.
BOOST_AUTO_TEST_CASE(a_message_on_its_way_outlives_its_event) {
  append(1000);
  auto message = events[0].message;
  std::string before{reinterpret_cast<const char*>(message.begin()), message.size()};
  for (int i = 0; i < 5'000; ++i)
    append(1000);
  events.publish(events.size());
  for (std::size_t index = 0; index < 4'000; ++index)
    drop(index);
  events.compact();
  BOOST_TEST((std::string{reinterpret_cast<const char*>(message.begin()), message.size()} == before));
  BOOST_TEST(as_expected());
}

BOOST_AUTO_TEST_CASE(the_last_ids_are_known_by_their_last_place) {
  constexpr std::size_t capacity = 300;
  recent_ids ids{capacity};
  const stream owners[] = {stream{"a"}, stream{"b"}};
  struct place {
    const stream* owner;
    std::int64_t revision;
    std::size_t number;
  };
  std::deque<std::uint64_t> order;
  std::map<std::uint64_t, place> model;
  for (std::size_t number = 0; number < 20'000; ++number) {
    // Ids that collide, and that are written again soon or late.
    uuid id{below(2), below(number < 10'000 ? 500 : 100'000)};
    auto& owner = owners[below(2)];
    auto revision = static_cast<std::int64_t>(below(1000));
    ids.remember(id, owner, revision);
    auto key = id.low * 2 + id.high;
    model[key] = {&owner, revision, number};
    order.push_back(key);
    if (order.size() > capacity) {
      if (auto found = model.find(order.front()); found != model.end() && found->second.number + capacity == number)
        model.erase(found);
      order.pop_front();
    }
    for (int i = 0; i < 3; ++i) {
      uuid asked{below(2), below(number < 10'000 ? 500 : 100'000)};
      if (i == 0)
        asked = {order.front() % 2, order.front() / 2};
      auto& of_whom = owners[below(2)];
      auto known = model.find(asked.low * 2 + asked.high);
      auto expected =
        known != model.end() && known->second.owner == &of_whom ? std::optional{known->second.revision} : std::nullopt;
      BOOST_REQUIRE((ids.find(asked, of_whom) == expected));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
