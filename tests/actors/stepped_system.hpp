// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace kdb::test {

/// An actor system without threads: actors run when they are told to, one message at a time, and time stands still. CAF 0.17 has such a
/// scheduler, for CAF 1 it is our own: CAF's comes with its own framework of tests.
class stepped_system {
public:
  stepped_system();
  ~stepped_system();

  caf::actor_system& system();

  /// Runs the next actor for one message. Returns whether there was one.
  bool run_one();
  /// Lets time pass. Returns how many timers were due.
  std::size_t advance_time(std::chrono::milliseconds duration);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::test
