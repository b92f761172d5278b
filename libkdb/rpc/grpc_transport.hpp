// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "libkdb/rpc/transport.hpp"
#include <kdb/result.hpp>
#include <kdb/settings.hpp>

namespace kdb::inline v0::rpc {

class engine;

/// Starts the thread that serves the calls of one client. Destroying the last copy cancels the calls in flight and waits for the
/// thread; after `stop_engine` has reported, that takes no time. `most_bytes` limits gRPC's memory for this client.
std::shared_ptr<engine> make_engine(std::uint64_t most_bytes = settings{}.max_transport_bytes);

/// The interval at which `relieve` should be called.
constexpr std::chrono::milliseconds relief_interval{250};

/// Checks the engine's thread, which gRPC keeps while a connection receives data without flow control, for instance headers. If
/// the thread has not returned since the last check, its work is done here, so that calls end in time. Returns true if gRPC has
/// kept the thread for so long that all connections and their calls are given up. Callable from any thread that does not belong
/// to gRPC.
bool relieve(engine& engine);

/// The error of the calls that `relieve` ends, and of their node.
error given_up();

/// Refuses new calls, cancels all calls, and calls `drained` when the last one has ended: at once, or later on the engine's
/// thread.
void stop_engine(engine& engine, const std::function<void()>& drained);

/// Checks that the certificates and keys named in the settings can be used. The system's certificates are not checked, because
/// they may be installed later.
result<void> check_tls_files(const tls_settings& settings);

/// Makes the transport to a node over gRPC. It connects with the first call. It reads the certificate files anew; if that fails,
/// all calls fail with `tls_failed`. A unary call also fails with `tls_failed` if it can't connect because of TLS.
std::shared_ptr<transport> make_grpc_transport(const std::shared_ptr<engine>& engine, const address& where,
                                               const settings& config);

} // namespace kdb::inline v0::rpc
