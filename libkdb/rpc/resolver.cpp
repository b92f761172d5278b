// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace kdb::inline v0::rpc {

namespace {

struct free_addresses {
  void operator()(addrinfo* all) const { ::freeaddrinfo(all); }
};

bool is_address(const std::string& host) {
  unsigned char ignored[sizeof(in6_addr)];
  // A zone ("fe80::1%eth0") is kept for the one who dials.
  return ::inet_pton(AF_INET, host.c_str(), ignored) == 1 || host.find(':') != std::string::npos;
}

std::string text_of(const addrinfo& one) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = nullptr;
  if (one.ai_family == AF_INET)
    bytes = &reinterpret_cast<const sockaddr_in*>(one.ai_addr)->sin_addr;
  else if (one.ai_family == AF_INET6)
    bytes = &reinterpret_cast<const sockaddr_in6*>(one.ai_addr)->sin6_addr;
  if (!bytes || !::inet_ntop(one.ai_family, bytes, text, sizeof text))
    return {};
  return text;
}

result<std::vector<std::string>> look_up(const std::string& host) {
  const addrinfo wanted{.ai_flags = AI_ADDRCONFIG,
                        .ai_family = AF_UNSPEC,
                        .ai_socktype = SOCK_STREAM,
                        .ai_protocol = 0,
                        .ai_addrlen = 0,
                        .ai_addr = nullptr,
                        .ai_canonname = nullptr,
                        .ai_next = nullptr};
  addrinfo* first = nullptr;
  const auto status = ::getaddrinfo(host.c_str(), nullptr, &wanted, &first);
  const std::unique_ptr<addrinfo, free_addresses> all{first};
  if (status != 0)
    return unexpected({.code = errc::unavailable,
                       .message = "the name " + host + " can't be resolved: " + ::gai_strerror(status),
                       .retry_can_help = true});
  std::vector<std::string> found;
  for (const auto* each = all.get(); each; each = each->ai_next)
    if (auto text = text_of(*each); !text.empty() && std::find(found.begin(), found.end(), text) == found.end())
      found.push_back(std::move(text));
  return found;
}

} // namespace

void resolve(const std::string& host, addresses_handler done) {
  if (is_address(host)) {
    done(std::vector{host});
    return;
  }
  try {
    // Not joined: the system's resolver may take half a minute, and closing must not.
    std::thread{[host, done] { done(look_up(host)); }}.detach();
  } catch (const std::system_error& thrown) {
    done(unexpected({.code = errc::unavailable,
                     .message = "the name " + host + " can't be looked up: " + thrown.what(),
                     .retry_can_help = true}));
  }
}

} // namespace kdb::inline v0::rpc
