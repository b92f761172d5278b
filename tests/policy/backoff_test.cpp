// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>
#include <ostream>
#include <random>
#include <set>
#include <vector>

#include "libkdb/policy/backoff.hpp"
#include "libkdb/policy/retry_budget.hpp"

using namespace std::chrono_literals;
using kdb::policy::backoff_delay;

namespace {

struct pause {
  unsigned failures;
  double draw;
  std::chrono::milliseconds expected;
};

std::ostream& operator<<(std::ostream& out, const pause& one) {
  return out << one.failures << " failures, draw " << one.draw;
}

// With 100 ms at first and a cap of 5 s.
const std::vector<pause> pauses{
  {0, 0.0, 50ms},
  {1, 0.0, 50ms},
  {1, 1.0, 100ms},
  {2, 0.0, 100ms},
  {2, 1.0, 200ms},
  {3, 0.5, 300ms},
  {6, 1.0, 3200ms},
  {7, 1.0, 5000ms},
  {7, 0.0, 2500ms},
  {8, 1.0, 5000ms},
  {1000, 0.0, 2500ms},
  {std::numeric_limits<unsigned>::max(), 1.0, 5000ms},
  // What no random source should give.
  {1, -1.0, 100ms},
  {1, 2.0, 100ms},
  {1, std::numeric_limits<double>::quiet_NaN(), 100ms},
};

} // namespace

BOOST_AUTO_TEST_SUITE(backoff)

BOOST_DATA_TEST_CASE(a_pause_doubles_up_to_the_cap_and_lies_in_its_upper_half, boost::unit_test::data::make(pauses)) {
  BOOST_TEST(backoff_delay(sample.failures, {}, sample.draw).count() == sample.expected.count());
}

BOOST_AUTO_TEST_CASE(no_limits_lead_to_a_hot_loop_or_an_overflow) {
  BOOST_TEST(backoff_delay(5, {0ms, 0ms}, 0.5).count() == 1);
  BOOST_TEST(backoff_delay(5, {0ms, 5s}, 0.5).count() == 1);
  BOOST_TEST(backoff_delay(5, {-1ms, -1ms}, 0.5).count() == 1);
  BOOST_TEST(backoff_delay(1, {10s, 1s}, 1.0).count() == 1000);
  auto longest = std::chrono::milliseconds{std::numeric_limits<std::int32_t>::max()};
  BOOST_TEST(backoff_delay(~0u, {1ms, longest}, 1.0).count() == longest.count());
}

BOOST_AUTO_TEST_CASE(failures_are_counted_until_a_success) {
  std::mt19937 random{7};
  kdb::policy::backoff steps{{100ms, 400ms}};
  std::set<std::int64_t> drawn;
  for (auto longest : {100, 200, 400, 400}) {
    auto pause = steps.next(random).count();
    BOOST_TEST(pause >= longest / 2);
    BOOST_TEST(pause <= longest);
    drawn.insert(pause);
  }
  BOOST_TEST(drawn.size() == 4u);
  BOOST_TEST(steps.failures() == 4u);
  steps.reset();
  BOOST_TEST(steps.next(random).count() <= 100);
}

BOOST_AUTO_TEST_CASE(a_budget_gives_so_many_tries_in_any_span) {
  kdb::policy::retry_budget budget{3, 10s};
  kdb::policy::retry_budget::time_point start{};
  BOOST_TEST(budget.left(start) == 3u);
  BOOST_TEST(budget.take(start));
  BOOST_TEST(budget.take(start + 4s));
  BOOST_TEST(budget.take(start + 8s));
  BOOST_TEST(!budget.take(start + 9s));
  BOOST_TEST(budget.left(start + 9s) == 0u);
  BOOST_TEST(budget.left(start + 10s) == 1u);
  BOOST_TEST(budget.take(start + 10s));
  BOOST_TEST(!budget.take(start + 13s));
  BOOST_TEST(budget.take(start + 14s));
  budget.reset();
  BOOST_TEST(budget.left(start + 14s) == 3u);
}

BOOST_AUTO_TEST_CASE(an_empty_budget_gives_nothing) {
  kdb::policy::retry_budget budget{0, 10s};
  BOOST_TEST(!budget.take({}));
}

BOOST_AUTO_TEST_SUITE_END()
