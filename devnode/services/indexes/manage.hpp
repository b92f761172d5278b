// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Handle the methods of IndexesService. What they do is kept in the streams `$UserIndex-NAME`.
std::unique_ptr<rpc::handler> handle_index_create(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_index_start(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_index_stop(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_index_delete(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_index_list(node& serving, rpc::call& call);
std::unique_ptr<rpc::handler> handle_index_get(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
