// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/hostile/corpus.hpp"
#include "tests/hostile/frames.hpp"

namespace kdb::hostile {

/// One connection to a node that sends requests as they were recorded, requests that are mutated, and frames that nobody should send.
/// For one thread.
class hostile_client {
public:
  hostile_client(std::uint16_t port, const corpus& recorded, std::uint64_t seed);
  ~hostile_client();
  hostile_client(const hostile_client&) = delete;
  hostile_client& operator=(const hostile_client&) = delete;

  /// Does one thing more, and takes what has come. False when the node has closed the connection.
  bool step();
  std::size_t calls() const { return calls_; }

private:
  void open_call(bool leave_open);
  void write_on_open_call();
  void reset_burst();
  void slow_headers();
  void broken_frame();
  void protocol_noise();
  void huge_message();
  void continue_huge_message();
  std::string request_headers(const std::string& method);
  std::string some_request(const std::string& method);
  void send(const frame& what);
  void on_frame(const frame& what);
  std::uint32_t next_stream();
  bool exchange_bytes();

  const corpus& recorded_;
  chance any_;
  int socket_ = -1;
  std::string unsent_;
  std::string unread_;
  std::int64_t window_ = 65'535;
  std::int64_t first_window_ = 65'535;
  std::uint32_t huge_ = 0; // A stream whose message is on its way for ever.
  std::int64_t huge_window_ = 0;
  std::uint32_t last_stream_ = 0;                           // Odd ones are a client's.
  std::vector<std::pair<std::uint32_t, std::string>> open_; // Calls that are not half-closed, with their methods.
  std::uint32_t half_headers_ = 0;                          // A stream whose headers have not ended.
  std::size_t calls_ = 0;
};

} // namespace kdb::hostile
