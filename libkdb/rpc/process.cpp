// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/process.hpp"

#include <grpc/grpc.h>
#include <openssl/ssl.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "libkdb/values/forks.hpp"

namespace kdb::inline v0::rpc {

namespace {

/// Whether gRPC was in use when this process was forked off.
constinit std::atomic<bool> inherited_grpc{false};
/// The same for the next fork, as seen by the parent just before it.
constinit std::atomic<bool> uses_grpc{false};

void watch_forks() {
  // Asked before the fork: in the child, gRPC's lock may be held by a thread that does not exist there.
  pthread_atfork([] { uses_grpc = grpc_is_initialized() != 0; }, nullptr,
                 [] {
                   if (uses_grpc)
                     inherited_grpc = true;
                 });
}

struct counted_threads {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t number = 0;
};

constinit per_process<counted_threads> threads;

} // namespace

result<void> prepare_process() {
  static constinit std::once_flag once;
  std::call_once(once, [] {
    watch_forks();
    OPENSSL_init_ssl(0, nullptr);
  });
  if (inherited_grpc)
    return unexpected({.code = errc::closed,
                       .message =
                         "this process was forked while its parent was using gRPC, which does not work in the child; fork "
                         "before the first client is made, or after the last one has been closed and destroyed"});
  return {};
}

std::shared_ptr<void> count_thread() {
  auto& counted = threads.get();
  std::lock_guard lock{counted.mutex};
  ++counted.number;
  return {&counted, [](counted_threads* all) {
            std::lock_guard last{all->mutex};
            --all->number;
            all->changed.notify_all();
          }};
}

bool await_threads(std::chrono::steady_clock::time_point until) {
  auto& counted = threads.get();
  std::unique_lock lock{counted.mutex};
  return counted.changed.wait_until(lock, until, [&] { return counted.number == 0; });
}

} // namespace kdb::inline v0::rpc
