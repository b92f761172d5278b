// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/server_features.hpp"

#include <algorithm>

#include "kdb/event_store/client/serverfeatures.pb.h"
#include "libkdb/wire/parse_message.hpp"

namespace kdb::inline v0::wire {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

} // namespace

result<server_features> decode_server_features(std::string_view message) {
  event_store::client::server_features::SupportedMethods reply;
  if (!parse_message(reply, message))
    return unexpected(errc::protocol_error, "the server's list of its features can't be understood");
  server_features features{.version = reply.event_store_server_version()};
  for (const auto& method : reply.methods()) {
    const auto name = lower(method.service_name() + '/' + method.method_name());
    for (const auto& feature : method.features())
      features.offers.insert(name + '/' + lower(feature));
    features.offers.insert(name);
  }
  return features;
}

} // namespace kdb::inline v0::wire
