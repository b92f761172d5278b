// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace kdb::golden {

/// What the wire definitions say about a method.
struct method_shape {
  /// Full names of its messages.
  std::string request;
  std::string response;
  bool client_streams = false;
};

/// Looks a path such as `/event_store.client.gossip.Gossip/Read` up. Throws `std::invalid_argument` if it is unknown.
method_shape find_method(std::string_view path);

/// Serialises JSON with proto field names as the message of that full name. Throws `std::invalid_argument` with the parser's
/// words if it does not fit.
std::string to_wire(const std::string& message, const nlohmann::json& value);

/// Shows a serialised message as JSON with proto field names, fields at their default left out. Throws
/// `std::invalid_argument` if the bytes are not such a message.
nlohmann::json from_wire(const std::string& message, const std::string& bytes);

/// Shows the content of the trailer grpc-status-details-bin: code, message, and the details with their `@type`. Details of an
/// unknown type stay as base64.
nlohmann::json status_details_json(const std::string& bytes);

} // namespace kdb::golden
