// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libkdb/rpc/stream_call.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// A call whose messages are all known before, and whose answers are wanted together.
class exchange final : public stream_call {
public:
  exchange(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, wire::request_kind kind,
           exchange_handler done);

private:
  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_end(result<void> outcome) override;
  wire::request_kind kind() const override { return kind_; }
  bool is_owed() const override { return true; }

  const wire::request_kind kind_;
  const bool first_answer_;
  exchange_handler done_;
  std::vector<std::string> answers_;
  std::uint64_t bytes_ = 0;
};

} // namespace kdb::inline v0::rpc
