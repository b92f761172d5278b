// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

#include "libkdb/policy/operations.hpp"

using namespace kdb;

namespace {

/// The member that is refused; empty if all is fine.
std::string refused(const result<void>& outcome) {
  if (outcome)
    return {};
  BOOST_TEST((outcome.error().code == errc::invalid_argument));
  BOOST_TEST(outcome.error().message.find("; give ") != std::string::npos);
  return std::get<bad_argument>(outcome.error().detail).name;
}

const call_options impossible_call{.deadline = std::chrono::milliseconds{0}};

} // namespace

BOOST_AUTO_TEST_SUITE(operations)

BOOST_AUTO_TEST_CASE(a_scavenge_has_threads_and_begins_with_a_chunk_that_can_be) {
  using policy::check_start_scavenge;
  BOOST_TEST(refused(check_start_scavenge({})) == "");
  BOOST_TEST(refused(check_start_scavenge({.threads = std::numeric_limits<std::int32_t>::max()})) == "");
  BOOST_TEST(refused(check_start_scavenge({.threads = 0})) == "threads");
  BOOST_TEST(refused(check_start_scavenge({.start_from_chunk = -1})) == "start_from_chunk");
  BOOST_TEST(refused(check_start_scavenge({.call = impossible_call})) == "deadline");
}

BOOST_AUTO_TEST_CASE(a_scavenge_is_stopped_by_its_id) {
  using policy::check_stop_scavenge;
  BOOST_TEST(refused(check_stop_scavenge("c5b4…", {})) == "");
  BOOST_TEST(refused(check_stop_scavenge("", {})) == "id");
  BOOST_TEST(refused(check_stop_scavenge("\xff", {})) == "id");
  BOOST_TEST(refused(check_stop_scavenge("a", impossible_call)) == "deadline");
}

BOOST_AUTO_TEST_SUITE_END()
