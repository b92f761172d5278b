// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/operations/server_features.hpp"

#include "devnode/services/unary.hpp"

#include "kdb/event_store/client/serverfeatures.pb.h"

#include <algorithm>

namespace kdb::inline v0::development {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

} // namespace

std::unique_ptr<rpc::handler> handle_server_features(node& serving, rpc::call& call) {
  using namespace event_store::client;
  return unary<Empty, server_features::SupportedMethods>(call, [&serving](const Empty&) {
    server_features::SupportedMethods supported;
    supported.set_event_store_server_version(serving.options.version);
    for (auto& each : serving.methods) {
      auto& method = *supported.add_methods();
      method.set_method_name(lower(each.method));
      method.set_service_name(lower(each.service));
      for (auto& feature : each.features)
        method.add_features(feature);
    }
    return supported;
  });
}

} // namespace kdb::inline v0::development
