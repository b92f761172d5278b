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

/// A server on a plain socket that accepts connections, but sends nothing before `send_settings`, not even SETTINGS. It counts
/// the streams that clients open nevertheless, and never answers a call. All members may be called from any thread.
class late_settings_server {
public:
  /// Closes the first `turned_away` connections as soon as they are open.
  explicit late_settings_server(std::size_t turned_away = 0);
  ~late_settings_server();
  late_settings_server(const late_settings_server&) = delete;
  late_settings_server& operator=(const late_settings_server&) = delete;

  std::uint16_t port() const { return listener_.port(); }

  /// From now on every connection, also an open one, gets SETTINGS that allow 100 streams.
  void send_settings() { settings_due_ = true; }

  /// Connections on which the client has sent its preface and its SETTINGS.
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
  std::size_t to_turn_away_; // Used only by the thread.
  mutable std::mutex mutex_;
  std::map<int, connection> connections_;
  std::atomic<std::size_t> closed_{0};
  std::atomic<bool> settings_due_{false}, stop_{false};
  std::thread thread_;
};

} // namespace kdb::test
