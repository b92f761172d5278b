// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/call.hpp"
#include "services/node.hpp"
#include "services/read_request.hpp"
#include "services/reading.hpp"

#include <memory>

namespace kdb::development {

/// A read with a maximum. Event by event as fast as the client takes them, so that a slow one costs no memory and a long one
/// leaves the loop to others.
std::unique_ptr<reading> finite_read(node& serving, rpc::call& call, read_request request);

} // namespace kdb::development
