// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// StreamsService.AppendSession (v2): a request a stream, all written together when the client has said all.
std::unique_ptr<rpc::handler> handle_append_session(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
