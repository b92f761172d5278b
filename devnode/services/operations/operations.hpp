// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/services/node.hpp"

#include "devnode/rpc/call.hpp"

#include <memory>

namespace kdb::inline v0::development {

std::unique_ptr<rpc::handler> handle_start_scavenge(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_stop_scavenge(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_merge_indexes(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_resign_node(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_set_node_priority(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_restart_persistent_subscriptions(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
