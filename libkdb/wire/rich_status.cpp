// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/rich_status.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "kdb/google_rpc/error_details.pb.h"
#include "kdb/google_rpc/status.pb.h"
#include "kdb/kurrent/rpc/errors.pb.h"
#include "kdb/kurrentdb/protocol/v2/indexes/errors.pb.h"
#include "kdb/kurrentdb/protocol/v2/streams/errors.pb.h"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/stream_failures.hpp"
#include "proto/wire_name.hpp"

namespace kdb::inline v0::wire {

namespace streams = kurrentdb::protocol::v2::streams::errors;
namespace indexes = kurrentdb::protocol::v2::indexes::errors;

namespace {

/// The details of the status of that type; empty if there are none, or they are broken.
template <class Message>
Message detail(const google_rpc::Status& status) {
  Message message;
  const auto type = proto::wire_name(message);
  for (const auto& each : status.details()) {
    const std::string_view url = each.type_url();
    if (url.substr(url.rfind('/') + 1) == type && !message.ParseFromString(each.value()))
      message.Clear();
  }
  return message;
}

std::uint64_t size(std::int32_t bytes) {
  return static_cast<std::uint64_t>(std::max(bytes, 0));
}

// -- streams ---------------------------------------------------------------------------

template <class Details, errc Code>
error about_stream(const google_rpc::Status& status) {
  return {.code = Code, .detail = stream_name{detail<Details>(status).stream()}};
}

error revision_conflict(const google_rpc::Status& status) {
  const auto cause = detail<streams::StreamRevisionConflictErrorDetails>(status);
  return wrong_version(cause.stream(), stream_state::from_number(cause.expected_revision()),
                       cause.has_actual_revision() ? std::optional{stream_state::from_number(cause.actual_revision())}
                                                   : std::nullopt);
}

error record_size(const google_rpc::Status& status) {
  const auto cause = detail<streams::AppendRecordSizeExceededErrorDetails>(status);
  return event_too_large({.limit = size(cause.max_size()), .actual = size(cause.size()), .event_id = cause.record_id()});
}

error transaction_size(const google_rpc::Status& status) {
  const auto cause = detail<streams::AppendTransactionSizeExceededErrorDetails>(status);
  return append_too_large({size(cause.max_size()), size(cause.size()), {}});
}

error consistency_violation(const google_rpc::Status& status) {
  const auto cause = detail<streams::AppendConsistencyViolationErrorDetails>(status);
  violations all;
  for (const auto& each : cause.violations())
    all.all.push_back({.check = static_cast<std::uint32_t>(std::max(each.check_index(), 0)),
                       .stream = each.stream_state().stream(),
                       .expected = each.stream_state().expected_state(),
                       .actual = each.stream_state().actual_state()});
  return {.code = errc::consistency_violation, .detail = std::move(all)};
}

// -- indexes ---------------------------------------------------------------------------

template <class Details, errc Code>
error about_index(const google_rpc::Status& status) {
  return {.code = Code, .detail = index_name{detail<Details>(status).name()}};
}

// -- any service -----------------------------------------------------------------------

template <errc Code>
error plain(const google_rpc::Status&) {
  return {.code = Code};
}

error access_denied(const google_rpc::Status& status) {
  return denied(status.message());
}

error bad_request(const google_rpc::Status& status) {
  error cause{.code = errc::invalid_argument};
  const auto details = detail<google_rpc::BadRequest>(status);
  if (details.field_violations_size() > 0) {
    const auto& first = details.field_violations(0);
    cause.detail = bad_argument{first.field(), first.description()};
  }
  return cause;
}

error not_leader_node(const google_rpc::Status& status) {
  const auto cause = detail<kurrent::rpc::NotLeaderNodeErrorDetails>(status);
  const auto& node = cause.current_leader();
  if (node.host().empty() || node.port() <= 0 || node.port() > UINT16_MAX)
    return other_leader(std::nullopt);
  return other_leader(leader{node.host(), static_cast<std::uint16_t>(node.port())});
}

error operation_timeout(const google_rpc::Status& status) {
  return timed_out(status.message());
}

struct row {
  std::string_view reason;
  error (*make)(const google_rpc::Status&);
};

constexpr row rows[] = {
  // A soft-deleted stream, which counts as one that is not there.
  {"STREAM_NOT_FOUND", about_stream<streams::StreamNotFoundErrorDetails, errc::stream_not_found>},
  {"STREAM_DELETED", about_stream<streams::StreamDeletedErrorDetails, errc::stream_not_found>},
  {"STREAM_ALREADY_EXISTS", about_stream<streams::StreamAlreadyExistsErrorDetails, errc::stream_already_exists>},
  {"STREAM_TOMBSTONED", about_stream<streams::StreamTombstonedErrorDetails, errc::stream_deleted>},
  {"STREAM_REVISION_CONFLICT", revision_conflict},
  {"APPEND_RECORD_SIZE_EXCEEDED", record_size},
  {"APPEND_TRANSACTION_SIZE_EXCEEDED", transaction_size},
  {"STREAM_ALREADY_IN_APPEND_SESSION",
   about_stream<streams::StreamAlreadyInAppendSessionErrorDetails, errc::stream_already_in_session>},
  {"APPEND_SESSION_NO_REQUESTS", plain<errc::invalid_argument>},
  {"APPEND_CONSISTENCY_VIOLATION", consistency_violation},
  {"INDEX_NOT_FOUND", about_index<indexes::IndexNotFoundErrorDetails, errc::index_not_found>},
  {"INDEX_ALREADY_EXISTS", about_index<indexes::IndexAlreadyExistsErrorDetails, errc::index_exists>},
  {"INDEXES_NOT_READY", plain<errc::indexes_not_ready>},
  {"SECONDARY_INDEXING_DISABLED", plain<errc::unsupported>},
  {"ACCESS_DENIED", access_denied},
  {"BAD_REQUEST", bad_request},
  {"NOT_LEADER_NODE", not_leader_node},
  {"OPERATION_TIMEOUT", operation_timeout},
  {"SERVER_NOT_READY", plain<errc::not_ready>},
  {"SERVER_OVERLOADED", plain<errc::too_busy>},
  {"SERVER_SHUTTING_DOWN", plain<errc::server_stopping>},
  {"SERVER_MALFUNCTION", plain<errc::server_error>},
};

} // namespace

std::optional<error> from_rich_status(std::string_view bytes) {
  google_rpc::Status status;
  if (bytes.empty() || !parse_message(status, bytes))
    return std::nullopt;
  const auto info = detail<google_rpc::ErrorInfo>(status);
  for (const auto& [reason, make] : rows) {
    if (reason != info.reason())
      continue;
    auto cause = make(status);
    if (cause.message.empty())
      cause.message = status.message().empty() ? info.reason() : status.message();
    return cause;
  }
  return std::nullopt;
}

} // namespace kdb::inline v0::wire
