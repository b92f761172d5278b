// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "tests/fixtures/cluster.hpp"

namespace kdb::golden {

/// Which node plays which part of a recording, given the recorded ports: the lowest port is played by the node with the lowest port, because
/// gossip lists nodes by port.
std::map<std::string, std::size_t> nodes_by_role(const std::map<std::string, std::string>& ports, const devcluster& cluster);

/// Has that node lead, whoever leads now.
void make_leader(fixtures::cluster& nodes, std::size_t wanted);

} // namespace kdb::golden
