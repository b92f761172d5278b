// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/encoding.hpp"
#include "tools/kdbctl/text/histogram.hpp"
#include "tools/kdbctl/text/progress_line.hpp"

#include <utility>
#include <vector>

using namespace kdbctl;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(measures)

BOOST_AUTO_TEST_CASE(percentiles_are_exact_to_a_few_percent) {
  histogram times;
  for (int i = 1; i <= 10'000; ++i)
    times.add(std::chrono::microseconds{i});
  BOOST_TEST(times.count() == 10'000u);
  const std::vector<std::pair<double, double>> expected{{0.5, 5000}, {0.9, 9000}, {0.99, 9900}, {1.0, 10'000}};
  for (const auto& [part, exact] : expected) {
    const auto found = std::chrono::duration<double, std::micro>{times.percentile(part)}.count();
    BOOST_TEST(found >= exact * 0.999);
    BOOST_TEST(found <= exact * 1.04);
  }
  BOOST_TEST((times.mean() > 4990us && times.mean() < 5010us));
  BOOST_TEST((times.least() == 1us && times.greatest() == 10ms));
}

BOOST_AUTO_TEST_CASE(any_time_has_a_bucket) {
  histogram times;
  for (const auto time : {-1ns, 0ns, 1ns, 31ns, 32ns, 33ns, std::chrono::nanoseconds::max()})
    times.add(time);
  BOOST_TEST(times.count() == 7u);
  BOOST_TEST((times.percentile(1) == std::chrono::nanoseconds::max()));
}

BOOST_AUTO_TEST_CASE(histograms_are_added_and_drawn) {
  histogram one, other;
  one.add(1ms);
  other.add(3ms);
  one.add(other);
  BOOST_TEST(one.count() == 2u);
  BOOST_TEST((one.least() == 1ms && one.greatest() == 3ms));
  const auto drawn = draw(one);
  BOOST_TEST(drawn.find("p99") != drawn.npos);
  BOOST_TEST(drawn.find("# 1\n") != drawn.npos);
  BOOST_TEST(draw({}) == "no times\n");
}

BOOST_AUTO_TEST_CASE(progress_shows_how_much_is_left) {
  const progress_state half{.name = "import", .events = 1000, .done = 50, .total = 100, .elapsed = 2s};
  BOOST_TEST((time_left(half) == 2s));
  BOOST_TEST(progress_line(half, 200) == "import [##########          ] 50%  1,000 events  500/s  2.0 s left");
  BOOST_TEST(display_width(progress_line(half, 30)) <= 30u);
}

BOOST_AUTO_TEST_CASE(progress_without_a_known_end_has_no_bar) {
  const progress_state open{.name = "read", .events = 10, .done = 10, .total = 0, .elapsed = 1s};
  BOOST_TEST(!time_left(open).has_value());
  BOOST_TEST(progress_line(open, 200) == "read  10 events  10/s");
}

BOOST_AUTO_TEST_SUITE_END()
