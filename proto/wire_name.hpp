// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message_lite.h>

namespace kdb::proto {

/// Returns the name that a server has for the type of `message`, as in the type URLs of details. The packages of this library's messages
/// have "kdb." in front of it (proto/CMakeLists.txt), and `google_rpc` stands for `google.rpc`.
inline std::string wire_name(const google::protobuf::MessageLite& message) {
  constexpr std::string_view ours = "kdb.", details = "google_rpc.";
  auto name = message.GetTypeName();
  if (name.starts_with(ours))
    name.erase(0, ours.size());
  if (name.starts_with(details))
    name.replace(0, details.size(), "google.rpc.");
  return name;
}

} // namespace kdb::proto
