// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/wire_name.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace kdb::inline v0::development::testing {

/// A message of ours, which has no descriptor, made from text: `read` reads it into the message of the same name that the tests have with one.
template <class Message, class Read>
Message from_text(Read read) {
  Message ours;
  const auto name = proto::wire_name(ours);
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (descriptor == nullptr)
    throw std::logic_error{"no definition of " + name};
  const std::unique_ptr<google::protobuf::Message> described{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New()};
  read(*described);
  if (!ours.ParseFromString(described->SerializeAsString()))
    throw std::logic_error{"two definitions of " + name};
  return ours;
}

} // namespace kdb::inline v0::development::testing
