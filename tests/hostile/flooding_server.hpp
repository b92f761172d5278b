// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "tests/fixtures/listener.hpp"

namespace kdb::hostile {

/// A server that answers what a client asks first, and everything else with headers that never end, as fast as the client takes them.
class flooding_server {
public:
  flooding_server();
  ~flooding_server();
  flooding_server(const flooding_server&) = delete;
  flooding_server& operator=(const flooding_server&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  /// Calls that were answered with a flood.
  std::size_t floods() const { return floods_; }
  /// Those whose connection is still open.
  std::size_t under_way() const { return under_way_; }

private:
  void accept_all();
  void serve(int socket);

  fixtures::listener listener_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> floods_{0};
  std::atomic<std::size_t> under_way_{0};
  std::vector<std::thread> threads_; // Only on the accepting thread, until that has ended.
  std::thread accepting_;
};

} // namespace kdb::hostile
