// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Handle the methods of Projections but for Statistics. Users other than operators learn whether there is a projection, and may change none.
std::unique_ptr<rpc::handler> handle_projection_create(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_update(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_delete(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_disable(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_enable(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_reset(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_state(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projection_result(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_projections_restart(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
