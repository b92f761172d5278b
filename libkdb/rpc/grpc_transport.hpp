#pragma once

#include <memory>

#include <kdb/result.hpp>
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

/// Whether the certificates and keys that the settings name can be used. Those of the system are not looked at: they may come later.
result<void> check_tls_files(const tls_settings& how);

/// The transport to a node over gRPC. Connects when the first call needs it. Reads the files of certificates anew; if that fails, so do all
/// calls, with `tls_failed`. A unary call that finds no connection because of TLS says so as well.
std::shared_ptr<transport> make_grpc_transport(const std::shared_ptr<engine>& engine, const address& where, const settings& how);

} // namespace kdb::rpc
