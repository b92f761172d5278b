// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>

#include "libkdb/policy/handover.hpp"
#include "libkdb/rpc/stream_call.hpp"
#include "libkdb/wire/batch_builder.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// One Streams.Read call: collects events into batches, and hands over as many batches as were requested. A waiting receiver gets
/// the available events when no more are ready, at the pace of `policy::handover_pace`. A busy receiver gets fuller batches.
class read_stream final : public stream_call {
public:
  /// A batch is full at this many items or bytes. Smaller batches cost more messages between actors; larger ones gain nothing.
  static constexpr std::size_t batch_items = 256;
  static constexpr std::size_t batch_bytes = 256 << 10;

  /// A finite read ends by itself; any other read follows a stream.
  read_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, read_handlers handlers,
              bool is_finite)
    : stream_call{std::move(engine), std::move(lease), settings}, is_finite_{is_finite}, handlers_{std::move(handlers)} {}

  /// Allows this many more batches. From any thread.
  void request(std::size_t batches);

private:
  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> outcome) override;
  wire::request_kind kind() const override { return wire::request_kind::read; }
  bool is_owed() const override { return !answered() || (is_finite_ && may_read()); }
  void deliver();
  /// Delivers to a waiting receiver: now, or at the time that the pace sets.
  void deliver_in_time();

  const bool is_finite_;
  std::mutex mutex_; // Protects all members below: the receiver's thread also takes batches.
  read_handlers handlers_;
  wire::batch_builder builder_;
  bool confirmed_ = false;
  std::size_t outstanding_ = 0; // Batches that the receiver has, and has not replaced by a new request.
  policy::handover_pace pace_;
};

} // namespace kdb::inline v0::rpc
