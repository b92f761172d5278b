#pragma once

#include <string>

#include <kdb/endpoint.hpp>
#include <kdb/export.hpp>

namespace KDB_API kdb {

/// The node in use.
struct connected {
  endpoint node;
  /// As the server tells it; empty for servers that don't.
  std::string server_version;
};

} // namespace kdb
