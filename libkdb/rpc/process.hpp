// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include <kdb/result.hpp>

// Exit and fork of the process, as far as they concern gRPC and OpenSSL (docs/decisions/0015).
namespace kdb::inline v0::rpc {

/// Prepares the process for clients. May be called any number of times. Initializes OpenSSL, so that its cleanup at exit runs
/// after all `atexit` handlers that are registered later. Error: `closed`, in a child of `fork` whose parent was using gRPC at
/// that moment.
result<void> prepare_process();

/// Counts a thread that works inside gRPC or OpenSSL, for as long as the thread holds it.
std::shared_ptr<void> count_thread();

/// Waits until no counted thread is left, at most until `until`. Returns whether none is left.
bool await_threads(std::chrono::steady_clock::time_point until);

} // namespace kdb::inline v0::rpc
