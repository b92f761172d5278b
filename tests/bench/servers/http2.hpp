// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::bench {

/// gRPC messages (each with its five-byte prefix) that a call sends over and over, ready to be cut into frames.
struct replay {
  std::string bytes;
  std::vector<std::size_t> ends; // of each message in `bytes`
};

/// The server's half of one HTTP/2 connection that carries gRPC calls: bytes in, bytes out, no socket and no thread in it.
/// It knows just what a gRPC client needs: prior knowledge, no Huffman codes (gRPC C++ sends none), flow control both ways.
class http2_connection {
public:
  struct stream {
    std::uint32_t id = 0;
    std::string path;
    bool half_closed = false;

    // What the call still has to send: `pending` (small answers), then `left` messages of a replay, then trailers.
    std::string pending;
    const replay* source = nullptr;
    std::uint64_t left = 0;
    std::optional<int> status; // grpc-status, below 100; unset: the call goes on

  private:
    friend class http2_connection;
    http2_connection* connection = nullptr;
    std::string request; // of a message that has not come whole yet
    std::int64_t window = 0;
    std::int64_t unacknowledged = 0;
    bool answered = false;
    std::size_t pending_at = 0;
    std::size_t message = 0, offset = 0; // next byte of the replay
    bool busy = false;
    bool has_data() const { return pending_at < pending.size() || left > 0; }
  };

  /// What the server does with calls.
  class handler {
  public:
    virtual ~handler() = default;
    /// A whole request message, without its prefix.
    virtual void on_message(http2_connection& self, stream& call, std::string_view message) = 0;
    /// The client has sent its last message.
    virtual void on_half_close(http2_connection& self, stream& call) = 0;
    virtual void on_gone(http2_connection& self, stream& call) = 0;
  };

  /// `messages_per_frame` messages of a replay share a DATA frame, as far as it holds them.
  http2_connection(handler& owner, std::size_t messages_per_frame);
  ~http2_connection();
  http2_connection(const http2_connection&) = delete;
  http2_connection& operator=(const http2_connection&) = delete;

  /// Takes what the socket gave. False: the peer does not speak HTTP/2 as we do, close.
  bool receive(std::string_view bytes);
  /// Appends a gRPC message to what `call` sends.
  static void send_message(stream& call, std::string_view message);
  /// Moves what may be sent into `out`, until that holds `limit` bytes.
  void fill(std::string& out, std::size_t limit);

private:
  bool on_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id, std::string_view payload);
  bool on_headers(std::uint8_t flags, std::uint32_t id, std::string_view block);
  void on_data(std::uint8_t flags, std::uint32_t id, std::string_view payload);
  void on_settings(std::uint8_t flags, std::string_view payload);
  void on_window(std::uint32_t id, std::string_view payload);
  void acknowledge(std::uint32_t id, std::int64_t& unacknowledged, std::int64_t received);
  void drop(std::uint32_t id);
  void note_busy(stream& call);
  void send_some(stream& call, std::string& out, std::size_t limit);
  void send_trailers(const stream& call, std::string& out);
  std::string_view next_piece(stream& call) const;
  void advance(stream& call, std::size_t count) const;

  handler& owner_;
  std::size_t messages_per_frame_;
  bool greeted_ = false;
  std::string in_;
  std::string control_; // SETTINGS, acknowledgements, windows: go first
  std::map<std::uint32_t, stream> streams_;
  std::set<std::uint32_t>
    busy_; // Those that may have something to send: so that nobody looks at thousands of calls that are silent.
  std::int64_t window_ = 65'535;
  std::int64_t initial_window_ = 65'535;
  std::size_t max_frame_ = 16'384;
  std::int64_t unacknowledged_ = 0;
};

} // namespace kdb::bench
