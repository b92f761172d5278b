// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <ostream>

#include "libkdb/policy/handover.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using policy::handover_pace;

namespace {

struct row {
  const char* name;
  std::optional<std::size_t> before; ///< Items of the batch before, if there was one.
  std::size_t items;
  bool live;
  bool waits; ///< Until the interval after the batch before is over.
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.name;
}

const row rows[] = {
  {"the first item", {}, 1, false, false},     {"the first batch", {}, 200, false, false},
  {"few after few", 7, 7, false, false},       {"few after many", 8, 1, false, true},
  {"many after few", 1, 8, false, true},       {"many after many", 100, 100, false, true},
  {"few after many, live", 8, 1, true, false}, {"many after many, live", 100, 100, true, false},
};

const handover_pace::time_point start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(handover)

BOOST_DATA_TEST_CASE(batches_wait_while_events_flow, rows) {
  handover_pace pace;
  pace.follows_live(sample.live);
  if (sample.before)
    pace.handed_over(*sample.before, start);
  BOOST_TEST((pace.due(sample.items) > start) == sample.waits);
  BOOST_TEST((pace.due(sample.items) <= start + handover_pace::interval));
}

BOOST_AUTO_TEST_CASE(a_subscription_that_falls_behind_waits_again) {
  handover_pace pace;
  pace.handed_over(100, start);
  pace.follows_live(true);
  BOOST_TEST((pace.due(1) < start));
  pace.follows_live(false);
  BOOST_TEST((pace.due(1) == start + handover_pace::interval));
}

BOOST_AUTO_TEST_SUITE_END()
