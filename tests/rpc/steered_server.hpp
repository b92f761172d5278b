// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kdb::test {

/// A gRPC server in this process that does what a request's stream name says. The name is a list of words:
///
/// - `confirm`: a subscription's confirmation,
/// - `N*SIZE`: N events with SIZE bytes of data each; `*` in place of N goes on for ever,
/// - `missing`: the stream is not found,
/// - `garbage`: a message that is none, `nothing`: an empty one,
/// - `headers`: the headers alone,
/// - `hang`: nothing more until the client goes,
/// - `end=CODE`: the status, with the trailers `exception: stream-deleted` and `stream-name: gone` where the code is 9.
///
/// A consumer's call does what the name of its group's stream says, likewise; what comes after its first message is kept as answers.
/// A read without an end ends with OK. A batch append is replied to in order, each append with the number of its first event's
/// type as revision; the word `mute` in a stream's name leaves it without reply, `flood` brings a thousand, `end=CODE` ends the call. Any other method
/// answers with each of its messages, and takes its words from the method's name. All members may be called from any thread.
class steered_server {
public:
  steered_server();
  ~steered_server();
  steered_server(const steered_server&) = delete;
  steered_server& operator=(const steered_server&) = delete;

  std::uint16_t port() const;
  /// Messages that gRPC took from a `read`, all calls together.
  std::uint64_t written() const;
  /// Calls that are going on, and that have been since the start.
  std::size_t open_calls() const;
  std::size_t calls() const;
  /// Types of appended events, in the order of arrival.
  std::vector<std::string> appended() const;
  /// What consumers wrote, in the order of arrival, still serialised.
  std::vector<std::string> answers() const;
  /// Request metadata of the latest call.
  std::string metadata(const std::string& key) const;
  /// Tells every client to go, as a node does that stops, and resets calls that do not end in that time.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::test
