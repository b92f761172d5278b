// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "libkdb/rpc/engine.hpp"
#include "libkdb/rpc/handshake_verdict.hpp"
#include "libkdb/rpc/tls_material.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// The time limit of a probe.
inline constexpr std::chrono::milliseconds longest_probe{2000};

/// Makes one TLS handshake with a node, to find out why a connection failed: gRPC reports an unknown authority, an expired
/// certificate and a server without TLS with the same text. It runs on a thread of its own, counts as a call of the engine, and
/// ends early when the engine stops. `done` is called once: on that thread, or at once and without observations if the engine has
/// stopped or too many probes are running.
void probe_handshake(const std::shared_ptr<engine>& engine, const address& node, const tls_settings& settings,
                     tls_material material, std::function<void(handshake_facts)> done);

} // namespace kdb::inline v0::rpc
