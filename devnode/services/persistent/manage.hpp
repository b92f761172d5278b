// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// What is done with groups of consumers, except to consume.
std::unique_ptr<rpc::handler> handle_group_create(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_group_update(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_group_delete(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_group_info(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_group_list(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_replay_parked(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_truncate_parked(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_groups_restart(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
