// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/devnode.hpp>

#include "tests/lifetime/guest_process.hpp"

namespace kdb::test {

namespace {

using lines = std::vector<std::string>;

void expect(const std::string& role, const lines& wanted) {
  const devnode node;
  const auto end = run_to_end({KDB_GUEST_PROGRAM, role, node.connection_string()});
  BOOST_TEST(end.lines == wanted, boost::test_tools::per_element());
  BOOST_TEST(end.code == 0);
}

} // namespace

BOOST_AUTO_TEST_CASE(what_a_child_of_fork_has_inherited_is_closed_at_once_and_the_parent_goes_on) {
  expect("fork_uses",
         {"append: closed", "read: closed", "read on: closed", "next: closed", "consume on: closed", "subscribe: closed",
          "consume: closed", "status: closed", "async: closed closed closed closed ok", "child: 0", "parent: ok"});
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_destroys_what_it_has_inherited) {
  expect("fork_returns", {"child: 7", "parent: ok"});
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_exits_with_an_inherited_client_in_static_storage) {
  expect("fork_exits", {"child: 6", "parent: ok"});
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_is_told_that_it_cannot_make_a_client_while_its_parent_has_one) {
  expect("fork_makes", {"own: closed", "child: 0", "parent: ok"});
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_makes_a_client_if_its_parent_has_had_none) {
  expect("fork_first", {"own: ok", "child: 0", "parent: ok"});
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_makes_a_client_after_its_parent_has_destroyed_the_last_one) {
  expect("fork_after_the_last", {"parent: ok", "own: ok", "child: 0", "parent: ok"});
}

BOOST_AUTO_TEST_CASE(a_client_made_before_daemon_is_closed_after_it) {
  expect("daemonized", {"daemon: closed"});
}

} // namespace kdb::test
