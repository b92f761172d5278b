// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Handles PersistentSubscriptions.Read: a consumer joins a group, gets events and answers for them.
std::unique_ptr<rpc::handler> handle_persistent_read(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
