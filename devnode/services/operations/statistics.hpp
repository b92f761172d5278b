// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

namespace kdb::inline v0::development {

/// Monitoring.Stats: what the node knows about itself and its machine, under a server's names, at once and then in each period.
std::unique_ptr<rpc::handler> handle_statistics(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
