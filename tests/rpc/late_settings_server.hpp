// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "tests/fixtures/listener.hpp"

namespace kdb::test {

/// A server over a plain socket that accepts connections, and says nothing on them until `send_settings`: neither SETTINGS nor anything else. Counts
/// the streams that clients open all the same. It never answers a call. All members may be called from any thread.
class late_settings_server {
public:
  /// The first ones are turned away as soon as they connect.
  explicit late_settings_server(std::size_t turned_away = 0);
  ~late_settings_server();
  late_settings_server(const late_settings_server&) = delete;
  late_settings_server& operator=(const late_settings_server&) = delete;

  std::uint16_t port() const { return listener_.port(); }

  /// From now on every connection, those that are open too, gets its SETTINGS, with 100 streams at most.
  void send_settings() { settings_due_ = true; }

  /// Connections on which the client has sent its own first words: its preface and its SETTINGS.
  std::size_t greeted() const;
  /// Connections that the client has ended.
  std::size_t closed() const { return closed_; }
  /// HEADERS frames so far, all connections together, and the most on one.
  std::size_t streams() const;
  std::size_t most_streams() const;

private:
  struct connection {
    std::string unread;
    bool preface = false, settings_seen = false, settings_sent = false;
    std::size_t streams = 0;
  };
  void run();
  /// False when the client has gone.
  static bool receive(int socket, connection& from);
  static void parse(connection& from);

  fixtures::listener listener_;
  std::size_t to_turn_away_; // Only on the thread.
  mutable std::mutex mutex_;
  std::map<int, connection> connections_;
  std::atomic<std::size_t> closed_{0};
  std::atomic<bool> settings_due_{false}, stop_{false};
  std::thread thread_;
};

} // namespace kdb::test
