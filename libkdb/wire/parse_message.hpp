// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0::wire {

/// Reads a message of protobuf. False if the bytes are none; what the message holds then means nothing.
template <class Message>
bool parse_message(Message& into, std::string_view bytes) {
  return into.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

} // namespace kdb::inline v0::wire
