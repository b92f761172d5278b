// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>

#include "libkdb/policy/handover.hpp"
#include "libkdb/rpc/stream_call.hpp"
#include "libkdb/wire/batch_builder.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// One Streams.Read: collects what arrives into batches and hands them on, as many as were requested. A receiver that is waiting gets
/// what there is when nothing more is ready, at a pace that `policy::handover_pace` sets; one that is still busy gets fuller batches.
class read_stream final : public stream_call {
public:
  /// A batch is full with that many items or bytes. Fewer items cost more hops between actors, more gain nothing.
  static constexpr std::size_t batch_items = 256;
  static constexpr std::size_t batch_bytes = 256 << 10;

  /// A finite read ends by itself; one that is not follows a stream.
  read_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, read_handlers handlers,
              bool is_finite)
    : stream_call{std::move(engine), std::move(lease), settings}, is_finite_{is_finite}, handlers_{std::move(handlers)} {}

  /// Allows this many further batches. From any thread.
  void request(std::size_t batches);

private:
  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> outcome) override;
  wire::request_kind kind() const override { return wire::request_kind::read; }
  bool is_owed() const override { return !answered() || (is_finite_ && may_read()); }
  void deliver();
  /// To a receiver who waits: now, or when it is time.
  void deliver_in_time();

  const bool is_finite_;
  std::mutex mutex_; // Of all below: the receiver's thread takes what is there, too.
  read_handlers handlers_;
  wire::batch_builder builder_;
  bool confirmed_ = false;
  std::size_t outstanding_ = 0; // Batches handed on and not requested anew: the receiver is busy with them.
  policy::handover_pace pace_;
};

} // namespace kdb::inline v0::rpc
