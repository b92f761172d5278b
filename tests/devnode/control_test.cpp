// SPDX-License-Identifier: Apache-2.0

// The program as a cluster that obeys lines of text.

#include "tests/fixtures/child.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using kdb::fixtures::child;

namespace {

struct program {
  child process{{KDB_DEVNODE_PROGRAM, "--cluster", "3", "--election", "50"}};
  std::string addresses = process.read_line();

  // All lines of the answer but its "ok", or what is wrong.
  std::vector<std::string> ask(const std::string& line) {
    process.write_line(line);
    std::vector<std::string> lines;
    for (;;) {
      auto next = process.read_line();
      if (next == "ok")
        return lines;
      lines.push_back(next);
      if (next.starts_with("error: "))
        return lines;
    }
  }

  std::string first_of(const std::string& line) {
    auto lines = ask(line);
    return lines.empty() ? "" : lines.front();
  }

  // Without the addresses.
  std::string states() {
    std::string all;
    for (auto& line : ask("status"))
      all += line.substr(line.find(' ', 2));
    return all;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cluster_program, program)

BOOST_AUTO_TEST_CASE(it_tells_where_its_nodes_are) {
  std::string told;
  for (auto& line : ask("status"))
    told += (told.empty() ? "" : ",") + line.substr(2, line.find(' ', 2) - 2);
  BOOST_TEST(addresses == told);
  BOOST_TEST(states() == " Leader Follower Follower");
}

BOOST_AUTO_TEST_CASE(a_leader_is_killed_and_started_by_hand) {
  BOOST_TEST(ask("kill 0").empty());
  BOOST_TEST(ask("settle").empty());
  BOOST_TEST(states() == " ended Leader Follower");
  BOOST_TEST(ask("start 0").empty());
  BOOST_TEST(ask("settle").empty());
  BOOST_TEST(states() == " Follower Leader Follower");
  BOOST_TEST(ask("resign 1").empty());
  BOOST_TEST(ask("settle").empty());
  BOOST_TEST(states() == " Leader Follower Follower");
}

BOOST_AUTO_TEST_CASE(every_command_is_obeyed) {
  for (auto line : {"hang 1", "thaw 1", "leaderless", "elect", "settle", "priority 2 5", "cut 0", "cut 0 100", "refuse 0",
                    "accept 0", "stall 0", "delay 0 1", "slow 0 1000", "resume 0", "drain 2", "help"})
    BOOST_TEST((ask(line).empty() == (std::string{line} != "help")), line);
}

BOOST_AUTO_TEST_CASE(mistakes_are_told) {
  BOOST_TEST(first_of("explode 1") == "error: unknown command explode; try help");
  BOOST_TEST(first_of("kill") == "error: kill takes other numbers; try help");
  BOOST_TEST(first_of("kill one") == "error: not a number: one");
  BOOST_TEST(first_of("kill 3") == "error: the cluster has no node 3");
  BOOST_TEST(first_of("resign 1") == "error: the node is not the leader");
}

BOOST_AUTO_TEST_SUITE_END()
