// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libkdb/policy/failure.hpp"
#include <kdb/error.hpp>

namespace kdb::inline v0::wire {

/// Who made a status.
enum class status_source : std::uint8_t {
  server, ///< It came over the wire, in the trailers of the call.
  client, ///< gRPC made it here, and says so: the reply was lost, refused, or never came.
};

/// How a gRPC call ended, without gRPC's types. `code` is the number of the status, 0 is OK.
struct call_status {
  int code = 0;
  std::string message{};
  std::vector<std::pair<std::string, std::string>> trailers{}; ///< Keys in lower case; values of `-bin` keys are raw bytes.
  status_source source = status_source::server;

  bool ok() const { return code == 0; }
  /// The first trailer of that name, or an empty view.
  std::string_view trailer(std::string_view key) const;
  /// Whether something that does not speak gRPC has answered, by HTTP alone. It may have passed the request on.
  bool is_http_answer() const;
};

/// It decides whether an unclear failure may have had an effect.
using policy::request_kind;

/// Turns a failed status into the one typed error: by its trailers first, by `grpc-status-details-bin` next, by its code last;
/// texts only decide for old servers, and for projections. `started` tells whether the server can have seen the request at all.
error to_error(const call_status& status, request_kind kind, bool started = true);

/// Whether a request that ended so may have been carried out: the one place that decides it for calls of all kinds. `failure` is what
/// the status was turned into. A status that the client's own gRPC made proves that nothing was done in one case only: there never was
/// a connection. Of those that the server sent, `policy::may_have_happened` knows the meaning, and this the exceptions.
bool may_have_happened(const call_status& status, const error& failure, bool started = true);

} // namespace kdb::inline v0::wire
