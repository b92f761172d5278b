// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/fixtures/listener.hpp"
#include "tests/hostile/attacks.hpp"

namespace kdb::hostile {

/// A server that answers each call with an attack, or, as often as it was told, as it should. On a port of its own on 127.0.0.1 and a
/// thread of its own; chance decides, and repeats with the seed as far as the calls come in the same order.
class hostile_server {
public:
  struct manners {
    /// Of 100 calls: answered as they should be.
    std::size_t polite = 50;
    /// The same for what a client asks a node before it uses it: features and gossip.
    std::size_t polite_at_first = 90;
    bool floods = false;
  };

  hostile_server(const corpus& recorded, std::uint64_t seed, manners how);
  ~hostile_server();
  hostile_server(const hostile_server&) = delete;
  hostile_server& operator=(const hostile_server&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  /// Where gossip and redirects point to. Before the first call.
  void set_ports(std::vector<std::uint16_t> all);

  /// How often each attack was made.
  std::map<std::string, std::size_t> made() const;

private:
  struct stream {
    script what;
    std::string method;
    std::string incoming; ///< Of requests that are answered one by one.
    std::int64_t window = 0;
    bool over = false; ///< We have ended it.
  };
  struct connection {
    std::string unread;
    std::string unsent;
    std::map<std::uint32_t, stream> streams;
    std::int64_t window = 65'535;
    std::int64_t first_window = 65'535;
    bool greeted = false;
  };

  void run();
  bool receive(int socket, connection& from);
  bool flush(int socket, connection& to);
  void parse(connection& from);
  void on_frame(connection& from, const frame& what);
  void on_data(stream& on, const std::string& bytes);
  void on_settings(connection& from, const std::string& payload);
  void begin(connection& from, const frame& what);
  void produce(connection& to);
  static bool produce_one(connection& to, std::uint32_t id, stream& on);

  const corpus& recorded_;
  chance any_;
  const manners how_;
  surroundings in_;
  std::vector<attack> liked_;
  fixtures::listener listener_;
  std::map<int, std::unique_ptr<connection>> connections_;
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> made_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

} // namespace kdb::hostile
