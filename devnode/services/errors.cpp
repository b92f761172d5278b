// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/errors.hpp"

#include "devnode/services/status_details.hpp"

#include "kdb/google_rpc/error_details.pb.h"

namespace kdb::inline v0::development::errors {

using rpc::status;
using rpc::status_code;

status access_denied() {
  return {status_code::permission_denied, "Access Denied", {{"exception", "access-denied"}}};
}

status unauthenticated() {
  return {status_code::unauthenticated, "Unauthenticated", {}};
}

status users_not_ready() {
  return {status_code::unavailable, "Server not ready", {{"grpc-retry-pushback-ms", "-1"}}};
}

status stream_deleted(std::string_view stream) {
  std::string name{stream};
  return {status_code::failed_precondition,
          "Event stream '" + name + "' is deleted.",
          {{"exception", "stream-deleted"}, {"stream-name", name}}};
}

status wrong_expected_version(std::string_view stream, expected_state expected, std::int64_t actual) {
  std::string name{stream};
  auto wanted = std::to_string(expected.code), found = std::to_string(actual);
  // "Delete": only soft deletes and tombstones end like this, and both say so.
  return {
    status_code::failed_precondition,
    "Delete failed due to WrongExpectedVersion. Stream: " + name + ", Expected version: " + wanted + ", Actual version: " + found,
    {{"exception", "wrong-expected-version"}, {"stream-name", name}, {"expected-version", wanted}, {"actual-version", found}}};
}

status maximum_append_size_exceeded(std::uint64_t limit) {
  auto text = std::to_string(limit);
  return {status_code::invalid_argument,
          "Maximum Append Size of " + text + " Exceeded.",
          {{"exception", "maximum-append-size-exceeded"}, {"maximum-append-size", text}}};
}

status maximum_append_event_size_exceeded(const uuid& event, std::uint64_t size, std::uint64_t limit) {
  auto id = to_string(event), proposed = std::to_string(size), maximum = std::to_string(limit);
  return {status_code::invalid_argument,
          "Event with Id: " + id + ", Size: " + proposed + ", exceeds Maximum Append Event Size of " + maximum + ".",
          {{"exception", "maximum-append-event-size-exceeded"},
           {"event-id", id},
           {"proposed-append-event-size", proposed},
           {"maximum-append-event-size", maximum}}};
}

status missing_metadata_property(std::string_view name) {
  return {status_code::invalid_argument,
          "Required Metadata Property '" + std::string{name} + "' is missing",
          {{"exception", "missing-required-metadata-property"}, {"required-metadata-properties", "type,content-type"}}};
}

status index_not_found(std::string_view name) {
  std::string index{name};
  return {status_code::not_found, "Index '" + index + "' not found.", {{"exception", "index-not-found"}, {"index-name", index}}};
}

status invalid_argument(std::string message) {
  return {status_code::invalid_argument, std::move(message), {}};
}

status scavenge_not_found() {
  return {status_code::not_found, "Scavenge id was invalid.", {{"exception", "scavenge-not-found"}}};
}

status user_not_found(std::string_view login) {
  std::string name{login};
  return {status_code::not_found, "User '" + name + "' is not found.", {{"exception", "user-not-found"}, {"login-name", name}}};
}

status user_conflict(std::string_view login) {
  return {status_code::failed_precondition, "Conflict.", {{"exception", "user-conflict"}, {"login-name", std::string{login}}}};
}

status none_is_invalid(std::string_view oneof) {
  return invalid_argument("'None' is not a valid EventStore.Client.Streams." + std::string{oneof});
}

status unexpected_read_result(std::string_view detail) {
  return {status_code::unknown, "Unexpected ReadStreamResult: Error >> " + std::string{detail}, {}};
}

namespace {

status unexpected_all_result(std::string_view result, std::string detail, bool filtered) {
  std::string text = filtered ? "Unexpected FilteredReadAllResult: " : "Unexpected ReadAllResult: ";
  return {status_code::unknown, text.append(result).append(" >> ").append(detail), {}};
}

} // namespace

status invalid_read_position(std::uint64_t position, bool filtered) {
  return unexpected_all_result("InvalidPosition", "There is no log record at position " + std::to_string(position) + ".",
                               filtered);
}

status position_beyond_end(std::uint64_t position, std::uint64_t end, bool filtered) {
  auto detail = "Requested position " + std::to_string(position) + " is greater than writer checkpoint " + std::to_string(end) +
                " when requesting to read previous record from TF.";
  return unexpected_all_result("Error", std::move(detail), filtered);
}

status invalid_position() {
  return invalid_argument("Trying to read from an invalid position.");
}

status handler_exception() {
  return {status_code::unknown, "Exception was thrown by handler.", {}};
}

status storage_failure(const std::string& problem) {
  return {status_code::internal, problem, {}};
}

status shutting_down(int retry_seconds) {
  google_rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(retry_seconds);
  auto time = std::to_string(retry_seconds) + (retry_seconds == 1 ? " second." : " seconds.");
  return detailed_status(status_code::unavailable, "The server is shutting down. Please retry after " + time,
                         "SERVER_SHUTTING_DOWN", "server", &retry);
}

status not_leader(const member_address& leader) {
  return {
    status_code::not_found,
    "Leader info available",
    {{"exception", "not-leader"}, {"leader-endpoint-host", leader.host}, {"leader-endpoint-port", std::to_string(leader.port)}}};
}

status not_ready() {
  return {status_code::unavailable, "Server Is Not Ready", {}};
}

status operation_timeout(std::string_view detail) {
  return {status_code::aborted, "Operation timed out: " + std::string{detail}, {}};
}

} // namespace kdb::inline v0::development::errors
