// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <kdb/export.hpp>

namespace KDB_API kdb {

/// Where a node listens.
struct endpoint {
  std::string host;
  std::uint16_t port = 2113;
  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// "host:port", with brackets around IPv6 addresses.
std::string to_string(const endpoint& where);

} // namespace kdb
