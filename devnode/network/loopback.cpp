// SPDX-License-Identifier: Apache-2.0
#include "devnode/network/loopback.hpp"

#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb::inline v0::development {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

} // namespace

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

} // namespace kdb::inline v0::development
