// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace kdbctl {

/// SIGINT and SIGTERM. The first one calls the handler of the moment, on a thread of its own; the second one ends the process.
class interruption {
public:
  /// Call it before there are threads: all of them have to leave the signals to the one that waits for them.
  static void watch();
  static bool happened();
  /// Blocks until one of the signals has come.
  static void wait();

  /// Handles the interruption for as long as it lives, in place of the handler before. If it has happened already it is called at once.
  class handler {
  public:
    explicit handler(std::function<void()> run);
    ~handler();
    handler(const handler&) = delete;
    handler& operator=(const handler&) = delete;

  private:
    std::function<void()> before_;
  };
};

} // namespace kdbctl
