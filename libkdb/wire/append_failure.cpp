// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/append_failure.hpp"

#include <utility>

#include "kdb/event_store/client/shared.pb.h"
#include "kdb/google_rpc/status.pb.h"
#include "libkdb/policy/failure.hpp"
#include "libkdb/wire/call_status.hpp"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/stream_failures.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client;

namespace {

std::optional<stream_state> actual_state(const v1::WrongExpectedVersion& conflict) {
  switch (conflict.current_stream_revision_option_case()) {
    case v1::WrongExpectedVersion::kCurrentStreamRevision: return stream_state::revision(conflict.current_stream_revision());
    case v1::WrongExpectedVersion::kCurrentNoStream: return stream_state::no_stream;
    case v1::WrongExpectedVersion::CURRENT_STREAM_REVISION_OPTION_NOT_SET: break;
  }
  return std::nullopt;
}

stream_state expected_state(const v1::WrongExpectedVersion& conflict) {
  switch (conflict.expected_stream_position_option_case()) {
    case v1::WrongExpectedVersion::kExpectedStreamPosition: return stream_state::revision(conflict.expected_stream_position());
    case v1::WrongExpectedVersion::kExpectedStreamExists: return stream_state::exists;
    case v1::WrongExpectedVersion::kExpectedNoStream: return stream_state::no_stream;
    case v1::WrongExpectedVersion::kExpectedAny:
    case v1::WrongExpectedVersion::EXPECTED_STREAM_POSITION_OPTION_NOT_SET: break;
  }
  return stream_state::any;
}

// -- one conversion a type of detail -----------------------------------------------

struct context {
  const std::string& bytes; // Of the detail.
  const std::string& text;  // Of the status.
  std::string_view stream;
};

std::optional<error> from_wrong_version(const context& at) {
  v1::WrongExpectedVersion conflict;
  if (!conflict.ParseFromString(at.bytes))
    return std::nullopt;
  return wrong_version(at.stream, expected_state(conflict), actual_state(conflict));
}

std::optional<error> from_deleted(const context& at) {
  v1::StreamDeleted cause;
  if (!cause.ParseFromString(at.bytes))
    return std::nullopt;
  const auto& name = cause.stream_identifier().stream_name();
  return deleted(name.empty() ? at.stream : name);
}

std::optional<error> from_append_size(const context& at) {
  v1::MaximumAppendSizeExceeded cause;
  if (!cause.ParseFromString(at.bytes))
    return std::nullopt;
  return append_too_large({cause.maxappendsize(), 0, {}});
}

std::optional<error> from_event_size(const context& at) {
  v1::MaximumAppendEventSizeExceeded cause;
  if (!cause.ParseFromString(at.bytes))
    return std::nullopt;
  return event_too_large({.limit = cause.maxappendeventsize(), .actual = cause.proposedeventsize(), .event_id = cause.eventid()});
}

std::optional<error> from_bad_request(const context& at) {
  v1::BadRequest cause;
  if (!cause.ParseFromString(at.bytes))
    return std::nullopt;
  return error{.code = errc::invalid_argument, .message = "the server refused the append: " + cause.message()};
}

std::optional<error> from_timeout(const context&) {
  return timed_out("the server did not finish the append in time");
}

/// The server's word for everything without a better one. It does not promise that nothing was written.
std::optional<error> from_unknown(const context&) {
  return error{.code = errc::server_error, .message = "the server failed to append, and gives no reason"};
}

/// Not ready or busy: only the text tells which.
std::optional<error> from_empty(const context& at) {
  return to_error({.code = 14, .message = at.text}, request_kind::write, false);
}

std::optional<error> from_denied(const context&) {
  return denied({});
}

std::optional<error> from_invalid_transaction(const context&) {
  return append_too_large({});
}

constexpr std::pair<std::string_view, std::optional<error> (*)(const context&)> conversions[] = {
  {"event_store.client.WrongExpectedVersion", from_wrong_version},
  {"event_store.client.StreamDeleted", from_deleted},
  {"event_store.client.AccessDenied", from_denied},
  {"event_store.client.Timeout", from_timeout},
  {"event_store.client.Unknown", from_unknown},
  {"event_store.client.InvalidTransaction", from_invalid_transaction},
  {"event_store.client.MaximumAppendSizeExceeded", from_append_size},
  {"event_store.client.MaximumAppendEventSizeExceeded", from_event_size},
  {"event_store.client.BadRequest", from_bad_request},
  {"google.protobuf.Empty", from_empty},
};

std::optional<error> convert(const google_rpc::Status& status, std::string_view stream) {
  for (const auto& detail : status.details()) {
    const std::string_view url = detail.type_url();
    const auto type = url.substr(url.rfind('/') + 1);
    for (const auto& [name, conversion] : conversions)
      if (name == type)
        return conversion({detail.value(), status.message(), stream});
  }
  // A detail this version does not know, or none: the code says what it can. Zero would be a success, which this is not.
  return to_error({.code = status.code() == 0 ? 2 : status.code(), .message = status.message()}, request_kind::write);
}

} // namespace

std::optional<error> decode_append_failure(std::string_view bytes, std::string_view stream) {
  google_rpc::Status status;
  if (!parse_message(status, bytes))
    return std::nullopt;
  auto cause = convert(status, stream);
  if (!cause)
    return std::nullopt;
  cause->retry_can_help = policy::retry_can_help(cause->code);
  cause->outcome_unknown = policy::may_have_happened(cause->code);
  return cause;
}

} // namespace kdb::inline v0::wire
