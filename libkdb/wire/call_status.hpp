#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kdb/error.hpp>
#include <policy/failure.hpp>

namespace kdb::wire {

/// How a gRPC call ended, without gRPC's types. `code` is the number of the status, 0 is OK.
struct call_status {
  int code = 0;
  std::string message{};
  std::vector<std::pair<std::string, std::string>> trailers{}; ///< Keys in lower case; values of `-bin` keys are raw bytes.

  bool ok() const { return code == 0; }
  /// The first trailer of that name, or an empty view.
  std::string_view trailer(std::string_view key) const;
};

/// It decides whether an unclear failure may have had an effect.
using policy::request_kind;

/// Turns a failed status into the one typed error: by its trailers first, by `grpc-status-details-bin` next, by its code last;
/// texts only decide for old servers, and for projections. `started` tells whether the server can have seen the request at all.
error to_error(const call_status& status, request_kind kind, bool started = true);

} // namespace kdb::wire
