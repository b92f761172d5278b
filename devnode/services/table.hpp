// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/server.hpp"
#include "devnode/services/node.hpp"

namespace kdb::inline v0::development {

/// Adds every method that the node implements to the server, and those that tell about the node itself.
void add_services(rpc::server& to, node& serving);

} // namespace kdb::inline v0::development
