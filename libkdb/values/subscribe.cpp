// SPDX-License-Identifier: Apache-2.0
#include <kdb/subscribe.hpp>

namespace kdb::inline v0 {

std::string_view to_string(end_reason reason) {
  switch (reason) {
    case end_reason::cancelled: return "cancelled";
    case end_reason::closed: return "closed";
    case end_reason::connection_lost: return "connection_lost";
    case end_reason::server_error: return "server_error";
    case end_reason::not_leader: return "not_leader";
    case end_reason::stream_deleted: return "stream_deleted";
    case end_reason::access_denied: return "access_denied";
    case end_reason::invalid: return "invalid";
    case end_reason::subscriber_failed: return "subscriber_failed";
    case end_reason::group_gone: return "group_gone";
    case end_reason::group_full: return "group_full";
  }
  return "unknown";
}

std::string to_string(const last_delivered& last) {
  if (auto* revision = std::get_if<stream_revision>(&last))
    return "revision " + to_string(*revision);
  if (auto* position = std::get_if<log_position>(&last))
    return "position " + to_string(*position);
  return "nothing";
}

std::string to_string(const subscription_ended& end) {
  auto text = std::string{to_string(end.reason)} + " after " + to_string(end.last);
  if (!end.node.empty())
    text += " on " + end.node;
  if (end.cause)
    text += ": " + to_string(*end.cause);
  return text;
}

} // namespace kdb::inline v0
