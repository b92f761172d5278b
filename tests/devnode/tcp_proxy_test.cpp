// SPDX-License-Identifier: Apache-2.0

// The bad network in front of a node, between two plain sockets.

#include <kdb/tcp_proxy.hpp>

#include "tests/fixtures/wait.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <link.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

using namespace std::chrono_literals;
using kdb::fixtures::patience;
using kdb::fixtures::stopwatch;

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

class plain_socket {
public:
  explicit plain_socket(int handle) : handle_{handle} {}
  plain_socket(plain_socket&& other) noexcept : handle_{std::exchange(other.handle_, -1)} {}
  plain_socket& operator=(plain_socket&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~plain_socket() {
    if (handle_ >= 0)
      ::close(handle_);
  }

  int handle() const { return handle_; }
  void send(const std::string& text) const {
    BOOST_REQUIRE(::send(handle_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
  void end() const { ::shutdown(handle_, SHUT_WR); }

  // What comes until there are that many bytes, or the other side ends or resets ("!" at the end), or nothing comes for a while.
  std::string receive(std::size_t count, std::chrono::milliseconds at_most = patience) const {
    std::string all;
    while (all.size() < count) {
      pollfd readable{handle_, POLLIN, 0};
      if (::poll(&readable, 1, static_cast<int>(at_most.count())) <= 0)
        return all;
      char bytes[4096];
      auto got = ::recv(handle_, bytes, std::min(sizeof bytes, count - all.size()), 0);
      if (got <= 0)
        return all + (got < 0 ? "!" : "");
      all.append(bytes, static_cast<std::size_t>(got));
    }
    return all;
  }

private:
  int handle_;
};

struct proxy_fixture {
  plain_socket listener{::socket(AF_INET, SOCK_STREAM, 0)};
  std::uint16_t port = listen();
  kdb::tcp_proxy proxy{port};

  std::uint16_t listen() const {
    auto where = loopback(0);
    socklen_t size = sizeof where;
    BOOST_REQUIRE(::bind(listener.handle(), reinterpret_cast<sockaddr*>(&where), size) == 0);
    BOOST_REQUIRE(::listen(listener.handle(), 8) == 0);
    ::getsockname(listener.handle(), reinterpret_cast<sockaddr*>(&where), &size);
    return ntohs(where.sin_port);
  }

  bool connects(const plain_socket& from) const {
    auto where = loopback(proxy.port());
    return ::connect(from.handle(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  }

  std::pair<plain_socket, plain_socket> connect() const {
    plain_socket client{::socket(AF_INET, SOCK_STREAM, 0)};
    BOOST_REQUIRE(connects(client));
    plain_socket server{::accept(listener.handle(), nullptr, nullptr)};
    return {std::move(client), std::move(server)};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(network, proxy_fixture)

BOOST_AUTO_TEST_CASE(bytes_and_ends_pass_both_ways) {
  auto [client, server] = connect();
  client.send("question");
  BOOST_TEST(server.receive(8) == "question");
  client.end();
  BOOST_TEST(server.receive(1) == ""); // the end, in order
  server.send("answer");
  server.end();
  BOOST_TEST(client.receive(100) == "answer");
  kdb::fixtures::wait_until("the end", [&] { return proxy.connections() == 0; });
  BOOST_TEST(proxy.bytes_to_clients() == 6u);
}

BOOST_AUTO_TEST_CASE(what_is_stalled_arrives_when_it_resumes) {
  auto [client, server] = connect();
  proxy.stall();
  client.send("question");
  BOOST_TEST(server.receive(8, 50ms) == "");
  proxy.resume();
  BOOST_TEST(server.receive(8) == "question");
  proxy.stall_answers();
  server.send("answer");
  client.send("more");
  BOOST_TEST(server.receive(4) == "more");
  BOOST_TEST(client.receive(6, 50ms) == "");
  proxy.resume();
  BOOST_TEST(client.receive(6) == "answer");
}

BOOST_AUTO_TEST_CASE(a_cut_resets_both_sides) {
  auto [client, server] = connect();
  client.send("question");
  BOOST_TEST(server.receive(8) == "question");
  proxy.cut();
  BOOST_TEST(client.receive(1) == "!");
  BOOST_TEST(server.receive(1) == "!");
  connect(); // new ones are welcome
}

BOOST_AUTO_TEST_CASE(a_connection_can_be_cut_in_the_midst_of_a_message) {
  auto [client, server] = connect();
  server.send("abc");
  BOOST_TEST(client.receive(3) == "abc");
  proxy.cut_after(4);
  server.send("defghij");
  BOOST_TEST(client.receive(7) == "defg!");
  auto [later, its_server] = connect();
  its_server.send("0123456789");
  BOOST_TEST(later.receive(10) == "0123!");
}

BOOST_AUTO_TEST_CASE(a_refused_client_hears_so_at_once_and_open_connections_stay) {
  auto [client, server] = connect();
  proxy.refuse();
  BOOST_TEST(!connects(plain_socket{::socket(AF_INET, SOCK_STREAM, 0)}));
  client.send("question");
  BOOST_TEST(server.receive(8) == "question");
  proxy.accept_again();
  connect();
}

BOOST_AUTO_TEST_CASE(delayed_bytes_take_their_time_and_stay_in_order) {
  auto [client, server] = connect();
  proxy.delay(60ms);
  stopwatch since;
  client.send("one");
  BOOST_TEST(server.receive(3) == "one");
  BOOST_TEST((since.elapsed() >= 59ms));
  client.send("two");
  client.send("three");
  BOOST_TEST(server.receive(8) == "twothree");
}

BOOST_AUTO_TEST_CASE(a_slow_network_keeps_to_its_rate) {
  auto [client, server] = connect();
  proxy.slow(100'000);
  stopwatch since;
  server.send(std::string(20'000, 'x'));
  BOOST_TEST(client.receive(20'000).size() == 20'000u);
  BOOST_TEST((since.elapsed() >= 150ms));
}

BOOST_AUTO_TEST_CASE(it_can_lead_to_another_server_or_to_none) {
  proxy_fixture other;
  proxy.retarget(other.port);
  plain_socket client{::socket(AF_INET, SOCK_STREAM, 0)};
  BOOST_REQUIRE(connects(client));
  plain_socket server{::accept(other.listener.handle(), nullptr, nullptr)};
  server.send("other");
  BOOST_TEST(client.receive(5) == "other");
  proxy.retarget(0);
  plain_socket late{::socket(AF_INET, SOCK_STREAM, 0)};
  BOOST_REQUIRE(connects(late));
  BOOST_TEST(late.receive(1) == "!");
  BOOST_TEST(proxy.accepted() == 2u);
}

// Variables of threads are on their stacks, and some libraries make threads with small ones: the server of prometheus-cpp has 100 KiB.
BOOST_AUTO_TEST_CASE(the_threads_of_a_program_keep_their_stacks) {
  std::size_t size = 0;
  ::dl_iterate_phdr(
    [](dl_phdr_info* info, std::size_t, void* into) {
      for (int i = 0; i < info->dlpi_phnum; ++i)
        if (info->dlpi_phdr[i].p_type == PT_TLS)
          *static_cast<std::size_t*>(into) += info->dlpi_phdr[i].p_memsz;
      return 1; // The first one is the program, which has the node and the proxy in it.
    },
    &size);
  BOOST_TEST(size < 16u << 10);
}

BOOST_AUTO_TEST_SUITE_END()
