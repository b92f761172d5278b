// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/faults.hpp"

#include <algorithm>
#include <array>
#include <iostream>

#include "tests/fixtures/wait.hpp"

namespace kdb::chaos {

namespace {

using namespace std::chrono_literals;

constexpr std::array names{"kill",  "drain",  "resign",           "hang",      "cut", "stall", "stall the answers", "slow",
                           "delay", "refuse", "cut in the midst", "leaderless"};

} // namespace

fault_machine::fault_machine(fixtures::cluster& nodes, std::uint64_t seed, std::string only, bool verbose)
  : nodes_{nodes}, random_{seed}, only_{std::move(only)}, verbose_{verbose}, thread_{[this] { run(); }} {}

fault_machine::~fault_machine() {
  stop_ = true;
  if (thread_.joinable())
    thread_.join();
}

void fault_machine::stop() {
  stop_ = true;
  thread_.join();
  undo_due(true);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    fixtures::wait_until("a drained node to end or a node to run", [&] { return nodes_.state(i) != "ShuttingDown"; });
    nodes_.start(i);
  }
  nodes_.settle();
}

void fault_machine::run() {
  while (!stop_) {
    begin_one();
    const auto next = std::chrono::steady_clock::now() +
                      std::chrono::milliseconds{50 + random_() % (only_.empty() ? 600 : 100)} * fixtures::slowness;
    while (!stop_ && std::chrono::steady_clock::now() < next) {
      std::this_thread::sleep_for(10ms); // The pace of the faults.
      undo_due(false);
    }
  }
}

void fault_machine::begin_one() {
  const auto node = random_() % nodes_.size();
  const auto kind = random_() % names.size();
  if (!only_.empty() && only_ != names[kind])
    return;
  if (std::any_of(pending_.begin(), pending_.end(), [&](const undo& each) { return each.node == node; }))
    return;
  if (verbose_)
    std::cout << "  " << names[kind] << " node " << node << std::endl;
  ++count_;
  if (auto act = begin(kind, node)) {
    const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds{200 + random_() % 1300} * fixtures::slowness;
    pending_.push_back({node, due, std::move(act)});
  }
}

std::function<void()> fault_machine::begin(std::size_t kind, std::size_t node) {
  auto& network = nodes_.network(node);
  switch (kind) {
    case 0: nodes_.kill(node); return [this, node] { nodes_.start(node); };
    case 1: nodes_.drain(node); return [this, node] { nodes_.start(node); };
    case 2:
      if (const auto leader = nodes_.leader())
        nodes_.resign(*leader);
      return {};
    case 3: nodes_.hang(node); return [this, node] { nodes_.thaw(node); };
    case 4: network.cut(); return {};
    case 5: network.stall(); return [&network] { network.resume(); };
    case 6: network.stall_answers(); return [&network] { network.resume(); };
    case 7: network.slow(20'000 + random_() % 100'000); return [&network] { network.slow(0); };
    case 8: network.delay(std::chrono::milliseconds{random_() % 50}); return [&network] { network.delay(0ms); };
    case 9: network.refuse(); return [&network] { network.accept_again(); };
    case 10: network.cut_after(random_() % 100'000); return [&network] { network.resume(); };
    default: nodes_.leaderless(); return [this] { nodes_.elect(); };
  }
}

void fault_machine::undo_due(bool all) {
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < pending_.size();) {
    if (!all && pending_[i].due > now) {
      ++i;
      continue;
    }
    const auto act = std::move(pending_[i].act);
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    act();
  }
}

} // namespace kdb::chaos
