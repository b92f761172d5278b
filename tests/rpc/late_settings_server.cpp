// SPDX-License-Identifier: Apache-2.0
#include "tests/rpc/late_settings_server.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb::test {

namespace {

constexpr std::size_t preface_size = 24, frame_header_size = 9;
constexpr unsigned char headers_frame = 1, settings_frame = 4;

// SETTINGS with MAX_CONCURRENT_STREAMS (3) = 100, then the acknowledgement of the client's.
constexpr unsigned char settings_bytes[]{0, 0, 6, settings_frame, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100, //
                                         0, 0, 0, settings_frame, 1, 0, 0, 0, 0};

} // namespace

late_settings_server::late_settings_server(std::size_t turned_away) : to_turn_away_{turned_away} {
  thread_ = std::thread{[this] { run(); }};
}

late_settings_server::~late_settings_server() {
  stop_ = true;
  thread_.join();
  for (const auto& [socket, ignored] : connections_)
    ::close(socket);
}

std::size_t late_settings_server::greeted() const {
  std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(
    std::count_if(connections_.begin(), connections_.end(), [](const auto& each) { return each.second.settings_seen; }));
}

std::size_t late_settings_server::streams() const {
  std::lock_guard lock{mutex_};
  std::size_t sum = 0;
  for (const auto& [socket, each] : connections_)
    sum += each.streams;
  return sum;
}

std::size_t late_settings_server::most_streams() const {
  std::lock_guard lock{mutex_};
  std::size_t most = 0;
  for (const auto& [socket, each] : connections_)
    most = std::max(most, each.streams);
  return most;
}

void late_settings_server::run() {
  while (!stop_) {
    std::vector<pollfd> waiting{{listener_.socket(), POLLIN, 0}};
    for (const auto& [socket, ignored] : connections_)
      waiting.push_back({socket, POLLIN, 0});
    ::poll(waiting.data(), waiting.size(), 10);
    std::lock_guard lock{mutex_};
    for (const auto& each : waiting) {
      if (each.revents == 0)
        continue;
      if (each.fd == listener_.socket()) {
        const int socket = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0 && to_turn_away_ > 0) {
          ::close(socket);
          --to_turn_away_;
        } else if (socket >= 0) {
          connections_.emplace(socket, connection{});
        }
      } else if (!receive(each.fd, connections_[each.fd])) {
        ::close(each.fd);
        connections_.erase(each.fd);
        ++closed_;
      }
    }
    if (!settings_due_)
      continue;
    for (auto& [socket, each] : connections_)
      if (!std::exchange(each.settings_sent, true))
        static_cast<void>(::send(socket, settings_bytes, sizeof settings_bytes, MSG_NOSIGNAL));
  }
}

bool late_settings_server::receive(int socket, connection& from) {
  char buffer[16 << 10];
  const auto got = ::recv(socket, buffer, sizeof buffer, 0);
  if (got <= 0)
    return false;
  from.unread.append(buffer, static_cast<std::size_t>(got));
  parse(from);
  return true;
}

void late_settings_server::parse(connection& from) {
  if (!from.preface) {
    if (from.unread.size() < preface_size)
      return;
    from.unread.erase(0, preface_size);
    from.preface = true;
  }
  while (from.unread.size() >= frame_header_size) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(from.unread[at]); };
    const std::size_t length = std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2);
    if (from.unread.size() < frame_header_size + length)
      return;
    from.streams += byte(3) == headers_frame ? 1 : 0;
    from.settings_seen |= byte(3) == settings_frame;
    from.unread.erase(0, frame_header_size + length);
  }
}

} // namespace kdb::test
