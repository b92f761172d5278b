// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/consumer_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace kdb::development;

namespace {

// Sends events of these buckets and returns who got them; 0 is nobody.
std::vector<consumer_id> send(consumer_pool& pool, const std::vector<bucket>& events) {
  std::vector<consumer_id> got;
  for (auto each : events) {
    auto to = pool.choose(each);
    if (to)
      pool.sent(*to, each, true);
    got.push_back(to.value_or(0));
  }
  return got;
}

using consumers = std::vector<consumer_id>;

} // namespace

BOOST_AUTO_TEST_SUITE(consumer_pools)

BOOST_AUTO_TEST_CASE(strategies_have_a_server_s_names) {
  for (auto name : {"DispatchToSingle", "RoundRobin", "Pinned", "PinnedByCorrelation"})
    BOOST_TEST(name_of(parse_strategy(name).value()) == name);
  for (auto name : {"roundrobin", "Nope", ""})
    BOOST_TEST(!parse_strategy(name).has_value());
}

BOOST_AUTO_TEST_CASE(round_robin_takes_turns_and_passes_over_who_is_full) {
  consumer_pool pool{consumer_strategy::round_robin};
  BOOST_TEST((send(pool, {0}) == consumers{0}));
  pool.add(1, 2);
  pool.add(2, 1);
  pool.add(3, 2);
  BOOST_TEST((send(pool, {0, 0, 0, 0, 0, 0}) == consumers{1, 2, 3, 1, 3, 0}));
  pool.released(2, 0);
  BOOST_TEST((send(pool, {0, 0}) == consumers{2, 0}));
}

BOOST_AUTO_TEST_CASE(dispatch_to_single_stays_with_one_until_it_is_full) {
  consumer_pool pool{consumer_strategy::dispatch_to_single};
  pool.add(1, 3);
  pool.add(2, 2);
  BOOST_TEST((send(pool, {0, 0, 0, 0}) == consumers{1, 1, 1, 2}));
  pool.released(1, 0);
  BOOST_TEST((send(pool, {0, 0, 0}) == consumers{2, 1, 0})); // stays with the second now
}

BOOST_AUTO_TEST_CASE(pinned_events_of_a_bucket_go_to_one_consumer) {
  consumer_pool pool{consumer_strategy::pinned};
  pool.add(1, 100);
  pool.add(2, 100);
  auto got = send(pool, {5, 6, 7, 8, 5, 6, 7, 8});
  for (std::size_t i = 0; i < 4; ++i)
    BOOST_TEST(got[i] == got[i + 4]);
  std::map<consumer_id, int> shares;
  for (auto each : got)
    ++shares[each];
  BOOST_TEST(shares[1] == 4);
  BOOST_TEST(shares[2] == 4);
}

BOOST_AUTO_TEST_CASE(a_pinned_event_waits_for_its_consumer_while_others_overtake) {
  consumer_pool pool{consumer_strategy::pinned_by_correlation};
  pool.add(1, 1);
  pool.add(2, 1);
  auto got = send(pool, {5, 5, 6, 6});
  BOOST_TEST((got == consumers{1, 0, 2, 0}));
  pool.released(1, 5);
  BOOST_TEST((send(pool, {6, 5}) == consumers{0, 1}));
}

BOOST_AUTO_TEST_CASE(buckets_of_who_has_gone_find_another_consumer) {
  consumer_pool pool{consumer_strategy::pinned};
  pool.add(1, 10);
  pool.add(2, 10);
  auto before = send(pool, {5, 6});
  pool.remove(before[0]);
  BOOST_TEST((send(pool, {5, 6}) == consumers{before[1], before[1]}));
}

BOOST_AUTO_TEST_CASE(a_new_consumer_gets_its_share_of_the_buckets_that_have_nothing_under_way) {
  consumer_pool pool{consumer_strategy::pinned};
  pool.add(1, 100);
  std::vector<bucket> some{10, 11, 12, 13, 14, 15};
  send(pool, some);
  for (auto each : {10, 11, 12, 13})
    pool.released(1, static_cast<bucket>(each));
  pool.add(2, 100);
  auto got = send(pool, some);
  BOOST_TEST((std::multiset<consumer_id>(got.begin(), got.end()).count(2) == 3));
  BOOST_TEST(got[4] == 1u); // these were in flight
  BOOST_TEST(got[5] == 1u);
}

BOOST_AUTO_TEST_CASE(a_bucket_is_that_of_its_text) {
  BOOST_TEST(bucket_of("orders-1") == bucket_of(std::string{"orders-"} + "1"));
  std::set<bucket> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(bucket_of("orders-" + std::to_string(i)));
  BOOST_TEST(seen.size() > 500u);
  BOOST_TEST(*seen.rbegin() < bucket_count);
}

BOOST_AUTO_TEST_CASE(consumers_without_slots_get_nothing) {
  for (auto strategy : {consumer_strategy::round_robin, consumer_strategy::dispatch_to_single, consumer_strategy::pinned}) {
    consumer_pool pool{strategy};
    pool.add(1, 0);
    BOOST_TEST(!pool.any_free());
    BOOST_TEST((send(pool, {3}) == consumers{0}));
  }
}

BOOST_AUTO_TEST_SUITE_END()
