// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "libkdb/rpc/handshake_verdict.hpp"
#include "libkdb/rpc/tls_material.hpp"

namespace kdb::inline v0::rpc {

/// One handshake with a node, to see what becomes of it.
struct handshake_plan {
  std::vector<std::string> addresses; ///< To be tried in order until one connects.
  std::uint16_t port = 0;
  std::string name; ///< That the certificate has to have; a host name or an IP address.
  bool verify = true;
  tls_material material;
  std::chrono::steady_clock::time_point until;
};

/// Carries it out, in blocking fashion and on this thread; gives up soon when `given_up` says so.
handshake_facts shake_hands(const handshake_plan& plan, const std::function<bool()>& given_up);

} // namespace kdb::inline v0::rpc
