#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <array>
#include <cstddef>
#include <span>

namespace google::protobuf {
class MessageLite;
}

namespace kdb::development::rpc {

/// A message from a client, not parsed yet.
class incoming {
public:
  std::size_t size() const { return buffer_.Valid() ? buffer_.Length() : 0; }

  /// Parses into `message`; false when it is malformed.
  bool parse(google::protobuf::MessageLite& message);

private:
  friend class call;
  grpc::ByteBuffer buffer_;
};

/// A message to a client: up to four pieces that are put together on the wire and not in memory.
class outgoing {
public:
  outgoing() = default;
  explicit outgoing(const google::protobuf::MessageLite& message);

  void add(grpc::Slice piece) { pieces_[size_++] = std::move(piece); }

  std::span<const grpc::Slice> pieces() const { return {pieces_.data(), size_}; }

private:
  std::array<grpc::Slice, 4> pieces_;
  std::size_t size_ = 0;
};

} // namespace kdb::development::rpc
