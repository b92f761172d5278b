// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0::rpc {

/// While one of these lives, gRPC's lines on standard error are left out where the client tells the same by its errors and its log:
/// failed handshakes of TLS, and answers that are no gRPC. Not when the environment asks for gRPC's lines with GRPC_VERBOSITY, nor when
/// the program takes them itself (gpr_set_log_function).
class quiet_grpc {
public:
  quiet_grpc();
  ~quiet_grpc();
  quiet_grpc(const quiet_grpc&) = delete;
  quiet_grpc& operator=(const quiet_grpc&) = delete;
};

/// Whether the client tells by itself what gRPC writes lines about in this file of its sources.
bool is_told_by_the_client(std::string_view file);

} // namespace kdb::inline v0::rpc
