// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/servers/http2.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace kdb::bench {

namespace {

enum frame_type : std::uint8_t {
  data = 0,
  headers = 1,
  rst_stream = 3,
  settings = 4,
  ping = 6,
  window_update = 8,
  continuation = 9
};
enum frame_flag : std::uint8_t { ack = 1, end_stream = 1, end_headers = 4, padded = 8, priority = 0x20 };

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::uint32_t receive_window = 64u << 20;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift : {24, 16, 8, 0})
    out.push_back(static_cast<char>(value >> shift));
}

std::uint32_t u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

void put_frame_header(std::string& out, std::size_t length, std::uint8_t type, std::uint8_t flags, std::uint32_t id) {
  char head[9] = {static_cast<char>(length >> 16), static_cast<char>(length >> 8), static_cast<char>(length),
                  static_cast<char>(type),         static_cast<char>(flags),       static_cast<char>(id >> 24),
                  static_cast<char>(id >> 16),     static_cast<char>(id >> 8),     static_cast<char>(id)};
  out.append(head, sizeof(head));
}

void put_setting(std::string& out, std::uint16_t name, std::uint32_t value) {
  out.push_back(static_cast<char>(name >> 8));
  out.push_back(static_cast<char>(name));
  put_u32(out, value);
}

/// Reads header blocks. Our SETTINGS forbid a dynamic table, so every field is a literal or an entry of the static table.
class header_reader {
public:
  explicit header_reader(std::string_view block) : rest_{block} {}

  /// Finds the value of `:path`; nothing if the block is not what we understand.
  std::optional<std::string> path() {
    std::optional<std::string> found;
    while (!rest_.empty()) {
      auto first = static_cast<std::uint8_t>(rest_.front());
      if (first & 0x80) { // Indexed: no path of a gRPC call is in the static table.
        integer(7);
      } else if ((first & 0xe0) == 0x20) { // Dynamic table size update.
        integer(5);
      } else {
        auto name = integer(first & 0x40 ? 6 : 4);
        auto is_path = name == 4 || name == 5;
        if (name == 0)
          is_path = text() == ":path";
        auto value = text();
        if (is_path)
          found = value;
      }
      if (failed_)
        return std::nullopt;
    }
    return found;
  }

private:
  std::uint64_t integer(int bits) {
    if (rest_.empty())
      return fail();
    auto limit = static_cast<std::uint8_t>((1 << bits) - 1);
    std::uint64_t value = static_cast<std::uint8_t>(rest_.front()) & limit;
    rest_.remove_prefix(1);
    for (int shift = 0; value >= limit && shift < 28; shift += 7) {
      if (rest_.empty())
        return fail();
      auto next = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value += static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (!(next & 0x80))
        break;
    }
    return value;
  }

  std::string text() {
    if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) & 0x80) { // Huffman
      fail();
      return {};
    }
    auto length = integer(7);
    if (length > rest_.size()) {
      fail();
      return {};
    }
    std::string value{rest_.substr(0, length)};
    rest_.remove_prefix(length);
    return value;
  }

  std::uint64_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

// :status 200 (entry 8 of the static table), content-type (entry 31) application/grpc.
constexpr std::string_view response_headers = "\x88\x0f\x10\x10"
                                              "application/grpc";

} // namespace

