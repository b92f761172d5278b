// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/spans.hpp"

#include "libkdb/policy/validate.hpp"
#include "libkdb/values/trace_metadata.hpp"

namespace kdb::inline v0::policy {

namespace {

constexpr std::string_view append_span = "streams.append";
constexpr std::string_view several_appends_span = "streams.multi-append";
constexpr std::string_view read_span = "streams.read";
constexpr std::string_view subscribe_span = "streams.subscribe";

/// More than two ids with their keys take.
constexpr std::size_t room_for_context = 256;

/// Far below the limits: the exact size of smaller events need not be known.
constexpr std::size_t surely_small = 1 << 20;

} // namespace

std::string_view to_string(observed_operation operation) {
  constexpr std::string_view names[] = {
#define KDB_X(request) #request,
    KDB_OBSERVED_OPERATIONS(KDB_X)
#undef KDB_X
  };
  return names[static_cast<std::size_t>(operation)];
}

std::optional<std::string_view> span_name(observed_operation operation) {
  switch (operation) {
    case observed_operation::append_to_stream:
    case observed_operation::set_stream_metadata:
    case observed_operation::set_system_settings: return append_span;
    case observed_operation::append_to_streams:
    case observed_operation::append_records: return several_appends_span;
    case observed_operation::read_stream:
    case observed_operation::read_all: return read_span;
    case observed_operation::subscribe_to_stream:
    case observed_operation::subscribe_to_all:
    case observed_operation::consume: return subscribe_span;
    default: return std::nullopt;
  }
}

attribute_list operation_attributes(std::string_view name, std::string_view stream, std::string_view user) {
  attribute_list all;
  all.push_back({"db.system", "kurrentdb"});
  all.push_back({"db.operation", name});
  if (!stream.empty())
    all.push_back({"db.kurrentdb.stream", stream});
  if (!user.empty())
    all.push_back({"db.user", user});
  return all;
}

std::string_view user_of(const std::optional<credentials>& own, const call_options& call) {
  const auto& used = call.credentials ? call.credentials : own;
  return used && !used->is_bearer() ? std::string_view{used->user()} : std::string_view{};
}

attribute_list delivery_attributes(const resolved_event& event, std::string_view event_id, const delivery& delivery) {
  auto all = operation_attributes(subscribe_span, event.stream(), delivery.user);
  all.push_back({"db.kurrentdb.event.id", event_id});
  all.push_back({"db.kurrentdb.event.type", event.type()});
  all.push_back({"db.kurrentdb.subscription.id", delivery.subscription});
  for (const auto& each : server_attributes(delivery.node))
    all.push_back(each);
  return all;
}

std::array<attribute, 2> server_attributes(const endpoint& node) {
  return {attribute{"server.address", std::string_view{node.host}}, {"server.port", std::int64_t{node.port}}};
}

attribute_list retry_attributes(const error& cause, std::chrono::milliseconds pause) {
  return {error_type(cause), {"kurrentdb.pause_ms", std::int64_t{pause.count()}}};
}

attribute_list exception_attributes(const error& cause) {
  return {{"exception.type", to_string(cause.code)}, {"exception.message", std::string_view{cause.message}}};
}

attribute error_type(const error& cause) {
  return {"error.type", to_string(cause.code)};
}

std::optional<std::string> traced_metadata(const new_event& event, const span_context& context) {
  const auto payload = event.data.size() + event.metadata.size() + event.type.size();
  if (payload > surely_small && proposed_message_bytes(event) + room_for_context > append_limits{}.message_bytes)
    return std::nullopt;
  return with_span_context(event.metadata, context);
}

} // namespace kdb::inline v0::policy
