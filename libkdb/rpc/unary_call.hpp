// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/async_unary_call.h>

#include <optional>

#include "libkdb/rpc/stream_call.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// Searches for the cause of a failed connection. Passes on the cause that it found, or the original error.
using failure_inspector = std::function<void(error cause, exchange_handler done)>;
/// One for all calls of a transport: it holds certificates.
using failure_inspector_ptr = std::shared_ptr<const failure_inspector>;

/// A call with one message in each direction, as one operation. It costs a third of a stream call.
class unary_call final : public running_call, private operation, public std::enable_shared_from_this<unary_call> {
public:
  unary_call(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, wire::request_kind kind,
             exchange_handler done, failure_inspector_ptr inspect = {});

  void start(std::string_view method, std::string message);
  void cancel() override;
  const channel_pool* connections() const override { return lease_ ? lease_->pool().get() : nullptr; }

private:
  void complete(bool ok) override;

  const std::shared_ptr<engine> engine_;
  std::optional<channel_lease> lease_; // Until the end.
  expectation answer_expected_;
  held_messages held_;
  const wire::request_kind kind_;
  exchange_handler done_;
  const failure_inspector_ptr inspect_; // May be null.
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
};

} // namespace kdb::inline v0::rpc
