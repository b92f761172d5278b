// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/failing_server.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/hostile/frames.hpp"

#include "event_store/client/serverfeatures.pb.h"

namespace kdb::hostile {

namespace {

constexpr std::uint32_t refused_stream = 7;

/// No header table, so that paths stay readable, and room for many streams.
std::string greeting() {
  return to_bytes({.type = frame_type::settings, .payload = std::string{'\0', '\x01'} + big_endian(0)}) +
         to_bytes({.type = frame_type::settings, .flags = ack});
}

/// A block of headers in as many frames as it takes.
std::string header_frames(std::uint32_t stream, std::string_view block, bool last) {
  std::string bytes;
  auto type = frame_type::headers;
  do {
    const auto piece = block.substr(0, largest_payload);
    block.remove_prefix(piece.size());
    const auto flags = (block.empty() ? end_headers : no_flags) | (last && type == frame_type::headers ? end_stream : no_flags);
    bytes += to_bytes({type, static_cast<std::uint8_t>(flags), stream, std::string{piece}});
    type = frame_type::continuation;
  } while (!block.empty());
  return bytes;
}

std::string reply_headers() {
  return header(":status", "200") + header("content-type", "application/grpc");
}

std::string data(std::uint32_t stream, std::string payload) {
  return to_bytes({frame_type::data, no_flags, stream, std::move(payload)});
}

/// What a server of today offers, as far as clients look.
std::string offers() {
  event_store::client::server_features::SupportedMethods all;
  all.set_event_store_server_version("26.2.0");
  const auto add = [&](const char* service, const char* method) {
    auto& one = *all.add_methods();
    one.set_service_name(service);
    one.set_method_name(method);
  };
  add("event_store.client.streams.streams", "batchappend");
  add("kurrentdb.protocol.v2.streams.streamsservice", "appendsession");
  add("kurrentdb.protocol.v2.streams.streamsservice", "appendrecords");
  return all.SerializeAsString();
}

/// What follows `fail=` up to the semicolon, or nothing.
std::string way_in(std::string_view request) {
  constexpr std::string_view begin = "fail=";
  const auto at = request.find(begin);
  if (at == request.npos)
    return {};
  const auto rest = request.substr(at + begin.size());
  return std::string{rest.substr(0, rest.find(';'))};
}

std::uint32_t number_in(std::string_view way) {
  std::uint32_t number = 0;
  const auto digits = way.substr(way.rfind('-') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// As a header of several: servers do not put everything into one.
std::string bulk(std::size_t size) {
  constexpr std::size_t most = 8'000;
  std::string block;
  for (std::size_t i = 0; block.size() < size; ++i)
    block += header("x-bulk-" + std::to_string(i), std::string(std::min(most, size - block.size()), 'x'));
  return block;
}

} // namespace

struct failing_server::connection {
  int socket;
  const std::atomic<bool>& stop;
  std::map<std::uint32_t, std::string> requests{}; // Of streams that are not answered yet.

  bool send(std::string_view bytes) const {
    while (!bytes.empty() && !stop) {
      pollfd writable{socket, POLLOUT, 0};
      if (::poll(&writable, 1, 20) == 0)
        continue;
      const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    return !stop;
  }
};

failing_server::failing_server() : accepting_{[this] { accept_all(); }} {}

failing_server::~failing_server() {
  stop_ = true;
  accepting_.join();
  for (auto& each : threads_)
    each.join();
}

bool failing_server::has_written(std::string_view text) const {
  std::lock_guard lock{mutex_};
  return std::any_of(written_.begin(), written_.end(), [&](const auto& each) { return each.find(text) != each.npos; });
}

void failing_server::accept_all() {
  while (!stop_) {
    pollfd readable{listener_.socket(), POLLIN, 0};
    if (::poll(&readable, 1, 20) <= 0)
      continue;
    const int socket = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0)
      continue;
    threads_.emplace_back([this, socket] {
      serve(socket);
      ::close(socket);
    });
  }
}

void failing_server::serve(int socket) {
  connection peer{socket, stop_};
  std::string unread;
  std::size_t at = preface.size();
  if (!peer.send(greeting()))
    return;
  while (!stop_) {
    pollfd readable{socket, POLLIN, 0};
    if (::poll(&readable, 1, 20) == 0)
      continue;
    char buffer[16 << 10];
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0)
      return;
    unread.append(buffer, static_cast<std::size_t>(got));
    while (const auto next = unread.size() > at ? take_frame(unread, at) : std::nullopt) {
      if (next->type == frame_type::ping && (next->flags & ack) == 0) {
        if (!peer.send(to_bytes({.type = frame_type::ping, .flags = ack, .payload = next->payload})))
          return;
        continue;
      }
      if (next->type == frame_type::headers && path_in(next->payload).ends_with("GetSupportedMethods")) {
        if (!peer.send(header_frames(next->stream, reply_headers(), false) + data(next->stream, message(offers())) +
                       header_frames(next->stream, header("grpc-status", "0"), true)))
          return;
        continue;
      }
      if (next->type != frame_type::data)
        continue;
      auto& request = peer.requests[next->stream];
      request += next->payload;
      const auto way = way_in(request);
      if (way.empty())
        continue;
      if (!way.starts_with("refuse-") && !way.starts_with("metadata-")) {
        std::lock_guard lock{mutex_};
        written_.push_back(request);
      }
      peer.requests.erase(next->stream);
      if (!answer(peer, next->stream, way))
        return;
    }
  }
}

bool failing_server::answer(connection& on, std::uint32_t stream, const std::string& way) {
  const auto is = [&](std::string_view name) { return way.starts_with(name); };
  const auto begin = [&] { return header_frames(stream, reply_headers(), false); };
  const auto end = [&](std::string_view status, const std::string& others = {}) {
    return header_frames(stream, header("grpc-status", status) + others, true);
  };
  const auto reset = [&](std::uint32_t code) { return to_bytes({frame_type::rst_stream, no_flags, stream, big_endian(code)}); };
  if (is("silence"))
    return true;
  if (is("close"))
    return false;
  if (is("goaway")) {
    on.send(to_bytes({.type = frame_type::goaway, .payload = big_endian(stream) + big_endian(0)}));
    return false;
  }
  if (is("rst-"))
    return on.send(reset(number_in(way)));
  if (is("late-rst-"))
    return on.send(begin() + reset(number_in(way)));
  if (is("http-"))
    return on.send(header_frames(stream, header(":status", way.substr(5)) + header("content-type", "text/html"), true));
  if (is("metadata-"))
    return on.send(begin() + end("9", bulk(number_in(way))));
  if (is("headers-"))
    return on.send(header_frames(stream, reply_headers() + bulk(number_in(way)), false));
  if (is("status-"))
    return on.send(begin() + end(way.substr(7)));
  if (is("no-trailers"))
    return on.send(begin() + to_bytes({frame_type::data, end_stream, stream, {}}));
  if (is("large"))
    return on.send(begin() + data(stream, announcement(100u << 20)));
  if (is("compressed"))
    return on.send(begin() + data(stream, message("x", 1)) + end("0"));
  if (is("garbage"))
    return on.send(to_bytes({frame_type::headers, end_headers, stream, std::string(40, '\xff')}));
  if (is("empty"))
    return on.send(begin() + end("0"));
  if (is("refuse-"))
    return on.send(header_frames(stream, reply_headers() + header("grpc-status", way.substr(7)), true));
  return on.send(reset(refused_stream));
}

} // namespace kdb::hostile
