// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "libkdb/rpc/stream_call.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// One Streams.BatchAppend call: writes chunks, and hands over replies, many at a time when many are ready.
class append_stream final : public stream_call {
public:
  append_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, append_handlers handlers);

  /// Takes the serialised chunks of that many appends, as `stream_call` does.
  void write_chunks(std::vector<std::string>& chunks, std::size_t appends);

private:
  static constexpr std::size_t replies_at_once = 64;
  // A server may answer an append twice: an append that it refused may also time out later. More replies are a protocol error.
  static constexpr std::uint64_t replies_for_each = 2, spare_replies = 64;

  result<void> on_message(const grpc::ByteBuffer& message) override;
  void on_flush() override;
  void on_end(result<void> outcome) override;
  wire::request_kind kind() const override { return wire::request_kind::write; }
  bool is_owed() const override { return replied_ < appends_; }

  append_handlers handlers_;
  std::vector<wire::batch_append_reply> replies_;
  std::atomic<std::uint64_t> chunks_{0}; // Written. At least one for each append.
  std::atomic<std::uint64_t> appends_{0};
  std::atomic<std::uint64_t> replied_{0};
};

} // namespace kdb::inline v0::rpc
