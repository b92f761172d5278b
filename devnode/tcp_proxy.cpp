#include "kdb/tcp_proxy.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb {
namespace {

using clock = std::chrono::steady_clock;

// What is read ahead of a receiver that is slow.
constexpr std::size_t most_held = 256 << 10;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

// Holds a port. Until it listens, clients are refused.
int bind_to(std::uint16_t port) {
  auto bound = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int yes = 1;
  ::setsockopt(bound, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  auto where = loopback(port);
  if (::bind(bound, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0)
    return bound;
  ::close(bound);
  return -1;
}

int listen_on(std::uint16_t port) {
  auto listener = bind_to(port);
  if (listener >= 0 && ::listen(listener, 256) == 0)
    return listener;
  if (listener >= 0)
    ::close(listener);
  throw std::runtime_error{"cannot listen on 127.0.0.1:" + std::to_string(port) +
                           "; is another server using the port? Choose another one, or 0 for a free one."};
}

std::uint16_t port_of(int listener) {
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.sin_port);
}

int connect_to(std::uint16_t port) {
  if (port == 0)
    return -1;
  auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto where = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0)
    return socket;
  ::close(socket);
  return -1;
}

void no_delay(int socket) {
  int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void reset(int socket) {
  linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket);
}

// How bytes are passed on.
struct manners {
  std::chrono::milliseconds delay{0};
  std::size_t rate = 0; // bytes a second
  bool moves_up = true;
  bool moves_down = true;
};

/// One direction of a connection, with what has been read and not yet written.
class flow {
public:
  flow(int from, int to) : from_{from}, to_{to} {}

  bool wants_to_read() const { return !ended_ && held_ < most_held; }
  bool ended() const { return ended_; }
  bool finished() const { return finished_; }

  /// When there is something to write; nothing if there isn't.
  std::optional<clock::time_point> next_write() const {
    return held_bytes_.empty() ? std::nullopt : std::optional{std::max(held_bytes_.front().due, free_at_)};
  }

  /// False: one of the sides is gone.
  bool read(const manners& how, clock::time_point now) {
    static thread_local std::array<char, 64 << 10> buffer;
    auto count = ::recv(from_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0)
      return errno == EAGAIN || errno == EINTR;
    if (count == 0) {
      ended_ = true;
      return true;
    }
    auto size = static_cast<std::size_t>(count);
    held_ += size;
    held_bytes_.push_back({now + how.delay, {buffer.data(), size}, 0});
    return true;
  }

  /// Writes what is due, at most `limit` bytes. Returns how many, or nothing when one of the sides is gone.
  std::optional<std::uint64_t> write(const manners& how, clock::time_point now, std::uint64_t limit) {
    std::uint64_t written = 0;
    while (!held_bytes_.empty() && held_bytes_.front().due <= now && free_at_ <= now && written < limit) {
      auto& first = held_bytes_.front();
      auto size = std::min<std::uint64_t>(first.bytes.size() - first.begin, limit - written);
      if (how.rate > 0)
        size = std::min<std::uint64_t>(size, std::max<std::size_t>(how.rate / 50, 1));
      auto count = ::send(to_, first.bytes.data() + first.begin, size, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EINTR))
        break;
      if (count < 0)
        return std::nullopt;
      took(static_cast<std::size_t>(count));
      written += static_cast<std::uint64_t>(count);
      if (how.rate > 0)
        free_at_ = now + std::chrono::nanoseconds{1'000'000'000 * count / static_cast<std::int64_t>(how.rate)};
    }
    if (ended_ && held_bytes_.empty() && !std::exchange(finished_, true))
      ::shutdown(to_, SHUT_WR);
    return written;
  }

  int from() const { return from_; }
  int to() const { return to_; }

private:
  struct piece {
    clock::time_point due;
    std::string bytes;
    std::size_t begin;
  };

  void took(std::size_t count) {
    auto& first = held_bytes_.front();
    first.begin += count;
    held_ -= count;
    if (first.begin == first.bytes.size())
      held_bytes_.pop_front();
  }

  int from_;
  int to_;
  std::deque<piece> held_bytes_;
  std::size_t held_ = 0;
  clock::time_point free_at_{};
  bool ended_ = false;    // the sender has closed
  bool finished_ = false; // the receiver knows
};

struct link {
  link(int client, int server) : up{client, server}, down{server, client} {}

  flow up;
  flow down;
  std::uint64_t sent = 0;
  std::optional<std::uint64_t> cut_at;
};

} // namespace

struct tcp_proxy::impl {
  impl(std::uint16_t to, std::uint16_t on) : target{to}, listener{listen_on(on)}, port{port_of(listener)} {
    thread = std::thread{[this] { run(); }};
  }

  ~impl() {
    command([this] { stopping = true; });
    thread.join();
    for (auto& each : links)
      drop(each);
    ::close(listener);
    ::close(alarm);
  }

  /// Runs it on the proxy's thread, and returns when it has been run.
  void command(std::function<void()> what) {
    std::unique_lock lock{mutex};
    commands.push_back(std::move(what));
    auto mine = ++asked;
    std::uint64_t one = 1;
    if (::write(alarm, &one, sizeof one) != sizeof one)
      throw std::runtime_error{"the proxy can't be woken"};
    changed.wait(lock, [&] { return done >= mine; });
  }

  void run() {
    while (!stopping) {
      poll_once();
      obey();
    }
  }

  void obey() {
    std::uint64_t ignored = 0;
    if (::read(alarm, &ignored, sizeof ignored) < 0 && errno != EAGAIN)
      return;
    std::lock_guard lock{mutex};
    for (auto& each : std::exchange(commands, {})) {
      each();
      ++done;
    }
    changed.notify_all();
  }

