// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/fixtures/listener.hpp"

namespace kdb::hostile {

/// A server that carries out every write it can, and fails the reply in the way that the request names.
///
/// A request that holds `fail=WAY;` anywhere, in its stream's name say, is answered so. WAY is one of
/// - `rst-N`, `late-rst-N`: RST_STREAM with that error code, before or after the headers of the reply,
/// - `close`, `goaway`: the connection is closed, or told to go first,
/// - `http-N`: an answer of HTTP that is none of gRPC, with that status,
/// - `headers-N`: headers of N bytes and no more,
/// - `status-TEXT`: trailers whose grpc-status is that text, with no meaning; `no-trailers`: an end without any,
/// - `large`: a message announced as larger than any may be, `compressed`: one that claims a compression it has not,
/// - `garbage`: headers that are no HPACK, `empty`: OK without a message, `silence`: nothing at all,
/// - `refuse-N`: the request is not carried out, and the server says so with that status; `metadata-N`: with trailers of N bytes in all.
/// Everything but the last is carried out first. Members may be called from any thread.
class failing_server {
public:
  failing_server();
  ~failing_server();
  failing_server(const failing_server&) = delete;
  failing_server& operator=(const failing_server&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  /// Whether a request with this text in it was carried out.
  bool has_written(std::string_view text) const;

private:
  struct connection;

  void accept_all();
  void serve(int socket);
  /// False: the connection is over.
  bool answer(connection& on, std::uint32_t stream, const std::string& way);

  fixtures::listener listener_;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> written_; // Requests, still serialised.
  std::vector<std::thread> threads_; // Only on the accepting thread, until that has ended.
  std::thread accepting_;
};

} // namespace kdb::hostile
