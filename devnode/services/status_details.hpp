// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"

#include <string>
#include <string_view>

namespace google::protobuf {
class Any;
class MessageLite;
} // namespace google::protobuf

namespace kdb::inline v0::development {

/// Puts a message of ours into a detail, under the name that a server has for it. Any's own PackFrom would take ours.
void pack(google::protobuf::Any& into, const google::protobuf::MessageLite& message);

/// A status that says in its trailers, as the v2 services do, which error it is, with `details` if there are any.
rpc::status detailed_status(rpc::status_code code, std::string message, std::string_view reason, std::string_view domain,
                            const google::protobuf::MessageLite* details = nullptr);

} // namespace kdb::inline v0::development
