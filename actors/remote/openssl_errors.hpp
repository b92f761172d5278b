// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>

namespace kdb::inline v0::remote {

/// Keeps the failures of TLS connections apart. OpenSSL has one list of errors for each thread, and CAF 0.17 leaves the errors of a connection
/// that has failed in it: then the next read of any other connection fails, too. So a peer whose certificate is refused, or that dies, would
/// end the connections of all others. Only the thread of CAF's io module is affected. Several times is fine.
void keep_tls_failures_apart(caf::actor_system& system);

} // namespace kdb::inline v0::remote
