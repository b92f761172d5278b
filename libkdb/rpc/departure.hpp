// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// How long a channel that has failed to connect pauses before it tries again. Longer after the next failures.
constexpr std::chrono::milliseconds first_pause{1000};

/// Releases a channel that is no longer used: at once, unless it may be connecting. If gRPC 1.51 destroys a channel that waits
/// for the server's SETTINGS, and they arrive later, the connection stays open and sends pings until the process ends. So such a
/// channel is kept until it has connected, at most for ten seconds, and at most a few dozen of them. Callable from any thread;
/// callers need not wait for it.
void let_go(std::shared_ptr<grpc::Channel> channel, std::chrono::steady_clock::time_point opened);

} // namespace kdb::inline v0::rpc
