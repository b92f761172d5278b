// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include <kdb/settings.hpp>

namespace kdb::test {

/// Compares what a connection string can say; of credentials only the user.
inline bool same_but_password(const settings& a, const settings& b) {
  auto user = [](const settings& s) {
    return s.credentials && !s.credentials->is_bearer() ? std::optional{s.credentials->user()} : std::nullopt;
  };
  auto all = [&](const settings& s) {
    return std::tuple{s.endpoints,
                      s.discover,
                      s.tls,
                      user(s),
                      s.connection_name,
                      s.max_discover_attempts,
                      s.discovery_interval,
                      s.gossip_timeout,
                      s.preference,
                      s.default_deadline,
                      s.keep_alive_interval,
                      s.keep_alive_timeout,
                      s.silence_timeout};
  };
  return all(a) == all(b);
}

} // namespace kdb::test
