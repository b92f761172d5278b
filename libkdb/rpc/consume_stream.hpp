// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>

#include "libkdb/policy/handover.hpp"
#include "libkdb/rpc/stream_call.hpp"
#include "libkdb/wire/consume.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// One PersistentSubscriptions.Read: hands on events in batches, never more of them than were allowed, and writes the answers. A
/// receiver that is waiting gets what there is when nothing more is ready, at a pace that `policy::handover_pace` sets, and at once when the server
/// may send no more; one that is still busy gets fuller batches.
class consume_stream final : public stream_call {
public:
  /// A batch is full with that many events or bytes.
  static constexpr std::size_t batch_items = 256;
  static constexpr std::size_t batch_bytes = 256 << 10;

  consume_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, consume_handlers handlers)
    : stream_call{std::move(engine), std::move(lease), settings}, handlers_{std::move(handlers)} {}

  /// Allows this many further events, and takes a batch. From any thread.
  void request(std::size_t events);

private:
  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> outcome) override;
  wire::request_kind kind() const override { return wire::request_kind::subscription; }
  void deliver();
  /// To a receiver who waits: now, or when it is time.
  void deliver_in_time();

  std::mutex mutex_; // Of all below: the receiver's thread takes what is there, too.
  consume_handlers handlers_;
  wire::consumed_builder builder_;
  bool confirmed_ = false;
  bool busy_ = false; // With a batch it has not said to have taken.
  policy::handover_pace pace_;
};

} // namespace kdb::inline v0::rpc
