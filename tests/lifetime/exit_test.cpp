// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ostream>

#include "tests/fixtures/certificates.hpp"
#include <kdb/devnode.hpp>

#include "tests/lifetime/guest_process.hpp"

namespace kdb::test {

namespace {

struct ending {
  const char* role;
  std::vector<std::string> lines;
  int code = 0;

  friend std::ostream& operator<<(std::ostream& out, const ending& one) { return out << one.role; }
};

const ending endings[] = {
  {"function_local", {"ok"}},
  {"filled_in_main", {"ok"}},
  {"closed_before", {"ok"}},
  {"with_reading_and_subscription", {"ok", "ok", "ok"}},
  {"used_while_exiting", {"ok", "at exit: closed"}},
  {"used_before_it_closes", {"ok", "at exit: ok"}},
  {"connects_while_exiting", {"ok", "at exit: closed"}},
  {"exit_elsewhere", {"ok"}, 3},
  {"exit_past_a_waiting_thread", {"ok"}, 4},
  {"destroyed_elsewhere", {"ok", "destroyed"}},
  {"asio_client_before_context", {"ok"}},
  {"asio_context_before_client", {"ok"}},
  {"exit_in_the_log", {}, 5},
  {"own_system", {"ok"}},
};

void expect_end(const ending& one, const std::string& uri) {
  const auto end = run_to_end({KDB_GUEST_PROGRAM, one.role, uri});
  BOOST_TEST(end.lines == one.lines, boost::test_tools::per_element());
  BOOST_TEST(end.code == one.code);
}

} // namespace

BOOST_DATA_TEST_CASE(a_process_ends_as_it_wants_to_whatever_it_keeps_in_static_storage, endings) {
  const devnode node;
  expect_end(sample, node.connection_string());
}

BOOST_DATA_TEST_CASE(a_process_ends_as_it_wants_to_over_tls, endings) {
  const fixtures::scratch_folder files;
  const devnode node{{.tls_folder = files.path("tls")}};
  expect_end(sample, node.connection_string());
}

BOOST_AUTO_TEST_CASE(a_client_works_before_main) {
  const devnode node;
  ::setenv("KDB_GUEST_EARLY", node.connection_string().c_str(), 1);
  const auto end = run_to_end({KDB_GUEST_PROGRAM, "nothing", "unused"});
  ::unsetenv("KDB_GUEST_EARLY");
  BOOST_TEST(end.lines == std::vector<std::string>{"before main: ok"}, boost::test_tools::per_element());
  BOOST_TEST(end.code == 0);
}

BOOST_AUTO_TEST_CASE(a_static_object_of_a_plugin_makes_a_client) {
  const devnode node;
  const auto by_name = "kurrentdb://localhost:" + std::to_string(node.port()) + "?tls=false";
  for (const auto& uri : {node.connection_string(), by_name}) {
    const auto end = run_to_end({KDB_PLUGIN_HOST_PROGRAM, KDB_PLUGIN, uri});
    BOOST_TEST(end.lines == std::vector<std::string>{"loaded: ok"}, boost::test_tools::per_element());
    BOOST_TEST(end.code == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_plugin_that_waits_for_its_client_while_it_is_loaded_is_told_that_it_waits_in_vain) {
  const devnode node;
  ::setenv("KDB_PLUGIN_WAITS", "1", 1);
  const auto end = run_to_end({KDB_PLUGIN_HOST_PROGRAM, KDB_PLUGIN, node.connection_string()});
  ::unsetenv("KDB_PLUGIN_WAITS");
  const std::vector<std::string> wanted{"while loading: deadline_exceeded", "loaded: ok"};
  BOOST_TEST(end.lines == wanted, boost::test_tools::per_element());
  BOOST_TEST(end.code == 0);
}

} // namespace kdb::test
