// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// Streams.Read: a finite read, or a catch-up subscription.
std::unique_ptr<rpc::handler> handle_read(node& serving, rpc::call& call);

} // namespace kdb::inline v0::development
