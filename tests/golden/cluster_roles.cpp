// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/cluster_roles.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace kdb::golden {

std::map<std::string, std::size_t> nodes_by_role(const std::map<std::string, std::string>& recorded, const devcluster& cluster) {
  auto by_port = std::vector<std::size_t>{0, 1, 2};
  std::sort(by_port.begin(), by_port.end(), [&](auto a, auto b) { return cluster.port(a) < cluster.port(b); });
  auto ports = std::set<std::string>{};
  for (const auto& [name, port] : recorded)
    ports.insert(port);
  auto result = std::map<std::string, std::size_t>{};
  for (const auto& [name, port] : recorded)
    result[name] = by_port.at(static_cast<std::size_t>(std::distance(ports.begin(), ports.find(port))));
  return result;
}

void make_leader(fixtures::cluster& nodes, std::size_t wanted) {
  if (nodes.leader() == wanted)
    return;
  nodes.set_priority(wanted, 1);
  nodes.resign(nodes.some_leader());
  nodes.settle();
  nodes.set_priority(wanted, 0);
}

} // namespace kdb::golden
