// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <kdb/endpoint.hpp>
#include <kdb/export.hpp>

namespace KDB_API kdb {

/// The node in use.
struct connected {
  endpoint node;
  /// Empty if the server does not say.
  std::string server_version;
};

} // namespace kdb
