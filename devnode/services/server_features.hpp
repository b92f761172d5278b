// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"

#include <memory>

namespace kdb::development {

/// ServerFeatures.GetSupportedMethods: exactly what the node implements, so that no client tries what is missing.
std::unique_ptr<rpc::handler> handle_server_features(node& serving, rpc::call& call);

} // namespace kdb::development
