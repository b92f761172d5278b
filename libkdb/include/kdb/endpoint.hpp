// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Where a node listens.
struct endpoint {
  std::string host;
  std::uint16_t port = 2113;
  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// "host:port", with brackets around IPv6 addresses.
std::string to_string(const endpoint& where);

} // namespace v0
} // namespace kdb
