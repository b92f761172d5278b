// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/status.hpp"

#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace kdb::development {

/// A status that says in its trailers, as the v2 services do, which error it is, with `details` if there are any.
rpc::status detailed_status(rpc::status_code code, std::string message, std::string_view reason, std::string_view domain,
                            const google::protobuf::Message* details = nullptr);

} // namespace kdb::development