http2_connection::http2_connection(handler& owner, std::size_t messages_per_frame)
  : owner_{owner}, messages_per_frame_{messages_per_frame} {
  put_frame_header(control_, 12, settings, 0, 0);
  put_setting(control_, 1, 0);              // header table size
  put_setting(control_, 4, receive_window); // initial window size
  put_frame_header(control_, 4, window_update, 0, 0);
  put_u32(control_, receive_window - 65'535);
}

http2_connection::~http2_connection() {
  while (!streams_.empty())
    drop(streams_.begin()->first);
}

bool http2_connection::receive(std::string_view bytes) {
  in_.append(bytes);
  std::size_t at = 0;
  if (!greeted_) {
    if (in_.size() < preface.size())
      return true;
    if (!in_.starts_with(preface))
      return false;
    greeted_ = true;
    at = preface.size();
  }
  while (in_.size() - at >= 9) {
    auto head = std::string_view{in_}.substr(at, 9);
    auto length = u32(head) >> 8;
    if (in_.size() - at - 9 < length)
      break;
    auto payload = std::string_view{in_}.substr(at + 9, length);
    if (!on_frame(static_cast<std::uint8_t>(head[3]), static_cast<std::uint8_t>(head[4]), u32(head.substr(5)), payload))
      return false;
    at += 9 + length;
  }
  in_.erase(0, at);
  return true;
}

bool http2_connection::on_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id, std::string_view payload) {
  switch (type) {
    case headers:
      if (!(flags & end_headers))
        return false; // gRPC needs no CONTINUATION for the few bytes it sends
      if (flags & padded)
        return false;
      return on_headers(flags, id, flags & priority ? payload.substr(5) : payload);
    case data:
      if (!(flags & padded))
        on_data(flags, id, payload);
      return !(flags & padded);
    case rst_stream: drop(id); return true;
    case settings: on_settings(flags, payload); return true;
    case ping:
      if (!(flags & ack)) {
        put_frame_header(control_, payload.size(), ping, ack, 0);
        control_.append(payload);
      }
      return true;
    case window_update: on_window(id, payload); return true;
    default: return type != continuation;
  }
}

bool http2_connection::on_headers(std::uint8_t flags, std::uint32_t id, std::string_view block) {
  auto path = header_reader{block}.path();
  if (!path)
    return false;
  auto& call = streams_[id];
  call.connection = this;
  call.id = id;
  call.path = std::move(*path);
  call.window = initial_window_;
  if (flags & end_stream) {
    call.half_closed = true;
    owner_.on_half_close(*this, call);
  }
  note_busy(call);
  return true;
}

void http2_connection::on_data(std::uint8_t flags, std::uint32_t id, std::string_view payload) {
  acknowledge(0, unacknowledged_, static_cast<std::int64_t>(payload.size()));
  auto found = streams_.find(id);
  if (found == streams_.end())
    return;
  auto& call = found->second;
  acknowledge(id, call.unacknowledged, static_cast<std::int64_t>(payload.size()));
  auto kept = !call.request.empty();
  if (kept)
    call.request.append(payload);
  auto rest = kept ? std::string_view{call.request} : payload;
  while (rest.size() >= 5 && rest.size() - 5 >= u32(rest.substr(1))) {
    auto length = u32(rest.substr(1));
    owner_.on_message(*this, call, rest.substr(5, length));
    rest.remove_prefix(5 + length);
  }
  // A large message comes in many frames: what is kept of it is not copied again with each.
  if (kept)
    call.request.erase(0, call.request.size() - rest.size());
  else
    call.request.assign(rest);
  if (flags & end_stream) {
    call.half_closed = true;
    owner_.on_half_close(*this, call);
  }
  note_busy(call);
}

void http2_connection::note_busy(stream& call) {
  if (!std::exchange(call.busy, true))
    busy_.insert(call.id);
}

void http2_connection::acknowledge(std::uint32_t id, std::int64_t& unacknowledged, std::int64_t received) {
  unacknowledged += received;
  if (unacknowledged < receive_window / 4)
    return;
  put_frame_header(control_, 4, window_update, 0, id);
  put_u32(control_, static_cast<std::uint32_t>(unacknowledged));
  unacknowledged = 0;
}

