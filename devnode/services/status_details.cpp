// SPDX-License-Identifier: Apache-2.0
#include "services/status_details.hpp"

#include "kdb/rpc/error_details.pb.h"
#include "kdb/rpc/status.pb.h"

namespace kdb::development {
namespace {

void pack(::kdb::rpc::Status& into, const google::protobuf::Message& message) {
  // Our package stands for Google's, which a program may have already.
  constexpr std::string_view ours = "kdb.rpc.";
  std::string name = message.GetDescriptor()->full_name();
  if (name.starts_with(ours))
    name.replace(0, ours.size(), "google.rpc.");
  auto& any = *into.add_details();
  any.set_type_url("type.googleapis.com/" + name);
  any.set_value(message.SerializeAsString());
}

} // namespace

rpc::status detailed_status(rpc::status_code code, std::string message, std::string_view reason, std::string_view domain,
                            const google::protobuf::Message* details) {
  ::kdb::rpc::ErrorInfo info;
  info.set_reason(std::string{reason});
  info.set_domain(std::string{domain});
  ::kdb::rpc::Status whole;
  whole.set_code(static_cast<int>(code));
  whole.set_message(message);
  pack(whole, info);
  if (details)
    pack(whole, *details);
  return {code, std::move(message), {{"grpc-status-details-bin", whole.SerializeAsString()}}};
}

} // namespace kdb::development
