// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kdb::test {

/// A gRPC server in this process that is steered by the stream name of a request. The name is a list of words:
///
/// - `confirm`: sends the confirmation of a subscription,
/// - `N*SIZE`: sends N events with SIZE bytes of data each; with `*` in place of N, events without end,
/// - `missing`: reports that the stream is not found,
/// - `garbage`: sends bytes that are not a message, `nothing`: sends an empty message,
/// - `headers`: sends only the headers,
/// - `hang`: sends nothing more until the client disconnects,
/// - `end=CODE`: sends the status; for code 9 with the trailers `exception: stream-deleted` and `stream-name: gone`.
///
/// A consumer's call is steered in the same way by the stream name of its group; its messages after the first are stored as answers.
/// A read without `end` ends with OK. Batch appends are answered in order; the revision in each answer is the number in the type of
/// its last event. The word `mute` in the stream name suppresses the answer, `flood` sends a thousand, `end=CODE` ends the call. Any
/// other method echoes each of its messages, and takes its words from the name of the method. All members may be called from any thread.
class steered_server {
public:
  steered_server();
  ~steered_server();
  steered_server(const steered_server&) = delete;
  steered_server& operator=(const steered_server&) = delete;

  std::uint16_t port() const;
  /// Messages of reads that gRPC has accepted for sending, of all calls together.
  std::uint64_t written() const;
  /// Open calls, and all calls since the start.
  std::size_t open_calls() const;
  std::size_t calls() const;
  /// Types of appended events, in the order of arrival.
  std::vector<std::string> appended() const;
  /// The answers of consumers, in the order of arrival, still serialised.
  std::vector<std::string> answers() const;
  /// Request metadata of the latest call.
  std::string metadata(const std::string& key) const;
  /// Tells every client to disconnect, as a stopping node does, and resets calls that do not end in time.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::test
