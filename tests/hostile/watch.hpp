// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace kdb::hostile {

/// Ends the program, with a word about what hangs, when something takes far longer than it may; and keeps the most memory that there
/// was meanwhile.
class watch {
public:
  watch();
  ~watch();
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  /// Something is under way until the guard goes.
  class guard {
  public:
    guard(watch& owner, std::string what);
    ~guard();
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    std::chrono::milliseconds elapsed() const;

  private:
    watch& owner_;
    std::uint64_t number_;
    std::chrono::steady_clock::time_point start_;
  };

  std::uint64_t most_bytes() const;
  /// What the round is, for the last words.
  void name(std::string round);

private:
  void run();

  struct thing {
    std::string what;
    std::chrono::steady_clock::time_point since;
  };
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint64_t, thing> under_way_;
  std::string round_;
  std::uint64_t last_ = 0;
  std::uint64_t most_bytes_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

} // namespace kdb::hostile
