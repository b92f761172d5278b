// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/forks.hpp"

#include <mutex>
#include <vector>

#include <pthread.h>

namespace kdb::inline v0 {

unsigned process_generation() {
  static constinit std::atomic<unsigned> forks{0};
  static constinit std::once_flag watched;
  std::call_once(watched, [] { pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); }); });
  return forks.load(std::memory_order_relaxed);
}

void leave_behind(std::shared_ptr<void> object) {
  struct left_behind {
    std::mutex mutex;
    std::vector<std::shared_ptr<void>> objects;
  };
  static constinit per_process<left_behind> all;
  auto& mine = all.get();
  std::lock_guard lock{mine.mutex};
  mine.objects.push_back(std::move(object));
}

} // namespace kdb::inline v0
