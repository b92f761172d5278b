// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <iostream>
#include <mutex>
#include <string>

namespace kdb::hostile {

/// How a round is run.
struct round_options {
  std::chrono::milliseconds duration{3'000};
  /// Beyond what an operation may take, for threads that wait for a processor.
  std::chrono::milliseconds grace{2'000};
  /// Of headers, too.
  bool floods = false;
  bool verbose = false;
};

/// What went against the promises. From any thread.
class findings {
public:
  void add(const std::string& what) {
    std::lock_guard lock{mutex_};
    ++count_;
    std::cout << "FINDING " << what << std::endl;
  }
  std::size_t count() const {
    std::lock_guard lock{mutex_};
    return count_;
  }

private:
  mutable std::mutex mutex_;
  std::size_t count_ = 0;
};

} // namespace kdb::hostile
