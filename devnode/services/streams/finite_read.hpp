// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/node.hpp"
#include "devnode/services/streams/read_request.hpp"
#include "devnode/services/streams/reading.hpp"

#include <memory>

namespace kdb::inline v0::development {

/// A read with a maximum. Event by event as fast as the client takes them, so that a slow one costs no memory and a long one
/// leaves the loop to others.
std::unique_ptr<reading> finite_read(node& serving, rpc::call& call, read_request request);

} // namespace kdb::inline v0::development
