// SPDX-License-Identifier: Apache-2.0
#include <kdb/connection_change.hpp>

namespace kdb::inline v0 {

namespace {

std::string described(const connected& message) {
  return "connected to " + to_string(message.node) + (message.server_version.empty() ? "" : " (" + message.server_version + ")");
}

std::string described(const reconnecting& message) {
  return "reconnecting, attempt " + std::to_string(message.attempt) + " in " + std::to_string(message.next.count()) +
         " ms: " + to_string(message.why);
}

std::string described(const client_closed& message) {
  return message.cause ? "closed: " + to_string(*message.cause) : "closed";
}

} // namespace

std::string to_string(const connection_change& change) {
  return std::visit([](const auto& each) { return described(each); }, change);
}

std::string to_string(const client_status& status) {
  auto line = std::string{to_string(status.phase)};
  if (status.node)
    line += " to " + to_string(status.node->node);
  if (!status.trouble)
    return line;
  const auto& trouble = *status.trouble;
  if (trouble.attempt > 0)
    line += ", attempt " + std::to_string(trouble.attempt) + " failed";
  else
    line += ", the node was lost";
  return line + ": " + to_string(trouble.why);
}

client_health health_of(const client_status& status) {
  const auto idle_for_want_of_requests = status.phase == client_phase::idle && !status.trouble;
  return {.live = status.phase != client_phase::closed,
          .ready = status.phase == client_phase::connected || idle_for_want_of_requests,
          .reason = to_string(status)};
}

std::string_view to_string(client_phase phase) {
  switch (phase) {
    case client_phase::idle: return "idle";
    case client_phase::connecting: return "connecting";
    case client_phase::connected: return "connected";
    case client_phase::closed: return "closed";
  }
  return "unknown";
}

} // namespace kdb::inline v0
