// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/servers/canned_server.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <list>
#include <memory>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/servers/canned_answers.hpp"
#include "tests/bench/servers/http2.hpp"

namespace kdb::bench {

namespace {

constexpr std::size_t send_chunk = 256 * 1024;

/// What the canned node answers to each call.
class canned_calls : public http2_connection::handler {
public:
  canned_calls(const canned_server_options& options)
    : events_{make_read_replay(options.events, options.data_size)}, methods_{supported_methods()} {}

  void on_message(http2_connection& self, http2_connection::stream& call, std::string_view message) override {
    if (call.path.ends_with("Streams/BatchAppend"))
      append(call, message);
    else if (call.path.ends_with("StreamsService/AppendRecords"))
      http2_connection::send_message(call, records_answer(message));
    else if (call.path.ends_with("Streams/Read"))
      read(self, call, parse_read_request(message));
  }

  void on_half_close(http2_connection&, http2_connection::stream& call) override {
    if (call.path.ends_with("Streams/Read"))
      return; // ends when everything is sent; subscriptions never
    if (call.path.ends_with("ServerFeatures/GetSupportedMethods"))
      http2_connection::send_message(call, methods_);
    else if (!call.path.ends_with("Streams/BatchAppend") && !call.path.ends_with("StreamsService/AppendRecords"))
      call.status = 12; // UNIMPLEMENTED
    if (!call.status)
      call.status = 0;
  }

  void on_gone(http2_connection&, http2_connection::stream& call) override {
    std::erase_if(subscriptions_, [&](auto& each) { return each.call == &call; });
  }

private:
  void read(http2_connection&, http2_connection::stream& call, const read_request& request) {
    if (request.subscription) {
      http2_connection::send_message(call, subscription_confirmation());
      http2_connection::send_message(call, caught_up_message());
      subscriptions_.push_back({&call, request.stream});
      return;
    }
    call.source = &events_;
    // "Everything" is what there is; a number is honoured, from the beginning again if need be.
    call.left = request.count >= 1ull << 32 ? events_.ends.size() : request.count;
    call.status = 0;
  }

  void append(http2_connection::stream& call, std::string_view message) {
    auto answer = appends_.answer(message);
    if (answer)
      http2_connection::send_message(call, *answer);
    for (auto& each : subscriptions_)
      if (each.stream == appends_.stream())
        appends_.each_event(message, [&](const std::string& event) { http2_connection::send_message(*each.call, event); });
  }

  struct subscription {
    http2_connection::stream* call;
    std::string stream;
  };
  replay events_;
  std::string methods_;
  batch_answers appends_;
  std::vector<subscription> subscriptions_;
};

/// A socket and the HTTP/2 connection on it.
struct peer {
  peer(int socket, http2_connection::handler& calls, std::size_t messages_per_frame)
    : fd{socket}, http{calls, messages_per_frame} {}
  ~peer() { ::close(fd); }

  /// False when the connection is over.
  bool read() {
    static std::array<char, 256 * 1024> buffer;
    for (;;) {
      auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (count == 0)
        return false;
      if (count < 0)
        return errno == EAGAIN || errno == EINTR;
      if (!http.receive({buffer.data(), static_cast<std::size_t>(count)}))
        return false;
      if (static_cast<std::size_t>(count) < buffer.size())
        return true;
    }
  }

  /// Sends what can be sent. False when the connection is over.
  bool write() {
    for (;;) {
      if (at == out.size()) {
        out.clear();
        at = 0;
        http.fill(out, send_chunk);
        if (out.empty()) {
          blocked = false;
          return true;
        }
      }
      auto count = ::send(fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
      if (count < 0) {
        blocked = errno == EAGAIN;
        return blocked || errno == EINTR;
      }
      at += static_cast<std::size_t>(count);
    }
  }

  int fd;
  http2_connection http;
  std::string out;
  std::size_t at = 0;
  bool blocked = false;
};

class server {
public:
  explicit server(const canned_server_options& options) : calls_{options}, messages_per_frame_{options.messages_per_frame} {}

  int run() {
    if (!listen())
      return 1;
    for (;;) {
      std::array<epoll_event, 64> ready;
      auto count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; ++i) {
        auto& event = ready[static_cast<std::size_t>(i)];
        if (event.data.fd == STDIN_FILENO)
          return 0;
        if (event.data.fd == listener_)
          accept();
        else
          serve(event);
      }
      flush();
    }
  }

private:
  bool listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* where = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, where, size) != 0 || ::listen(listener_, 64) != 0 || ::getsockname(listener_, where, &size) != 0)
      return false;
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    watch(listener_, EPOLLIN);
    watch(STDIN_FILENO, EPOLLIN);
    std::printf("127.0.0.1:%u\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return true;
  }

  void watch(int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept() {
    auto fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
      return;
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    peers_.push_back(std::make_unique<peer>(fd, calls_, messages_per_frame_));
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP);
  }

  void serve(const epoll_event& event) {
    auto found = std::ranges::find_if(peers_, [&](auto& each) { return each->fd == event.data.fd; });
    if (found == peers_.end())
      return;
    if (event.events & EPOLLOUT)
      (*found)->blocked = false;
    if (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR) && !(*found)->read())
      peers_.erase(found);
  }

  /// Sends on every connection: an append on one shows on the subscriptions of others.
  void flush() {
    std::erase_if(peers_, [](auto& each) { return !each->blocked && !each->write(); });
  }

  canned_calls calls_; // outlives the peers, whose calls it is told of
  std::size_t messages_per_frame_;
  int listener_ = -1;
  int epoll_ = -1;
  std::vector<std::unique_ptr<peer>> peers_;
};

} // namespace

int run_canned_server(const canned_server_options& options) {
  return server{options}.run();
}

} // namespace kdb::bench
