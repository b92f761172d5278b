// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Streams.BatchAppend: many appends on one call, told apart by correlation ids.
///
/// Kinder than a server in three ways: the call ends when its client has half-closed and all replies are written; an append with a bad
/// event is dropped as a whole and answered once; a bad event never ends the call for the other appends.
std::unique_ptr<rpc::handler> handle_batch_append(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
