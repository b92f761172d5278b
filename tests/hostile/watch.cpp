// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::hostile {

namespace {

using clock = std::chrono::steady_clock;

/// However busy the machine is.
constexpr auto hangs_after = 2 * fixtures::patience;

} // namespace

watch::watch() : thread_{[this] { run(); }} {}

watch::~watch() {
  {
    std::lock_guard lock{mutex_};
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

watch::guard::guard(watch& owner, std::string what) : owner_{owner}, start_{clock::now()} {
  std::lock_guard lock{owner.mutex_};
  number_ = ++owner.last_;
  owner.under_way_.emplace(number_, thing{std::move(what), start_});
}

watch::guard::~guard() {
  std::lock_guard lock{owner_.mutex_};
  owner_.under_way_.erase(number_);
}

std::chrono::milliseconds watch::guard::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start_);
}

std::uint64_t watch::most_bytes() const {
  std::lock_guard lock{mutex_};
  return most_bytes_;
}

void watch::name(std::string round) {
  std::lock_guard lock{mutex_};
  round_ = std::move(round);
}

void watch::run() {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    wake_.wait_for(lock, std::chrono::milliseconds{50});
    most_bytes_ = std::max(most_bytes_, fixtures::held_bytes());
    for (const auto& [number, each] : under_way_)
      if (clock::now() - each.since > hangs_after) {
        std::cout << "HANGS " << each.what << " in " << round_ << std::endl;
        std::abort();
      }
  }
}

} // namespace kdb::hostile
