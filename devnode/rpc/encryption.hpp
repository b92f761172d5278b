// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdb::inline v0::development::rpc {

/// What a server that speaks TLS shows its clients, and wants of them. All is PEM.
struct encryption {
  std::string certificates; ///< The server's, and those between it and its CA.
  std::string key;
  std::string client_ca; ///< Clients are asked for a certificate that it has signed; empty: they aren't asked.
  bool required = false; ///< Whether they must have one.
};

} // namespace kdb::inline v0::development::rpc
