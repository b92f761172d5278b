// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Handles Projections.Statistics: one reply a projection, as it is at that moment.
std::unique_ptr<rpc::handler> handle_projection_statistics(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
