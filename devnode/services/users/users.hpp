// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Handle the methods of Users. Without authentication users can be kept all the same; nobody asks who they are.
std::unique_ptr<rpc::handler> handle_user_create(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_user_update(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_user_delete(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_user_enable(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_user_disable(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_user_details(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_change_password(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_reset_password(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
