// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"
#include "services/read_request.hpp"
#include "services/reading.hpp"

#include <memory>

namespace kdb::development {

/// A catch-up subscription: what is there, then what comes. It keeps no events, only its place in the log, from which it reads as
/// fast as its client takes them; one that falls behind catches up again and says so.
std::unique_ptr<reading> subscription(node& serving, rpc::call& call, read_request request);

} // namespace kdb::development
