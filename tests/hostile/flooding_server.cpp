// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/flooding_server.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/hostile/frames.hpp"

namespace kdb::hostile {

namespace {

bool send_all(int socket, std::string_view bytes, const std::atomic<bool>& stop) {
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

/// No header table, so that paths stay readable.
std::string greeting() {
  return to_bytes({.type = frame_type::settings, .payload = std::string{'\0', '\x01'} + big_endian(0)}) +
         to_bytes({.type = frame_type::settings, .flags = ack});
}

/// As a server without that service.
std::string unimplemented(std::uint32_t stream) {
  const auto block = header(":status", "200") + header("content-type", "application/grpc") + header("grpc-status", "12");
  return to_bytes({frame_type::headers, end_headers | end_stream, stream, block});
}

} // namespace

flooding_server::flooding_server() : accepting_{[this] { accept_all(); }} {}

flooding_server::~flooding_server() {
  stop_ = true;
  accepting_.join();
  for (auto& each : threads_)
    each.join();
}

void flooding_server::accept_all() {
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

void flooding_server::serve(int socket) {
  const auto flood = header("x-more", std::string(1000, 'x'));
  std::string unread;
  std::size_t at = preface.size();
  if (!send_all(socket, greeting(), stop_))
    return;
  for (;;) {
    char buffer[16 << 10];
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0)
      return;
    unread.append(buffer, static_cast<std::size_t>(got));
    while (const auto next = unread.size() > at ? take_frame(unread, at) : std::nullopt) {
      if (next->type != frame_type::headers)
        continue;
      if (path_in(next->payload).ends_with("GetSupportedMethods")) {
        if (!send_all(socket, unimplemented(next->stream), stop_))
          return;
        continue;
      }
      ++floods_;
      ++under_way_;
      auto sent = send_all(socket, to_bytes({frame_type::headers, no_flags, next->stream, header(":status", "200")}), stop_);
      while (sent)
        sent = send_all(socket, to_bytes({frame_type::continuation, no_flags, next->stream, flood}), stop_);
      --under_way_;
      return;
    }
  }
}

} // namespace kdb::hostile
