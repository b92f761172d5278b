// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/v2_errors.hpp"

#include "devnode/services/status_details.hpp"
#include "devnode/store/transaction.hpp"

#include "kdb/google_rpc/error_details.pb.h"
#include "kdb/kurrent/rpc/errors.pb.h"
#include "kdb/kurrentdb/protocol/v2/streams/errors.pb.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

namespace kdb::inline v0::development {
namespace {

// 19560 is "19.102 KB".
std::string shown_size(std::uint64_t bytes) {
  constexpr std::array units{"B", "KB", "MB", "GB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit)
    value /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "%.3f %s", value, units[unit]);
  return text;
}

} // namespace

std::string describe(const state_violation& violation) {
  auto& [check, name, expected, actual] = violation;
  auto stream = "Stream '" + name + "'";
  auto demanded = expected >= 0 ? ", expected revision " + std::to_string(expected) : std::string{};
  if (actual == tombstoned_state)
    return stream + " is tombstoned" + demanded + ".";
  if (actual == deleted_state)
    return stream + " is deleted" + demanded + ".";
  if (actual >= 0 && expected >= 0)
    return stream + " is at revision " + std::to_string(actual) + demanded + ".";
  if (actual == no_revision && expected == deleted_state)
    return stream + " does not exist, explicitly expected deleted.";
  if (actual == no_revision && (expected >= 0 || expected == expected_state::exists_code))
    return stream + " does not exist" + demanded + ".";
  return stream + ": expected state " + std::to_string(expected) + ", actual state " + std::to_string(actual) + ".";
}

} // namespace kdb::inline v0::development

