// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "libkdb/rpc/engine.hpp"
#include "libkdb/rpc/handshake_verdict.hpp"
#include "libkdb/rpc/tls_material.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// What a probe may take.
inline constexpr std::chrono::milliseconds longest_probe{2000};

/// Shakes hands with a node once, to see why a connection has failed: gRPC has the same words for an unknown authority, an expired
/// certificate and a server without TLS. It runs on a thread of its own, counts as a call of the engine, and ends early when that stops.
/// `done` is called once: on that thread, or at once when the engine has stopped, and when very many are under way; then nothing was seen.
void probe_handshake(const std::shared_ptr<engine>& engine, const address& node, const tls_settings& settings,
                     tls_material material, std::function<void(handshake_facts)> done);

} // namespace kdb::inline v0::rpc
