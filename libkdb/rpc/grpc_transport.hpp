#pragma once

#include <memory>

#include <kdb/settings.hpp>
#include <rpc/transport.hpp>

namespace kdb::rpc {

class engine;

/// Starts the thread that serves the calls of one client. When the last copy goes, whatever is still in flight is cancelled and the
/// thread is waited for; after `stop_engine` has reported, that takes no time.
std::shared_ptr<engine> make_engine();

/// Accepts no further calls, cancels all there are, and calls `drained` when the last one has ended: at once, or later on the
/// engine's thread.
void stop_engine(engine& engine, const std::function<void()>& drained);

/// The transport to a node over gRPC. Connects when the first call needs it.
std::shared_ptr<transport> make_grpc_transport(const std::shared_ptr<engine>& engine, const address& where, const settings& how);

} // namespace kdb::rpc
