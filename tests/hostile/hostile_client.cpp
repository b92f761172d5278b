// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/hostile_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb::hostile {

namespace {

constexpr std::size_t most_unsent = 1 << 20;

/// Ends the node in order: nothing to be tested by chance.
bool is_suicide(const std::string& method) {
  return method.ends_with("Operations/Shutdown");
}

} // namespace

hostile_client::hostile_client(std::uint16_t port, const corpus& recorded, std::uint64_t seed) : recorded_{recorded}, any_{seed} {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error{"the node takes no connection"};
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  unsent_ = any_.one_in(30) ? any_.bytes(100) : std::string{preface};
  send({.type = frame_type::settings});
  send({.type = frame_type::window_update, .payload = big_endian(1 << 30)});
}

hostile_client::~hostile_client() {
  ::close(socket_);
}

bool hostile_client::step() {
  continue_huge_message();
  switch (any_.below(24)) {
    case 0: reset_burst(); break;
    case 1: slow_headers(); break;
    case 2:
      if (any_.one_in(3))
        broken_frame();
      break;
    case 3: protocol_noise(); break;
    case 4: huge_message(); break;
    case 5:
    case 6:
    case 7: write_on_open_call(); break;
    default: open_call(any_.one_in(5));
  }
  return exchange_bytes();
}

void hostile_client::send(const frame& what) {
  if (what.type == frame_type::data)
    window_ -= static_cast<std::int64_t>(what.payload.size());
  unsent_ += to_bytes(what);
}

void hostile_client::on_frame(const frame& what) {
  const auto number = [&](std::size_t at) { return from_big_endian(std::string_view{what.payload}.substr(at, 4)); };
  if (what.type == frame_type::window_update && what.payload.size() == 4) {
    window_ += what.stream == 0 ? number(0) : 0;
    huge_window_ += what.stream == huge_ ? number(0) : 0;
  } else if (what.type == frame_type::settings && (what.flags & ack) == 0) {
    for (std::size_t at = 0; at + 6 <= what.payload.size(); at += 6)
      if (what.payload[at + 1] == 4)
        first_window_ = number(at + 2);
    send({.type = frame_type::settings, .flags = ack});
  } else if (what.type == frame_type::ping && (what.flags & ack) == 0) {
    send({.type = frame_type::ping, .flags = ack, .payload = what.payload});
  } else if (what.type == frame_type::rst_stream && what.stream == huge_) {
    huge_ = 0;
  }
}

std::uint32_t hostile_client::next_stream() {
  last_stream_ = last_stream_ == 0 ? 1 : last_stream_ + 2;
  ++calls_;
  return any_.one_in(200) ? static_cast<std::uint32_t>(any_.number() & 0x7fffffff) : last_stream_;
}

