// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/log_events.hpp"

namespace kdb::inline v0::policy {

namespace {

logged_change logged(const connected& change, unsigned attempts) {
  auto fields = with_node({}, change.node);
  if (!change.server_version.empty())
    fields.push_back({"server.version", change.server_version});
  fields.push_back(attempts_field(attempts));
  return {log_event::connected, std::move(fields)};
}

logged_change logged(const reconnecting& change, unsigned) {
  log_fields fields{cause_field(change.why), {"kurrentdb.pause_ms", std::int64_t{change.next.count()}}};
  if (change.attempt == 0)
    return {log_event::node_lost, std::move(fields)};
  fields.push_back(attempts_field(change.attempt));
  return {log_event::attempt_failed, std::move(fields)};
}

logged_change logged(const client_closed& change, unsigned) {
  return {log_event::closed, change.cause ? log_fields{cause_field(*change.cause)} : log_fields{}};
}

} // namespace

logged_change to_log(const connection_change& change, unsigned attempts) {
  return std::visit([attempts](const auto& each) { return logged(each, attempts); }, change);
}

} // namespace kdb::inline v0::policy
