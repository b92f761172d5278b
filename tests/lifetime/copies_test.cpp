// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include <kdb/devnode.hpp>

#include "tests/lifetime/guest_process.hpp"

namespace kdb::test {

namespace {

const char* const ways_to_load[] = {"local", "global", "closing"};
const std::string programs[] = {KDB_OWN_STUBS_PROGRAMS};

} // namespace

BOOST_DATA_TEST_CASE(plugins_that_each_have_a_copy_of_the_library_work_side_by_side, ways_to_load) {
  const devnode node;
  const auto end = run_to_end({KDB_COPIES_HOST_PROGRAM, sample, node.connection_string(), KDB_COPIES_PLUGINS});
  const std::vector<std::string> wanted{"a: ok, ok", "b: ok, ok", "a: ok, ok", "b: ok, ok"};
  BOOST_TEST(end.lines == wanted, boost::test_tools::per_element());
  BOOST_TEST(end.code == 0);
}

BOOST_DATA_TEST_CASE(a_program_has_code_of_its_own_from_the_definitions_of_a_server, programs) {
  const devnode node;
  const auto end = run_to_end({sample, node.connection_string(), "127.0.0.1:" + std::to_string(node.port())});
  const std::vector<std::string> wanted{"libkdb: ok", "own: t", "registered: event_store.client.streams.ReadReq"};
  BOOST_TEST(end.lines == wanted, boost::test_tools::per_element());
  BOOST_TEST(end.code == 0);
}

} // namespace kdb::test
