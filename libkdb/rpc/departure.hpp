#pragma once

#include <grpcpp/channel.h>

#include <memory>

// Internal: includes gRPC.
namespace kdb::rpc {

/// Lets a channel go that nobody uses any more: at once, unless it is connecting. gRPC 1.51 forgets a connection whose channel goes while it waits
/// for the server's SETTINGS: should they come after that, the connection stays open, and sends pings, as long as the process lives. So
/// such a channel is kept until it has connected, ten seconds and a few dozen of them at most. From any thread; nobody has to wait for it.
void let_go(std::shared_ptr<grpc::Channel> channel);

} // namespace kdb::rpc