namespace kdb::inline v0::development::v2_errors {

using namespace kurrentdb::protocol::v2::streams::errors;
using rpc::status;
using rpc::status_code;

status bad_request(std::string_view request, std::span<const field_violation> violations) {
  google_rpc::BadRequest details;
  auto message = "The '" + std::string{request} + "' is invalid:";
  for (auto& [field, description] : violations) {
    auto& violation = *details.add_field_violations();
    violation.set_field(field);
    violation.set_description(description);
    message += violations.size() == 1 ? " " + description : "\n -- " + description;
  }
  if (violations.size() > 1)
    message += "\n";
  return detailed_status(status_code::invalid_argument, std::move(message), "BAD_REQUEST", "server", &details);
}

status access_denied(std::string_view operation, std::string_view stream, const caller& who) {
  auto wanted = std::string{operation} + ":";
  std::ranges::transform(stream, std::back_inserter(wanted),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  kurrent::rpc::AccessDeniedErrorDetails details;
  details.set_operation(wanted);
  if (who.is != caller::kind::anonymous)
    details.set_username(who.login);
  return detailed_status(status_code::permission_denied, "Access denied. Insufficient permissions to perform " + wanted,
                         "ACCESS_DENIED", "server", &details);
}

status revision_conflict(std::string_view stream, std::int64_t expected, std::int64_t actual) {
  StreamRevisionConflictErrorDetails details;
  details.set_stream(std::string{stream});
  // What is 0 is left out, as a server does.
  if (expected != 0)
    details.set_expected_revision(expected);
  if (actual != 0)
    details.set_actual_revision(actual);
  return detailed_status(status_code::failed_precondition,
                         "Append failed due to a revision conflict on stream '" + details.stream() + "'. Expected revision: " +
                           std::to_string(expected) + ". Actual revision: " + std::to_string(actual) + ".",
                         "STREAM_REVISION_CONFLICT", "streams", &details);
}

status tombstoned(std::string_view stream) {
  StreamTombstonedErrorDetails details;
  details.set_stream(std::string{stream});
  return detailed_status(status_code::failed_precondition,
                         "Stream '" + details.stream() +
                           "' has been tombstoned. It has been permanently removed from the system and cannot be restored.",
                         "STREAM_TOMBSTONED", "streams", &details);
}

status already_in_session(std::string_view stream) {
  StreamAlreadyInAppendSessionErrorDetails details;
  details.set_stream(std::string{stream});
  return detailed_status(status_code::aborted,
                         "Stream '" + details.stream() +
                           "' already has a different group of messages in this session. Appends for the same stream must "
                           "currently be grouped together and not interleaved with appends for other streams.",
                         "STREAM_ALREADY_IN_APPEND_SESSION", "streams", &details);
}

status no_requests() {
  return detailed_status(status_code::failed_precondition,
                         "Append session started, but no append requests were sent before ending the session.",
                         "APPEND_SESSION_NO_REQUESTS", "streams");
}

status record_size_exceeded(std::string_view stream, std::string_view record, std::uint64_t size, std::uint64_t limit) {
  AppendRecordSizeExceededErrorDetails details;
  details.set_stream(std::string{stream});
  details.set_record_id(std::string{record});
  details.set_size(static_cast<std::int32_t>(size));
  details.set_max_size(static_cast<std::int32_t>(limit));
  return detailed_status(status_code::invalid_argument,
                         "The size of record " + details.record_id() + " (" + shown_size(size) +
                           ") exceeds the maximum allowed size of " + shown_size(limit) + " bytes by " + shown_size(size - limit),
                         "APPEND_RECORD_SIZE_EXCEEDED", "streams", &details);
}

status transaction_size_exceeded(std::uint64_t size, std::uint64_t limit, std::size_t records) {
  AppendTransactionSizeExceededErrorDetails details;
  details.set_size(static_cast<std::int32_t>(size));
  details.set_max_size(static_cast<std::int32_t>(limit));
  return detailed_status(status_code::aborted,
                         "Transaction size (" + shown_size(size) + ") exceeded the maximum allowed size of " + shown_size(limit) +
                           " by " + shown_size(size - limit) + ", after " + std::to_string(records) + " record(s).",
                         "APPEND_TRANSACTION_SIZE_EXCEEDED", "streams", &details);
}

status consistency_violation(std::span<const state_violation> violations) {
  AppendConsistencyViolationErrorDetails details;
  std::string message = "Append failed due to consistency violations.\n";
  for (auto& each : violations) {
    message += "\n - " + describe(each);
    auto& violation = *details.add_violations();
    if (each.check != 0)
      violation.set_check_index(static_cast<std::int32_t>(each.check));
    auto& state = *violation.mutable_stream_state();
    state.set_stream(each.stream);
    if (each.expected != 0)
      state.set_expected_state(each.expected);
    if (each.actual != 0)
      state.set_actual_state(each.actual);
  }
  return detailed_status(status_code::failed_precondition, std::move(message), "APPEND_CONSISTENCY_VIOLATION", "streams",
                         &details);
}

status not_leader_node(const member_address& leader) {
  kurrent::rpc::NotLeaderNodeErrorDetails details;
  auto& node = *details.mutable_current_leader();
  node.set_host(leader.host);
  node.set_port(leader.port);
  if (!leader.id.empty())
    node.set_node_id(leader.id);
  return detailed_status(status_code::failed_precondition,
                         "The server is not the leader node and cannot handle the request. Please retry your request against the "
                         "leader node directly at " +
                           leader.host + ":" + std::to_string(leader.port),
                         "NOT_LEADER_NODE", "server", &details);
}

namespace {

status retry_in_five_seconds(status_code code, const char* message, const char* reason) {
  constexpr int seconds = 5;
  google_rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds);
  return detailed_status(code, message, reason, "server", &retry);
}

} // namespace

status server_not_ready() {
  return retry_in_five_seconds(status_code::unavailable,
                               "The server is not yet ready to handle requests. Please try again after 5 seconds.",
                               "SERVER_NOT_READY");
}

status operation_timeout() {
  return retry_in_five_seconds(status_code::deadline_exceeded, "The operation timed out. Please try again after 5 seconds.",
                               "OPERATION_TIMEOUT");
}

} // namespace kdb::inline v0::development::v2_errors
