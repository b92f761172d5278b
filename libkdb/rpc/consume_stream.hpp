// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>

#include "libkdb/policy/handover.hpp"
#include "libkdb/rpc/stream_call.hpp"
#include "libkdb/wire/consume.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// One PersistentSubscriptions.Read call: hands over events in batches, never more events than requested, and writes the answers.
/// A waiting receiver gets the available events when no more are ready, at the pace of `policy::handover_pace`, and at once if
/// the server may not send more. A busy receiver gets fuller batches.
class consume_stream final : public stream_call {
public:
  /// A batch is full at this many events or bytes.
  static constexpr std::size_t batch_items = 256;
  static constexpr std::size_t batch_bytes = 256 << 10;

  consume_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, consume_handlers handlers)
    : stream_call{std::move(engine), std::move(lease), settings}, handlers_{std::move(handlers)} {}

  /// Allows this many more events, and takes a batch. From any thread.
  void request(std::size_t events);

private:
  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> outcome) override;
  wire::request_kind kind() const override { return wire::request_kind::subscription; }
  void deliver();
  /// Delivers to a waiting receiver: now, or at the time that the pace sets.
  void deliver_in_time();

  std::mutex mutex_; // Protects all members below: the receiver's thread also takes batches.
  consume_handlers handlers_;
  wire::consumed_builder builder_;
  bool confirmed_ = false;
  bool busy_ = false; // The receiver has a batch, and has not requested another one.
  policy::handover_pace pace_;
};

} // namespace kdb::inline v0::rpc
