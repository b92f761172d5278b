#pragma once

#include <vector>

#include <rpc/stream_call.hpp>

// Internal: includes gRPC.
namespace kdb::rpc {

/// One Streams.BatchAppend: writes chunks and hands on the replies, many at a time when many are ready.
class append_stream final : public stream_call {
public:
  append_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, append_handlers handlers);

private:
  static constexpr std::size_t replies_at_once = 64;

  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> how) override;
  wire::request_kind kind() const override { return wire::request_kind::write; }

  append_handlers handlers_;
  std::vector<wire::batch_append_reply> replies_;
};

} // namespace kdb::rpc
