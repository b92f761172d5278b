// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdb::bench {

/// Copies what a read of `stream` at `source` (host:port) gives, then answers every call with those bytes from a gRPC server that knows
/// nothing of their meaning: what a node that only copies could reach. Prints "127.0.0.1:PORT", goes on until standard input ends.
int run_generic_server(const std::string& source, const std::string& stream, bool write_hint);

} // namespace kdb::bench
