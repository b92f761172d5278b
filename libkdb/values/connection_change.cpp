// SPDX-License-Identifier: Apache-2.0
#include <kdb/connection_change.hpp>

namespace kdb::inline v0 {

namespace {

std::string described(const connected& what) {
  return "connected to " + to_string(what.node) + (what.server_version.empty() ? "" : " (" + what.server_version + ")");
}

std::string described(const reconnecting& what) {
  return "reconnecting, attempt " + std::to_string(what.attempt) + " in " + std::to_string(what.next.count()) +
         " ms: " + to_string(what.why);
}

std::string described(const client_closed& what) {
  return what.cause ? "closed: " + to_string(*what.cause) : "closed";
}

} // namespace

std::string to_string(const connection_change& what) {
  return std::visit([](const auto& each) { return described(each); }, what);
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
