// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <kdb/result.hpp>

namespace kdb::inline v0::rpc {

using addresses_handler = std::function<void(result<std::vector<std::string>>)>;

/// Looks a host name up: all its IPv4 and IPv6 addresses, anew each time. Calls `done` once: at once for what is an address
/// already, otherwise later on a thread of the lookup, which nobody can hurry: `done` must not need anything that ends before it.
void resolve(const std::string& host, addresses_handler done);

} // namespace kdb::inline v0::rpc
