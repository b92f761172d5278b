// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace kdb::inline v0 {

/// A TCP proxy between clients and a server on 127.0.0.1. It forwards bytes, and simulates a bad network on demand. It does not interpret
/// the bytes.
///
/// It runs one thread of its own. Its member functions may be called from any thread. Changes have taken effect when the function
/// returns.
class tcp_proxy {
public:
  /// Listens on `port` (0: a free one) and forwards to `target` (0: none yet). Throws std::runtime_error if the port is taken.
  explicit tcp_proxy(std::uint16_t target, std::uint16_t port = 0);

  /// Resets all connections.
  ~tcp_proxy();

  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  /// The port that clients connect to.
  std::uint16_t port() const;

  /// `kurrentdb://127.0.0.1:PORT?tls=false`
  std::string connection_string() const;

  /// Forwards new connections to another port. 0: resets them.
  void retarget(std::uint16_t target);

  // -- connections ---

  /// Resets all connections. New ones are accepted, unless `refuse` is in effect.
  void cut();

  /// Resets each connection after that many more bytes to its client, which may be in the middle of a message. Holds for new connections
  /// too, until `resume`.
  void cut_after(std::uint64_t bytes);

  /// Closes the port: new connections are refused at once. Open connections stay.
  void refuse();
  /// Listens again after `refuse`.
  void accept_again();

  // -- bytes ---

  /// Stops forwarding in both directions. Connections stay open, and new ones are accepted.
  void stall();

  /// Stops forwarding to clients only: the server still receives what they send.
  void stall_answers();

  /// Delays each byte, in both directions. 0: no delay.
  void delay(std::chrono::milliseconds by);

  /// Limits each connection to that many bytes a second, in each direction. 0: no limit.
  void slow(std::size_t bytes_per_second);

  /// Ends `stall`, `stall_answers`, `delay`, `slow` and `cut_after`, and forwards the bytes that were held back.
  void resume();

  // -- state ---

  /// Connections that are open now.
  std::size_t connections() const;
  /// Connections accepted since the start.
  std::size_t accepted() const;

  /// Bytes passed on to clients.
  std::uint64_t bytes_to_clients() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::inline v0
