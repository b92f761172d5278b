// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0::rpc {

/// While an object of this class exists, gRPC's lines on standard error are suppressed where the client reports the same in its
/// errors and its log: failed TLS handshakes, and answers that are not gRPC. Not if GRPC_VERBOSITY is set, nor if the program
/// receives the lines itself (gpr_set_log_function).
class quiet_grpc {
public:
  quiet_grpc();
  ~quiet_grpc();
  quiet_grpc(const quiet_grpc&) = delete;
  quiet_grpc& operator=(const quiet_grpc&) = delete;
};

/// Whether the client itself reports the events about which this source file of gRPC writes lines.
bool is_told_by_the_client(std::string_view file);

} // namespace kdb::inline v0::rpc
