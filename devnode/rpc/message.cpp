// SPDX-License-Identifier: Apache-2.0
#include "devnode/rpc/message.hpp"

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace kdb::inline v0::development::rpc {

bool incoming::parse(google::protobuf::MessageLite& message) {
  if (size() == 0)
    return message.ParseFromArray(nullptr, 0);
  grpc::ProtoBufferReader reader{&buffer_};
  return message.ParseFromZeroCopyStream(&reader);
}

outgoing::outgoing(const google::protobuf::MessageLite& message) : whole_{message.ByteSizeLong()} {
  // Nobody else has seen the bytes yet.
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(whole_.begin()));
}

} // namespace kdb::inline v0::development::rpc
