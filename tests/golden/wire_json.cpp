// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/wire_json.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "event_store/client/gossip.pb.h"
#include "event_store/client/monitoring.pb.h"
#include "event_store/client/operations.pb.h"
#include "event_store/client/persistent.pb.h"
#include "event_store/client/projections.pb.h"
#include "event_store/client/serverfeatures.pb.h"
#include "event_store/client/streams.pb.h"
#include "event_store/client/users.pb.h"
#include "google_rpc/error_details.pb.h"
#include "google_rpc/status.pb.h"
#include "kurrent/rpc/errors.pb.h"
#include "kurrentdb/protocol/v2/indexes/errors.pb.h"
#include "kurrentdb/protocol/v2/indexes/service.pb.h"
#include "kurrentdb/protocol/v2/streams/errors.pb.h"
#include "kurrentdb/protocol/v2/streams/streams.pb.h"
#include "tests/golden/text_coding.hpp"

namespace kdb::golden {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using nlohmann::json;

namespace {

// The definitions are looked up by name only, and a linker drops what nobody names: name one message of each file.
const DescriptorPool& definitions() {
  using namespace event_store::client;
  using namespace kurrentdb::protocol::v2;
  for (const auto* descriptor :
       {gossip::ClusterInfo::descriptor(), monitoring::StatsReq::descriptor(), operations::ScavengeResp::descriptor(),
        persistent_subscriptions::ReadReq::descriptor(), projections::CreateReq::descriptor(),
        server_features::SupportedMethods::descriptor(), event_store::client::streams::ReadReq::descriptor(),
        users::CreateReq::descriptor(), google_rpc::ErrorInfo::descriptor(), google_rpc::Status::descriptor(),
        kurrent::rpc::AccessDeniedErrorDetails::descriptor(), indexes::errors::IndexNotFoundErrorDetails::descriptor(),
        indexes::GetIndexRequest::descriptor(),
        kurrentdb::protocol::v2::streams::errors::StreamNotFoundErrorDetails::descriptor(),
        kurrentdb::protocol::v2::streams::AppendRequest::descriptor()})
    if (descriptor == nullptr)
      throw std::logic_error{"wire definitions are not linked"};
  return *DescriptorPool::generated_pool();
}

std::unique_ptr<Message> new_message(const std::string& name) {
  const auto* descriptor = definitions().FindMessageTypeByName(name);
  if (descriptor == nullptr)
    throw std::invalid_argument{"no message " + name};
  return std::unique_ptr<Message>{MessageFactory::generated_factory()->GetPrototype(descriptor)->New()};
}

// "type.googleapis.com/google.rpc.ErrorInfo" means our google_rpc.ErrorInfo: see proto/google_rpc/error_details.proto.
std::string detail_message(std::string_view type_url) {
  auto name = std::string{type_url.substr(type_url.find('/') + 1)};
  constexpr std::string_view theirs = "google.rpc.";
  return name.starts_with(theirs) ? "google_rpc." + name.substr(theirs.size()) : name;
}

json detail_json(const google::protobuf::Any& detail) {
  auto result = json{{"@type", detail.type_url()}};
  try {
    result.update(from_wire(detail_message(detail.type_url()), detail.value()));
  } catch (const std::invalid_argument&) {
    result["base64"] = to_base64(detail.value());
  }
  return result;
}

} // namespace

method_shape find_method(std::string_view path) {
  auto name = std::string{path.substr(path.starts_with('/') ? 1 : 0)};
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* method = definitions().FindMethodByName(name);
  if (method == nullptr)
    throw std::invalid_argument{"no method " + std::string{path}};
  return {method->input_type()->full_name(), method->output_type()->full_name(), method->client_streaming()};
}

std::string to_wire(const std::string& message, const json& value) {
  auto parsed = new_message(message);
  if (auto status = google::protobuf::util::JsonStringToMessage(value.dump(), parsed.get()); !status.ok())
    throw std::invalid_argument{message + ": " + status.ToString()};
  return parsed->SerializeAsString();
}

json from_wire(const std::string& message, const std::string& bytes) {
  auto parsed = new_message(message);
  if (!parsed->ParseFromString(bytes))
    throw std::invalid_argument{"not a " + message};
  auto options = google::protobuf::util::JsonPrintOptions{};
  options.preserve_proto_field_names = true;
  auto text = std::string{};
  if (auto status = google::protobuf::util::MessageToJsonString(*parsed, &text, options); !status.ok())
    throw std::invalid_argument{message + ": " + status.ToString()};
  return json::parse(text);
}

json status_details_json(const std::string& bytes) {
  auto status = google_rpc::Status{};
  if (!status.ParseFromString(bytes))
    throw std::invalid_argument{"not a status"};
  auto result = json{{"code", status.code()}, {"message", status.message()}, {"details", json::array()}};
  for (const auto& detail : status.details())
    result["details"].push_back(detail_json(detail));
  return result;
}

} // namespace kdb::golden
