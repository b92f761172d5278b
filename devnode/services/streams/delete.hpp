// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Streams.Delete: hides a stream until it is written again.
std::unique_ptr<rpc::handler> handle_delete(node& serving, rpc::call& call);

/// Streams.Tombstone: ends a stream for ever.
std::unique_ptr<rpc::handler> handle_tombstone(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
