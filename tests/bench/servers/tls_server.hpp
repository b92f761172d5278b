// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdb::bench {

/// Speaks TLS on a free port of 127.0.0.1 for a server that does not, prints "127.0.0.1:PORT" and goes on until standard input ends. Writes
/// the authority of its certificate into a file.
int run_tls_server(const std::string& target, const std::string& ca_file);

} // namespace kdb::bench
