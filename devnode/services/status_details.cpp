// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/status_details.hpp"

#include "kdb/google_rpc/error_details.pb.h"
#include "kdb/google_rpc/status.pb.h"
#include "proto/wire_name.hpp"

namespace kdb::inline v0::development {

void pack(google::protobuf::Any& into, const google::protobuf::MessageLite& message) {
  into.set_type_url("type.googleapis.com/" + proto::wire_name(message));
  into.set_value(message.SerializeAsString());
}

rpc::status detailed_status(rpc::status_code code, std::string message, std::string_view reason, std::string_view domain,
                            const google::protobuf::MessageLite* details) {
  google_rpc::ErrorInfo info;
  info.set_reason(std::string{reason});
  info.set_domain(std::string{domain});
  google_rpc::Status whole;
  whole.set_code(static_cast<int>(code));
  whole.set_message(message);
  pack(*whole.add_details(), info);
  if (details)
    pack(*whole.add_details(), *details);
  return {code, std::move(message), {{"grpc-status-details-bin", whole.SerializeAsString()}}};
}

} // namespace kdb::inline v0::development
