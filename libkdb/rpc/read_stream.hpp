#pragma once

#include <rpc/stream_call.hpp>
#include <wire/batch_builder.hpp>

// Internal: includes gRPC.
namespace kdb::rpc {

/// One Streams.Read: collects what arrives into batches and hands them on, as many as were requested.
class read_stream final : public stream_call {
public:
  /// A batch is full with that many items or bytes; more items gain nothing.
  static constexpr std::size_t batch_items = 64;
  static constexpr std::size_t batch_bytes = 256 << 10;

  read_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, read_handlers handlers)
    : stream_call{std::move(engine), std::move(lease), settings}, handlers_{std::move(handlers)} {}

private:
  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> how) override;
  wire::request_kind kind() const override { return wire::request_kind::read; }
  void deliver();

  read_handlers handlers_;
  wire::batch_builder builder_;
};

} // namespace kdb::rpc
