// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "libkdb/rpc/handshake_verdict.hpp"
#include "libkdb/rpc/tls_material.hpp"

namespace kdb::inline v0::rpc {

/// A TLS handshake with a node, made to find out why a connection failed.
struct handshake_plan {
  std::vector<std::string> addresses; ///< Tried in order until one connects.
  std::uint16_t port = 0;
  std::string name; ///< The name that the certificate must contain: a host name or an IP address.
  bool verify = true;
  tls_material material;
  std::chrono::steady_clock::time_point until;
};

/// Makes the handshake. Blocks the calling thread, and stops soon after `given_up` returns true.
handshake_facts shake_hands(const handshake_plan& plan, const std::function<bool()>& given_up);

} // namespace kdb::inline v0::rpc
