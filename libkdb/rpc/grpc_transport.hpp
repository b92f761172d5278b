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

/// Starts the thread that serves the calls of one client. When the last copy goes, whatever is still in flight is cancelled and the
/// thread is waited for; after `stop_engine` has reported, that takes no time. gRPC may hold that many bytes for it.
std::shared_ptr<engine> make_engine(std::uint64_t most_bytes = settings{}.max_transport_bytes);

/// How often somebody should look after an engine.
constexpr std::chrono::milliseconds relief_interval{250};

/// Looks after the engine's thread: gRPC keeps it for as long as a connection brings something new that is not paid for by windows, headers say. If it
/// has not come back since the last time its work is done here, so that calls end when they should. True: gRPC was busy with nothing else
/// for so long that the connections are given up, and all calls with them. From any thread that doesn't belong to gRPC.
bool relieve(engine& engine);

/// Why calls end then, and what is said about the node.
error given_up();

/// Accepts no further calls, cancels all there are, and calls `drained` when the last one has ended: at once, or later on the
/// engine's thread.
void stop_engine(engine& engine, const std::function<void()>& drained);

/// Whether the certificates and keys that the settings name can be used. Those of the system are not looked at: they may come later.
result<void> check_tls_files(const tls_settings& settings);

/// The transport to a node over gRPC. Connects when the first call needs it. Reads the files of certificates anew; if that fails, so do all
/// calls, with `tls_failed`. A unary call that finds no connection because of TLS says so as well.
std::shared_ptr<transport> make_grpc_transport(const std::shared_ptr<engine>& engine, const address& where,
                                               const settings& config);

} // namespace kdb::inline v0::rpc
