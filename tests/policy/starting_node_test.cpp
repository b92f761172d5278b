// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "libkdb/policy/starting_node.hpp"

using namespace kdb;
using namespace std::chrono_literals;

namespace {

const error refused{.code = errc::unauthenticated, .message = "no"};
const policy::starting_node::time_point start{};

/// One whose first call was confirmed, and is lost; the next one begins.
policy::starting_node resuming() {
  policy::starting_node node;
  node.call_begins();
  node.call_confirmed();
  node.call_begins();
  return node;
}

} // namespace

BOOST_AUTO_TEST_SUITE(starting_nodes)

BOOST_AUTO_TEST_CASE(credentials_that_are_refused_from_the_start_are_wrong) {
  policy::starting_node node;
  node.call_begins();
  BOOST_TEST(!node.excuses(refused, start));
}

BOOST_AUTO_TEST_CASE(credentials_that_have_worked_are_tried_again_for_a_while) {
  auto node = resuming();
  BOOST_TEST(node.excuses(refused, start));
  node.call_begins();
  BOOST_TEST(node.excuses(refused, start + 9999ms));
  BOOST_TEST(!node.excuses(refused, start + 10s));
}

BOOST_AUTO_TEST_CASE(the_while_counts_from_the_first_refusal_of_each_loss) {
  auto node = resuming();
  BOOST_TEST(node.excuses(refused, start));
  node.call_confirmed();
  node.call_begins();
  BOOST_TEST(node.excuses(refused, start + 1h));
  BOOST_TEST(!node.excuses(refused, start + 1h + 10s));
}

BOOST_AUTO_TEST_CASE(a_call_that_runs_and_is_refused_has_lost_its_rights) {
  auto node = resuming();
  node.call_confirmed();
  BOOST_TEST(!node.excuses(refused, start));
}

BOOST_AUTO_TEST_CASE(no_other_error_is_excused) {
  auto node = resuming();
  for (const auto code : {errc::access_denied, errc::stream_deleted, errc::tls_failed})
    BOOST_TEST(!node.excuses(error{.code = code}, start));
}

BOOST_AUTO_TEST_SUITE_END()
