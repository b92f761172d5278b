// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// ServerFeatures.GetSupportedMethods: exactly what the node implements, so that no client tries what is missing.
std::unique_ptr<rpc::handler> handle_server_features(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
