// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

// kdb_scale is a process for each part: what one of them takes is not another's.
namespace kdb::scale {

/// The stream that everybody follows.
inline constexpr const char* stream = "scale";

/// A cluster of three. Prints its connection string and the leader's number; "kill" on standard input kills the leader.
int run_cluster();

/// So many subscriptions by a loop over gRPC. Prints the milliseconds until all were confirmed, and bytes each.
int run_raw(const std::string& target, std::size_t count);

/// One client with so many subscriptions. Prints the measures of each step as one line and goes on with the next at any line.
int run_client(const std::string& connection_string, std::size_t count);

} // namespace kdb::scale
