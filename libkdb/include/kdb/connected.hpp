// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <kdb/endpoint.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The node in use.
struct connected {
  endpoint node;
  /// Empty if the server does not tell it.
  std::string server_version;
};

} // namespace v0
} // namespace kdb
