// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <kdb/result.hpp>

namespace kdb::inline v0::rpc {

using addresses_handler = std::function<void(result<std::vector<std::string>>)>;

/// Looks up all IPv4 and IPv6 addresses of a host name, anew each time. Calls `done` once: at once if the name is an address,
/// otherwise later, on a thread of the lookup. A lookup can't be cancelled, so `done` must not use anything that ends before it.
void resolve(const std::string& host, addresses_handler done);

} // namespace kdb::inline v0::rpc
