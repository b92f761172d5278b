// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/fixtures/cluster.hpp"

namespace kdb::chaos {

/// Does things to a cluster's nodes and their networks, at random, and undoes them after a while. One thing at a time to each node, and
/// to several nodes at once. Begins with its construction.
class fault_machine {
public:
  /// With a name of a fault, that one alone.
  fault_machine(fixtures::cluster& nodes, std::uint64_t seed, std::string only, bool verbose);
  ~fault_machine();

  /// Undoes everything and returns when the cluster is steady.
  void stop();

  std::size_t count() const { return count_; }

private:
  struct undo {
    std::size_t node;
    std::chrono::steady_clock::time_point due;
    std::function<void()> act;
  };
  void run();
  void begin_one();
  void undo_due(bool all);
  std::function<void()> begin(std::size_t kind, std::size_t node);

  fixtures::cluster& nodes_;
  std::mt19937_64 random_;
  const std::string only_;
  bool verbose_;
  std::vector<undo> pending_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

} // namespace kdb::chaos
