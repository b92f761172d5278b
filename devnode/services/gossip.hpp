// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"

#include <memory>

namespace kdb::development {

/// Gossip.Read: the members of the cluster, of which there is one, the leader.
std::unique_ptr<rpc::handler> handle_gossip(node& serving, rpc::call& call);

} // namespace kdb::development