std::string hostile_client::request_headers(const std::string& method) {
  auto block = header(":method", any_.one_in(50) ? "GET" : "POST") + header(":scheme", "http") + header(":path", method) +
               header(":authority", "127.0.0.1") + header("content-type", "application/grpc") + header("te", "trailers");
  if (any_.one_in(4))
    block += header("requires-leader", any_.one_in(2) ? "true" : any_.bytes(10));
  if (any_.one_in(4))
    block += header("authorization", any_.one_in(2) ? "Basic YWRtaW46Y2hhbmdlaXQ=" : "Basic " + any_.bytes(20));
  if (any_.one_in(10))
    block += header("grpc-timeout", any_.one_in(2) ? "1m" : any_.bytes(5));
  if (any_.one_in(10))
    block += header("grpc-encoding", any_.one_in(2) ? "gzip" : "nonsense");
  if (any_.one_in(20))
    block += header("x-" + std::string(any_.below(20'000), 'x'), any_.bytes(1000));
  if (any_.one_in(20))
    block += any_.bytes(20); // No header at all.
  return block;
}

std::string hostile_client::some_request(const std::string& method) {
  auto& all = recorded_.requests.at(method);
  const auto& one = all[any_.below(all.size())];
  switch (any_.below(6)) {
    case 0: return one;
    case 1: return any_.bytes(300);
    case 2: return broken_texts(one);
    default: return mutated(one, any_);
  }
}

void hostile_client::open_call(bool leave_open) {
  const auto& method = recorded_.methods[any_.below(recorded_.methods.size())];
  if (is_suicide(method))
    return;
  const auto id = next_stream();
  const auto path = any_.one_in(40) ? mutated(method, any_) : method;
  if (is_suicide(path))
    return;
  send({.type = frame_type::headers, .flags = end_headers, .stream = id, .payload = request_headers(path)});
  for (auto left = 1 + any_.below(3); left > 0; --left) {
    const auto flag = any_.one_in(20) ? static_cast<std::uint8_t>(any_.number()) : std::uint8_t{0};
    auto bytes = message(some_request(method), flag);
    if (any_.one_in(10))
      bytes.resize(any_.below(bytes.size() + 1));
    for (std::size_t at = 0; at < bytes.size(); at += largest_payload)
      send({.stream = id, .payload = bytes.substr(at, largest_payload)});
  }
  if (leave_open && open_.size() < 50)
    open_.emplace_back(id, method);
  else
    send({.flags = end_stream, .stream = id});
}

void hostile_client::write_on_open_call() {
  if (open_.empty())
    return;
  const auto at = any_.below(open_.size());
  const auto [id, method] = open_[at];
  if (!any_.one_in(4)) {
    auto bytes = message(some_request(method));
    bytes.resize(std::min(bytes.size(), largest_payload));
    send({.stream = id, .payload = std::move(bytes)});
    return;
  }
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  if (any_.one_in(2))
    send({.flags = end_stream, .stream = id});
  else
    send({.type = frame_type::rst_stream, .stream = id, .payload = big_endian(8)});
}

/// Streams that are opened and reset at once.
void hostile_client::reset_burst() {
  const auto& method = recorded_.methods[any_.below(recorded_.methods.size())];
  if (is_suicide(method))
    return;
  const auto block = request_headers(method);
  const auto request = message(some_request(method)).substr(0, largest_payload);
  for (auto left = any_.below(200); left > 0; --left) {
    const auto id = next_stream();
    send({.type = frame_type::headers, .flags = end_headers, .stream = id, .payload = block});
    if (any_.one_in(2))
      send({.stream = id, .payload = request});
    send({.type = frame_type::rst_stream, .stream = id, .payload = big_endian(8)});
  }
}

/// Headers that come piece by piece, and never end for some. Nothing else may come between them; what does is another breach.
void hostile_client::slow_headers() {
  const auto more = header("x-more", std::string(any_.below(3000), 'x'));
  if (half_headers_ == 0) {
    half_headers_ = next_stream();
    send({.type = frame_type::headers, .stream = half_headers_, .payload = header(":method", "POST")});
  }
  for (auto left = any_.below(100); left > 0; --left)
    send({.type = frame_type::continuation, .stream = half_headers_, .payload = more});
  if (any_.one_in(2)) {
    send({.type = frame_type::continuation, .flags = end_headers, .stream = half_headers_, .payload = more});
    half_headers_ = 0;
  }
}

void hostile_client::broken_frame() {
  if (any_.one_in(2)) {
    unsent_ += any_.bytes(60);
    return;
  }
  send({.type = static_cast<frame_type>(any_.below(12)),
        .flags = static_cast<std::uint8_t>(any_.number()),
        .stream = static_cast<std::uint32_t>(any_.below(10)),
        .payload = any_.bytes(40)});
}

/// What is allowed, and hardly ever done that often.
void hostile_client::protocol_noise() {
  static const std::array<frame, 3> kinds{frame{.type = frame_type::ping, .payload = "12345678"},
                                          frame{.type = frame_type::settings},
                                          frame{.type = frame_type::window_update, .payload = big_endian(1)}};
  const auto& kind = any_.of(kinds);
  for (auto left = any_.below(100); left > 0; --left)
    send(kind);
}

/// A message that is announced as a very large one, of which hardly anything comes, or more and more.
void hostile_client::huge_message() {
  const auto& method = recorded_.methods[any_.below(recorded_.methods.size())];
  if (is_suicide(method))
    return;
  static constexpr std::array<std::uint32_t, 4> lengths{20u << 20, 1u << 30, 0x7fffffff, 0xffffffff};
  const auto id = next_stream();
  if (huge_ == 0) {
    huge_ = id;
    huge_window_ = first_window_;
  }
  send({.type = frame_type::headers, .flags = end_headers, .stream = id, .payload = request_headers(method)});
  send({.stream = id, .payload = announcement(any_.of(lengths)) + any_.bytes(1000)});
  if (huge_ != id && any_.one_in(2))
    send({.flags = end_stream, .stream = id});
}

/// As much as the node's windows allow.
void hostile_client::continue_huge_message() {
  for (int left = 64; left > 0 && huge_ != 0; --left) {
    if (std::min(window_, huge_window_) < static_cast<std::int64_t>(largest_payload))
      return;
    huge_window_ -= static_cast<std::int64_t>(largest_payload);
    send({.stream = huge_, .payload = std::string(largest_payload, 'x')});
  }
}

/// Sends and takes what goes without waiting long.
bool hostile_client::exchange_bytes() {
  do {
    pollfd ready{socket_, static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (::poll(&ready, 1, unsent_.size() > most_unsent ? 100 : 0) < 0)
      return errno == EINTR;
    if ((ready.revents & POLLOUT) != 0) {
      const auto sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return false;
      unsent_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0)
      return unsent_.size() <= most_unsent;
    char buffer[64 << 10];
    const auto got = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
      return false;
    unread_.append(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
    std::size_t at = 0;
    while (const auto next = take_frame(unread_, at))
      on_frame(*next);
    unread_.erase(0, at);
  } while (unsent_.size() > most_unsent);
  return true;
}

} // namespace kdb::hostile
