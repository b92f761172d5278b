// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/servers/canned_server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/servers/canned_answers.hpp"
#include "tests/bench/servers/http2.hpp"
#include "tests/bench/servers/pacer.hpp"

namespace kdb::bench {

namespace {

constexpr std::size_t send_chunk = 256 * 1024;

/// What the canned node answers to each call.
class canned_calls : public http2_connection::handler {
public:
  canned_calls(const canned_server_options& options)
    : events_{make_read_replay(options.events, options.data_size)},
      group_events_{make_consume_replay(options.events, options.data_size)}, methods_{supported_methods()} {}

  void on_message(http2_connection& self, http2_connection::stream& call, std::string_view message) override {
    if (call.path.ends_with("Streams/BatchAppend"))
      append(call, message);
    else if (call.path.ends_with("StreamsService/AppendRecords"))
      http2_connection::send_message(call, records_answer(message));
    else if (call.path.ends_with("Streams/Read"))
      read(self, call, parse_read_request(message));
    else if (call.path.ends_with("PersistentSubscriptions/Read"))
      consume(call, parse_consume_request(message));
    else if (is_about_groups(call))
      http2_connection::send_message(call, {});
  }

  void on_half_close(http2_connection&, http2_connection::stream& call) override {
    if (call.path.ends_with("Streams/Read"))
      return; // ends when everything is sent; subscriptions never
    if (call.path.ends_with("PersistentSubscriptions/Read"))
      call.left = 0;
    if (call.path.ends_with("ServerFeatures/GetSupportedMethods"))
      http2_connection::send_message(call, methods_);
    else if (!call.path.ends_with("Streams/BatchAppend") && !call.path.ends_with("StreamsService/AppendRecords") &&
             !is_about_groups(call))
      call.status = 12; // UNIMPLEMENTED
    if (!call.status)
      call.status = 0;
  }

  void on_gone(http2_connection&, http2_connection::stream& call) override {
    for (auto& [stream, calls] : subscriptions_)
      calls.erase(&call);
    unsent_.erase(&call);
  }

private:
  static bool is_about_groups(const http2_connection::stream& call) {
    return call.path.find("PersistentSubscriptions/") != std::string::npos;
  }

  void read(http2_connection&, http2_connection::stream& call, const read_request& request) {
    if (request.subscription) {
      http2_connection::send_message(call, subscription_confirmation());
      if (request.from_start) {
        call.source = &events_;
        call.left = events_.ends.size();
        return;
      }
      http2_connection::send_message(call, caught_up_message());
      subscriptions_[request.stream].insert(&call);
      return;
    }
    call.source = &events_;
    // "Everything" is what there is; a number is honoured, from the beginning again if need be.
    call.left = request.count >= 1ull << 32 ? events_.ends.size() : request.count;
    call.status = 0;
  }

  /// All events once, never more of them unanswered than the client allows.
  void consume(http2_connection::stream& call, const consume_request& request) {
    if (request.buffer > 0) {
      http2_connection::send_message(call, consumer_confirmation());
      call.source = &group_events_;
      unsent_[&call] = group_events_.ends.size();
    }
    auto& unsent = unsent_[&call];
    const auto more = std::min<std::uint64_t>(unsent, request.buffer + request.answered);
    call.left += more;
    unsent -= more;
  }

  void append(http2_connection::stream& call, std::string_view message) {
    auto answer = appends_.answer(message);
    if (answer)
      http2_connection::send_message(call, *answer);
    const auto found = subscriptions_.find(appends_.stream());
    if (found == subscriptions_.end())
      return;
    appends_.each_event(message, [&](const std::string& event) {
      for (auto* each : found->second)
        http2_connection::send_message(*each, event);
    });
  }

  replay events_, group_events_;
  std::string methods_;
  batch_answers appends_;
  std::map<std::string, std::set<http2_connection::stream*>, std::less<>> subscriptions_; // By stream.
  std::map<const http2_connection::stream*, std::uint64_t> unsent_;                       // Of what a consumer is to get.
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

  /// Sends what can be sent, `chunk` bytes at a time, but no more than `most` chunks. False when the connection is over.
  bool write(std::size_t chunk, std::size_t most) {
    has_more = true;
    for (;;) {
      if (at == out.size()) {
        out.clear();
        at = 0;
        if (most-- == 0)
          return true;
        http.fill(out, chunk);
        if (out.empty()) {
          blocked = has_more = false;
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
  bool has_more = false; // There may be something to send that has not been looked at.
};

class server {
public:
  explicit server(const canned_server_options& options)
    : calls_{options}, messages_per_frame_{options.messages_per_frame}, paced_{options.paced} {}

  int run() {
    if (!listen())
      return 1;
    for (;;) {
      std::array<epoll_event, 64> ready;
      const auto has_more = std::ranges::any_of(peers_, [](auto& each) { return each->has_more && !each->blocked; });
      auto count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), has_more ? 0 : -1);
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
    if (::bind(listener_, where, size) != 0 || ::listen(listener_, 1024) != 0 || ::getsockname(listener_, where, &size) != 0)
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
    auto chunk = send_chunk, most = std::numeric_limits<std::size_t>::max();
    if (paced_) {
      const auto now = std::chrono::steady_clock::now();
      if (!pace_.is_due(now))
        return;
      chunk = 1; // So each holds one message.
      most = pace_.begin_burst(now);
    }
    std::erase_if(peers_, [&](auto& each) { return !each->blocked && !each->write(chunk, most); });
  }

  canned_calls calls_; // outlives the peers, whose calls it is told of
  std::size_t messages_per_frame_;
  const bool paced_;
  pacer pace_;
  int listener_ = -1;
  int epoll_ = -1;
  std::vector<std::unique_ptr<peer>> peers_;
};

} // namespace

int run_canned_server(const canned_server_options& options) {
  return server{options}.run();
}

} // namespace kdb::bench
