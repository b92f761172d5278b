// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace google::protobuf {
class MessageLite;
}

namespace kdb::inline v0::development::rpc {

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

/// A message to a client, in pieces that are put together on the wire and not in memory.
class outgoing {
public:
  outgoing() = default;
  explicit outgoing(const google::protobuf::MessageLite& message);

  explicit outgoing(grpc::Slice whole) : whole_{std::move(whole)} {}
  explicit outgoing(std::vector<grpc::Slice> pieces) : pieces_{std::move(pieces)} {}

  std::span<const grpc::Slice> pieces() const {
    return pieces_.empty() ? std::span<const grpc::Slice>{&whole_, 1} : std::span<const grpc::Slice>{pieces_};
  }

private:
  grpc::Slice whole_; // most messages are one piece
  std::vector<grpc::Slice> pieces_;
};

} // namespace kdb::inline v0::development::rpc