  // A flow that is stalled is only watched for a side that leaves.
  void watch(const flow& each, bool moves, clock::time_point now) {
    auto next = each.next_write();
    bool writes = moves && next && *next <= now;
    watched.push_back({each.ended() ? -1 : each.from(),
                       static_cast<short>(!moves                 ? POLLRDHUP
                                          : each.wants_to_read() ? POLLIN
                                                                 : 0),
                       0});
    watched.push_back({writes ? each.to() : -1, POLLOUT, 0});
    if (moves && next && *next > now)
      wake_at = wake_at ? std::min(*wake_at, *next) : *next;
  }

  int patience(clock::time_point now) const {
    if (!wake_at)
      return -1;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*wake_at - now).count());
  }

  void poll_once() {
    auto now = clock::now();
    wake_at.reset();
    watched.assign({{alarm, POLLIN, 0}, {refuses ? -1 : listener, POLLIN, 0}});
    for (auto& each : links) {
      watch(each.up, how.moves_up, now);
      watch(each.down, how.moves_down, now);
    }
    ::poll(watched.data(), watched.size(), patience(now));
    now = clock::now();
    auto place = watched.begin() + 2;
    for (auto each = links.begin(); each != links.end(); place += 4) {
      if (pass_on(*each, &*place, now)) {
        ++each;
      } else {
        drop(*each);
        each = links.erase(each);
      }
    }
    if (watched[1].revents != 0)
      welcome();
    open = links.size();
  }

  /// False: the connection is over.
  bool pass_on(link& each, const pollfd* seen, clock::time_point now) {
    bool up = seen[0].revents != 0, down = seen[2].revents != 0;
    if ((up && !how.moves_up) || (down && !how.moves_down))
      return false;
    if ((up && !each.up.read(how, now)) || (down && !each.down.read(how, now)))
      return false;
    if (how.moves_up && !each.up.write(how, now, most_held))
      return false;
    if (!how.moves_down)
      return true;
    auto sent = each.down.write(how, now, each.cut_at ? *each.cut_at - each.sent : most_held);
    if (!sent)
      return false;
    each.sent += *sent;
    to_clients += *sent;
    return !(each.cut_at && each.sent >= *each.cut_at) && !(each.up.finished() && each.down.finished());
  }

  void welcome() {
    auto client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
      return;
    ++accepted;
    auto server = connect_to(target);
    if (server < 0)
      return reset(client);
    no_delay(client);
    no_delay(server);
    links.emplace_back(client, server).cut_at = cut_later;
  }

  static void drop(const link& each) {
    // An end that both sides know of is no accident.
    bool orderly = each.up.finished() && each.down.finished();
    for (auto socket : {each.up.from(), each.up.to()})
      orderly ? static_cast<void>(::close(socket)) : reset(socket);
  }

  void cut() {
    for (auto& each : links)
      drop(each);
    links.clear();
    open = 0;
  }

  std::uint16_t target;
  int listener;
  bool refuses = false; // the port is held, that nobody else gets it
  const std::uint16_t port;
  const int alarm = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::list<link> links;
  std::vector<pollfd> watched;
  std::optional<clock::time_point> wake_at;
  manners how;
  std::optional<std::uint64_t> cut_later;
  bool stopping = false;
  std::atomic<std::size_t> open{0};
  std::atomic<std::size_t> accepted{0};
  std::atomic<std::uint64_t> to_clients{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::function<void()>> commands;
  std::uint64_t asked = 0;
  std::uint64_t done = 0;
  std::thread thread;
};

tcp_proxy::tcp_proxy(std::uint16_t target, std::uint16_t port) : impl_{std::make_unique<impl>(target, port)} {}
tcp_proxy::~tcp_proxy() = default;

std::uint16_t tcp_proxy::port() const {
  return impl_->port;
}

std::string tcp_proxy::connection_string() const {
  return "kurrentdb://127.0.0.1:" + std::to_string(port()) + "?tls=false";
}

void tcp_proxy::retarget(std::uint16_t target) {
  impl_->command([this, target] { impl_->target = target; });
}

void tcp_proxy::cut() {
  impl_->command([this] { impl_->cut(); });
}

void tcp_proxy::cut_after(std::uint64_t bytes) {
  impl_->command([this, bytes] {
    impl_->cut_later = bytes;
    for (auto& each : impl_->links)
      each.cut_at = each.sent + bytes;
  });
}

void tcp_proxy::refuse() {
  impl_->command([this] {
    if (std::exchange(impl_->refuses, true))
      return;
    ::close(impl_->listener);
    impl_->listener = bind_to(impl_->port);
  });
}

void tcp_proxy::accept_again() {
  impl_->command([this] {
    if (impl_->refuses && ::listen(impl_->listener, 256) == 0)
      impl_->refuses = false;
  });
}

void tcp_proxy::stall() {
  impl_->command([this] { impl_->how.moves_up = impl_->how.moves_down = false; });
}

void tcp_proxy::stall_answers() {
  impl_->command([this] { impl_->how.moves_down = false; });
}

void tcp_proxy::delay(std::chrono::milliseconds by) {
  impl_->command([this, by] { impl_->how.delay = by; });
}

void tcp_proxy::slow(std::size_t bytes_per_second) {
  impl_->command([this, bytes_per_second] { impl_->how.rate = bytes_per_second; });
}

void tcp_proxy::resume() {
  impl_->command([this] {
    impl_->how = {};
    impl_->cut_later.reset();
    for (auto& each : impl_->links)
      each.cut_at.reset();
  });
}

std::size_t tcp_proxy::connections() const {
  return impl_->open;
}

std::size_t tcp_proxy::accepted() const {
  return impl_->accepted;
}

std::uint64_t tcp_proxy::bytes_to_clients() const {
  return impl_->to_clients;
}

} // namespace kdb
