// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/bench/report.hpp"

namespace kdb::bench {

/// How much to measure, and where the other programs are.
struct run_settings {
  int rounds = 7;
  double scale = 1; // of the number of items in a pass
  std::string node_program = "node";
  std::string scripts;     // folder with the Node.js workers
  std::string node_client; // folder with the official client
  std::string devnode;     // the development node's program
};

/// What is measured together: the members of one contest, in turns, and the rows that come of it.
struct group {
  std::string name;
  std::string about;
  std::function<std::vector<row>(const run_settings&)> run;
};

const std::vector<group>& groups();

} // namespace kdb::bench
