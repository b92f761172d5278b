// SPDX-License-Identifier: Apache-2.0

// A group on random walks: whatever happens, no event is lost, and none comes again after it is done.

#include "tests/devnode/group_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <vector>

using namespace kdb::development;
using namespace kdb::development::testing;

BOOST_FIXTURE_TEST_SUITE(consumer_group_walks, group_fixture)

BOOST_AUTO_TEST_CASE(whatever_happens_every_event_is_done_once_and_none_is_lost) {
  auto given = std::getenv("KDB_SEED");
  std::random_device source;
  for (int walk = 0; walk < 100; ++walk) {
    auto seed = given ? std::strtoull(given, nullptr, 10) : source();
    BOOST_TEST_CONTEXT("KDB_SEED=" << seed) {
      std::mt19937_64 random{seed};
      auto below = [&](std::uint64_t end) { return random() % end; };
      settings.strategy = static_cast<consumer_strategy>(below(4));
      settings.max_retry_count = static_cast<std::int32_t>(below(4));
      settings.history_buffer_size = 30;
      settings.max_checkpoint_count = static_cast<std::int32_t>(below(10));
      now = 0ms;
      group = make();
      std::map<consumer_id, std::int32_t> slots;                                         // of those who are connected
      std::map<std::uint64_t, std::pair<consumer_id, std::chrono::milliseconds>> flying; // by id, until when
      std::set<std::int64_t> open;                                                       // places that are not done
      std::set<std::int64_t> parked;
      consumer_id last_consumer = 0;
      std::int64_t last = -1, saved = -1;
      auto settle = [&](std::uint64_t id, bool done) {
        flying.erase(id);
        if (done)
          open.erase(static_cast<std::int64_t>(id) - 1);
      };
      auto look = [&] {
        for (auto& each : group.take()) {
          if (auto push = std::get_if<push_event>(&each)) {
            BOOST_REQUIRE(slots.contains(push->to));
            BOOST_REQUIRE(open.contains(push->event.place)); // never after it is done
            BOOST_REQUIRE(flying.emplace(push->event.id.low, std::pair{push->to, now + settings.message_timeout}).second);
          } else if (auto park = std::get_if<park_event>(&each)) {
            BOOST_REQUIRE(parked.insert(park->event.place).second);
            BOOST_REQUIRE(open.erase(park->event.place) == 1u);
            flying.erase(park->event.id.low);
          } else {
            auto place = std::get<save_checkpoint>(each).place.at;
            BOOST_REQUIRE(place > saved);
            saved = place;
          }
        }
        std::map<consumer_id, std::int32_t> counts;
        for (auto& [id, where] : flying)
          ++counts[where.first];
        for (auto& [consumer, count] : counts)
          BOOST_REQUIRE(count <= slots.at(consumer));
        BOOST_REQUIRE(group.in_flight() == flying.size());
        BOOST_REQUIRE((open.empty() || saved < *open.begin()));
      };
      auto step = [&](std::uint64_t kind) {
        auto some = flying.begin();
        if (!flying.empty())
          std::advance(some, static_cast<std::ptrdiff_t>(below(flying.size())));
        if (kind < 4 && group.room() > 0) {
          ++last;
          open.insert(last);
          group.add({.id = id(last), .place = last, .kept_with = static_cast<bucket>(below(7))});
          group.dispatch(now);
        } else if (kind == 4 && slots.size() < 4) {
          slots[++last_consumer] = static_cast<std::int32_t>(1 + below(5));
          group.connect(last_consumer, slots[last_consumer], now);
        } else if (kind == 5 && !slots.empty()) {
          auto gone = slots.begin()->first;
          slots.erase(gone);
          std::erase_if(flying, [&](auto& each) { return each.second.first == gone; });
          group.disconnect(gone, now);
        } else if (kind < 10 && !flying.empty()) {
          auto answered = some->first;
          settle(answered, true);
          group.ack(std::vector<uuid>{{1, answered}}, now);
        } else if (kind < 12 && !flying.empty()) {
          auto answered = some->first;
          auto action = static_cast<nack_action>(below(5));
          settle(answered, action == nack_action::skip || action == nack_action::stop);
          group.nack(std::vector<uuid>{{1, answered}}, action, "", now);
        } else {
          now += std::chrono::milliseconds{below(400)};
          std::erase_if(flying, [&](auto& each) { return each.second.second <= now; });
          group.tick(now);
        }
        look();
      };
      for (int i = 0; i < 400; ++i)
        step(below(13));
      // In the end somebody takes everything that is left.
      if (slots.empty()) {
        slots[++last_consumer] = 5;
        group.connect(last_consumer, 5, now);
        look();
      }
      for (int i = 0; i < 2000 && !open.empty(); ++i)
        step(9);
      BOOST_TEST(open.empty());
      BOOST_TEST(group.waiting() + group.retrying() + group.in_flight() == 0u);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
