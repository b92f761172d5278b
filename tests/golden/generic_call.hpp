// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/golden/transcript.hpp"

namespace kdb::golden {

/// A connection to the server under test: plain HTTP/2.
class connection {
public:
  /// `target` is `host:port`. Connects with the first call.
  explicit connection(const std::string& target);
  ~connection();
  connection(connection&&) noexcept;
  connection& operator=(connection&&) noexcept;

private:
  friend class generic_call;
  struct content;
  std::unique_ptr<content> content_;
};

/// One call of any kind, with serialised messages: every kind looks like a duplex call here. Not for use from two threads.
/// A call that is destroyed before its end is cancelled.
class generic_call {
public:
  using clock = std::chrono::steady_clock;

  /// How waiting for a message ended.
  enum class read_result { message, ended, timed_out };

  /// Starts the call. `deadline` is the call's own, sent to the server; zero means none.
  generic_call(connection& server, const std::string& method, const metadata_list& metadata, std::chrono::milliseconds deadline);
  ~generic_call();
  generic_call(generic_call&&) noexcept;
  generic_call& operator=(generic_call&&) noexcept;

  /// Writes one message; without effect once the server has ended the call.
  void write(const std::string& message);

  /// Says that nothing more will be written.
  void writes_done();

  /// Waits for one message at most that long, and puts it into `message`. After a timeout the next read goes on waiting for
  /// the same message.
  read_result read(std::string& message, std::chrono::milliseconds patience);

  /// Status of a call whose last read has `ended`: `{"code", "message", "trailers"}` as transcripts have it.
  nlohmann::json status();

private:
  struct content;
  std::unique_ptr<content> content_;
};

} // namespace kdb::golden
