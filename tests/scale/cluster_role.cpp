// SPDX-License-Identifier: Apache-2.0
#include "tests/scale/roles.hpp"

#include <iostream>

#include "tests/fixtures/cluster.hpp"

namespace kdb::scale {

int run_cluster() {
  auto options = fixtures::quick_cluster();
  options.election = std::chrono::milliseconds{500};
  fixtures::cluster nodes{options};
  nodes.settle();
  std::cout << nodes.connection_string() << " " << nodes.address(nodes.some_leader()) << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "kill")
      nodes.kill(nodes.some_leader());
    std::cout << nodes.gossip_reads() << std::endl;
  }
  return 0;
}

} // namespace kdb::scale
