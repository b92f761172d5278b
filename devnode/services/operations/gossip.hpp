// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Gossip.Read: the members of the cluster, of which there is one, the leader.
std::unique_ptr<rpc::handler> handle_gossip(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
