// SPDX-License-Identifier: Apache-2.0
#include "kdb/tcp_proxy.hpp"

#include "devnode/network/flow.hpp"
#include "devnode/network/loopback.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb::inline v0 {
namespace {

using namespace development;
using clock = flow::clock;

// A client and the server it was connected to.
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
  void command(std::function<void()> message) {
    std::unique_lock lock{mutex};
    commands.push_back(std::move(message));
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
    if (how.moves_up && !each.up.write(how, now, flow::most_held))
      return false;
    if (!how.moves_down)
      return true;
    auto sent = each.down.write(how, now, each.cut_at ? *each.cut_at - each.sent : flow::most_held);
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

} // namespace kdb::inline v0
