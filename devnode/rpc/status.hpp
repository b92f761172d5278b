// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kdb::inline v0::development::rpc {

/// gRPC's codes, as far as the node uses them.
enum class status_code {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  unauthenticated = 16,
};

/// How a call ends.
struct status {
  status_code code = status_code::ok;
  std::string message;
  std::vector<std::pair<std::string, std::string>> trailers; ///< Keys that end in "-bin" have binary values.
};

} // namespace kdb::inline v0::development::rpc
