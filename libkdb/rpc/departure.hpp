// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// How long a channel that has failed to connect pauses before it tries again. Longer after the next failures.
constexpr std::chrono::milliseconds first_pause{1000};

/// Lets a channel go that nobody uses any more: at once, unless it may be connecting. gRPC 1.51 forgets a connection whose channel goes while it
/// waits for the server's SETTINGS: should they come after that, the connection stays open, and sends pings, as long as the process lives.
/// So such a channel is kept until it has connected, ten seconds and a few dozen of them at most. From any thread; nobody has to wait for it.
void let_go(std::shared_ptr<grpc::Channel> channel, std::chrono::steady_clock::time_point opened);

} // namespace kdb::inline v0::rpc
