// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include <kdb/result.hpp>

// The transport as a guest of the process: how the process forks and ends.
namespace kdb::inline v0::rpc {

/// Prepares the process for clients; any number of times. OpenSSL is initialized here, so that its cleanup at exit runs after that of whoever
/// registers with `atexit` later. Error: `closed`, in a child of `fork` whose parent was using gRPC at that moment.
result<void> prepare_process();

/// Counts a thread that works inside gRPC or OpenSSL, for as long as the thread holds it.
std::shared_ptr<void> count_thread();

/// Waits until no counted thread is left, at most until then. Returns whether that is so.
bool await_threads(std::chrono::steady_clock::time_point until);

} // namespace kdb::inline v0::rpc
