// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"
#include "devnode/services/streams/read_request.hpp"
#include "devnode/services/streams/reading.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// A catch-up subscription: what is there, then what comes. It keeps no events, only its place in the log, from which it reads as
/// fast as its client takes them; one that falls behind catches up again and says so.
std::unique_ptr<reading> subscription(node& serving, rpc::call& call, read_request request);

} // namespace kdb::inline v0::development
