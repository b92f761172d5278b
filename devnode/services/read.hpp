// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"

#include <memory>

namespace kdb::development {

/// Streams.Read: a finite read, or a catch-up subscription.
std::unique_ptr<rpc::handler> handle_read(node& serving, rpc::call& call);

} // namespace kdb::development