void http2_connection::on_settings(std::uint8_t flags, std::string_view payload) {
  if (flags & ack)
    return;
  for (; payload.size() >= 6; payload.remove_prefix(6)) {
    auto name = u32(payload) >> 16;
    auto value = u32(payload.substr(2));
    if (name == 4) {
      for (auto& [id, call] : streams_)
        call.window += static_cast<std::int64_t>(value) - initial_window_;
      initial_window_ = value;
    } else if (name == 5) {
      max_frame_ = std::min<std::size_t>(value, 16'384); // larger ones gain nothing
    }
  }
  put_frame_header(control_, 0, settings, ack, 0);
}

void http2_connection::on_window(std::uint32_t id, std::string_view payload) {
  auto increment = static_cast<std::int64_t>(u32(payload) & 0x7fff'ffff);
  if (id == 0)
    window_ += increment;
  else if (auto found = streams_.find(id); found != streams_.end())
    found->second.window += increment;
}

void http2_connection::drop(std::uint32_t id) {
  auto found = streams_.find(id);
  if (found == streams_.end())
    return;
  owner_.on_gone(*this, found->second);
  busy_.erase(id);
  streams_.erase(found);
}

void http2_connection::send_message(stream& call, std::string_view message) {
  call.pending.push_back('\0');
  put_u32(call.pending, static_cast<std::uint32_t>(message.size()));
  call.pending.append(message);
  call.connection->note_busy(call);
}

void http2_connection::fill(std::string& out, std::size_t limit) {
  out.append(control_);
  control_.clear();
  for (auto at = busy_.begin(); at != busy_.end();) {
    auto& call = streams_.at(*at);
    send_some(call, out, limit);
    if (call.has_data()) {
      ++at;
      continue;
    }
    call.busy = false;
    at = busy_.erase(at);
    if (call.status) {
      send_trailers(call, out);
      drop(call.id);
    }
  }
}

void http2_connection::send_some(stream& call, std::string& out, std::size_t limit) {
  if (call.has_data() && !call.answered) {
    put_frame_header(out, response_headers.size(), headers, end_headers, call.id);
    out.append(response_headers);
    call.answered = true;
  }
  while (call.has_data() && out.size() < limit) {
    auto piece = next_piece(call);
    auto allowed = std::min(call.window, window_);
    if (allowed <= 0)
      return;
    piece = piece.substr(0, std::min(max_frame_, static_cast<std::size_t>(allowed)));
    put_frame_header(out, piece.size(), data, 0, call.id);
    out.append(piece);
    call.window -= static_cast<std::int64_t>(piece.size());
    window_ -= static_cast<std::int64_t>(piece.size());
    advance(call, piece.size());
  }
}

std::string_view http2_connection::next_piece(stream& call) const {
  if (call.pending_at < call.pending.size())
    return std::string_view{call.pending}.substr(call.pending_at);
  auto& ends = call.source->ends;
  auto count = std::min<std::size_t>({messages_per_frame_, call.left, ends.size() - call.message});
  auto begin = call.message == 0 ? 0 : ends[call.message - 1];
  // As many whole messages as fit; a first one that does not is cut.
  while (count > 1 && ends[call.message + count - 1] - begin - call.offset > max_frame_)
    --count;
  return std::string_view{call.source->bytes}.substr(begin + call.offset, ends[call.message + count - 1] - begin - call.offset);
}

void http2_connection::advance(stream& call, std::size_t count) const {
  if (call.pending_at < call.pending.size()) {
    call.pending_at += count;
    if (call.pending_at == call.pending.size()) {
      call.pending.clear();
      call.pending_at = 0;
    }
    return;
  }
  auto& ends = call.source->ends;
  call.offset += count;
  while (call.left > 0) {
    auto begin = call.message == 0 ? 0 : ends[call.message - 1];
    auto size = ends[call.message] - begin;
    if (call.offset < size)
      return;
    call.offset -= size;
    call.message = (call.message + 1) % ends.size();
    --call.left;
    if (call.offset == 0)
      return;
  }
}

void http2_connection::send_trailers(const stream& call, std::string& out) {
  std::string block;
  if (!call.answered)
    block.append(response_headers);
  block.append(std::string_view{"\x00\x0bgrpc-status", 13});
  auto status = std::to_string(*call.status);
  block.push_back(static_cast<char>(status.size()));
  block.append(status);
  put_frame_header(out, block.size(), headers, end_headers | end_stream, call.id);
  out.append(block);
}

} // namespace kdb::bench
