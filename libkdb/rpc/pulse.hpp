// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "libkdb/policy/silence.hpp"

namespace kdb::inline v0::rpc {

/// Notes whether a node sends something, and whether calls wait for it. From any thread.
class pulse {
public:
  /// Something has arrived from the node.
  void heard() { heard_.store(true, std::memory_order_relaxed); }
  /// The activity since the last call of this function.
  policy::node_activity take() { return {heard_.exchange(false), asked_.exchange(false), waiting_ > 0}; }

private:
  friend class expectation;

  std::atomic<bool> heard_{false};
  std::atomic<bool> asked_{false};
  std::atomic<std::size_t> waiting_{0};
};

/// Whether one call waits for its node. From any thread.
class expectation {
public:
  explicit expectation(std::shared_ptr<pulse> node) : node_{std::move(node)} {}
  expectation(const expectation&) = delete;
  expectation& operator=(const expectation&) = delete;
  ~expectation() { set(false); }

  void set(bool waits) {
    if (waits_.load(std::memory_order_relaxed) == waits || waits_.exchange(waits) == waits)
      return;
    if (waits) {
      ++node_->waiting_;
      node_->asked_ = true;
    } else {
      --node_->waiting_;
    }
  }
  void heard() { node_->heard(); }

private:
  const std::shared_ptr<pulse> node_;
  std::atomic<bool> waits_{false};
};

} // namespace kdb::inline v0::rpc
