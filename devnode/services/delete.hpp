// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"

#include <memory>

namespace kdb::development {

/// Streams.Delete: hides a stream until it is written again.
std::unique_ptr<rpc::handler> handle_delete(node& serving, rpc::call& call);

/// Streams.Tombstone: ends a stream for ever.
std::unique_ptr<rpc::handler> handle_tombstone(node& serving, rpc::call& call);

} // namespace kdb::development
