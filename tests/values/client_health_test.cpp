// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include <kdb/connection_change.hpp>

using namespace kdb;

namespace {

struct row {
  client_status status;
  bool live;
  bool ready;
  const char* reason;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.reason;
}

reconnecting after(unsigned attempt) {
  return {.attempt = attempt, .why = {.code = errc::unavailable, .message = "connection refused"}};
}

const row rows[] = {
  // Nothing was needed yet: the first request will connect.
  {{.phase = client_phase::idle}, true, true, "idle"},
  {{.phase = client_phase::idle, .trouble = after(3)}, true, false, "idle, attempt 3 failed: unavailable: connection refused"},
  {{.phase = client_phase::connecting}, true, false, "connecting"},
  {{.phase = client_phase::connecting, .trouble = after(1)},
   true,
   false,
   "connecting, attempt 1 failed: unavailable: connection refused"},
  {{.phase = client_phase::connecting, .trouble = after(0)},
   true,
   false,
   "connecting, the node was lost: unavailable: connection refused"},
  {{.phase = client_phase::connected, .node = connected{{"db1", 2113}, "26.0"}}, true, true, "connected to db1:2113"},
  {{.phase = client_phase::closed}, false, false, "closed"},
};

} // namespace

BOOST_DATA_TEST_CASE(health_follows_from_the_status, boost::unit_test::data::make(rows), row) {
  const auto health = health_of(row.status);
  BOOST_TEST(health.live == row.live);
  BOOST_TEST(health.ready == row.ready);
  BOOST_TEST(health.reason == row.reason);
  BOOST_TEST(to_string(row.status) == row.reason);
}
