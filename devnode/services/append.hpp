// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"

#include <memory>

namespace kdb::development {

/// Streams.Append: options, then events, written together when the client has said all.
std::unique_ptr<rpc::handler> handle_append(node& serving, rpc::call& call);

} // namespace kdb::development
