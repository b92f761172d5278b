// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace kdb::inline v0 {

/// Stands between clients and a server on 127.0.0.1 and passes bytes on, unless it is told to be a bad network. It knows nothing of
/// what the bytes mean.
///
/// It runs one thread of its own. Its member functions may be called from any thread; switches have taken effect when they return.
class tcp_proxy {
public:
  /// Passes on to port `target`, 0 for none yet, from port `port`, 0 for a free one. Throws std::runtime_error if the port is taken.
  explicit tcp_proxy(std::uint16_t target, std::uint16_t port = 0);

  /// Resets all connections.
  ~tcp_proxy();

  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  /// The port that clients connect to.
  std::uint16_t port() const;

  /// `kurrentdb://127.0.0.1:PORT?tls=false`
  std::string connection_string() const;

  /// New connections go to another port; 0: they are reset.
  void retarget(std::uint16_t target);

  // -- connections ---

  /// Resets all connections. New ones are welcome, unless refused.
  void cut();

  /// Resets each connection when that many more bytes have gone to its client: in the midst of a message, if the number says so.
  /// Those that come later too, until `resume`.
  void cut_after(std::uint64_t bytes);

  /// Nobody listens on the port any more: connecting fails at once. Open connections stay.
  void refuse();
  /// Listens again after `refuse`.
  void accept_again();

  // -- bytes ---

  /// Nothing is passed on any more: neither side hears of the other, connections stay open, new ones are accepted.
  void stall();

  /// The server goes on hearing the client, which hears nothing.
  void stall_answers();

  /// Each byte arrives that much later, both ways. Zero ends it.
  void delay(std::chrono::milliseconds by);

  /// That many bytes a second and connection, each way. Zero ends it.
  void slow(std::size_t bytes_per_second);

  /// Passes on as ever, beginning with what was held back.
  void resume();

  // -- what is so ---

  /// Connections open now, and accepted since the start.
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
