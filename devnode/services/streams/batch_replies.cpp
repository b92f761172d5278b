// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/batch_replies.hpp"

#include "devnode/services/status_details.hpp"
#include "devnode/services/wire.hpp"

#include "kdb/event_store/client/streams.pb.h"
#include "proto/wire_name.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/empty.pb.h>

#include <string>

namespace kdb::inline v0::development {
namespace {

using event_store::client::streams::BatchAppendReq;
using event_store::client::streams::BatchAppendResp;
using rpc::status_code;

BatchAppendResp& reply_to(const BatchAppendReq& first) {
  auto& reply = *google::protobuf::Arena::CreateMessage<BatchAppendResp>(first.GetArena());
  if (first.has_correlation_id())
    *reply.mutable_correlation_id() = first.correlation_id();
  if (first.options().has_stream_identifier())
    *reply.mutable_stream_identifier() = first.options().stream_identifier();
  return reply;
}

// The message of an error is the name of its details.
rpc::outgoing failed(const BatchAppendReq& first, status_code code, const google::protobuf::MessageLite& details) {
  auto& reply = reply_to(first);
  auto& error = *reply.mutable_error();
  error.set_code(static_cast<int>(code));
  const auto name = proto::wire_name(details);
  error.set_message(name.substr(name.rfind('.') + 1));
  pack(*error.add_details(), details);
  return rpc::outgoing{reply};
}

event_store::client::WrongExpectedVersion conflict(expected_state expected, std::int64_t actual) {
  event_store::client::WrongExpectedVersion conflict;
  if (actual == no_revision)
    conflict.mutable_current_no_stream();
  else
    conflict.set_current_stream_revision(static_cast<std::uint64_t>(actual));
  switch (expected.code) {
    case expected_state::any_code: conflict.mutable_expected_any(); break;
    case expected_state::exists_code: conflict.mutable_expected_stream_exists(); break;
    case expected_state::no_stream_code: conflict.mutable_expected_no_stream(); break;
    default: conflict.set_expected_stream_position(static_cast<std::uint64_t>(expected.code));
  }
  return conflict;
}

// How .NET prints the codes that occur here.
std::string_view code_name(status_code code) {
  switch (code) {
    case status_code::invalid_argument: return "InvalidArgument";
    case status_code::permission_denied: return "PermissionDenied";
    case status_code::failed_precondition: return "FailedPrecondition";
    default: return "Unknown";
  }
}

std::string_view trailer(const rpc::status& error, std::string_view key) {
  for (auto& [name, value] : error.trailers)
    if (name == key)
      return value;
  return {};
}

std::uint32_t number(std::string_view text) {
  return static_cast<std::uint32_t>(std::stoul(std::string{text}));
}

} // namespace

rpc::outgoing batch_outcome(const BatchAppendReq& first, expected_state expected, const write_outcome& done) {
  if (done.verdict == append_verdict::deleted) {
    event_store::client::StreamDeleted details;
    *details.mutable_stream_identifier() = first.options().stream_identifier();
    return failed(first, status_code::not_found, details);
  }
  if (done.verdict == append_verdict::wrong_version)
    return failed(first, status_code::already_exists, conflict(expected, done.last));
  auto& reply = reply_to(first);
  auto& success = *reply.mutable_success();
  if (done.last == no_revision)
    success.mutable_no_stream();
  else
    success.set_current_revision(static_cast<std::uint64_t>(done.last));
  if (done.position) {
    success.mutable_position()->set_commit_position(*done.position);
    success.mutable_position()->set_prepare_position(*done.position);
  } else {
    success.mutable_no_position();
  }
  return rpc::outgoing{reply};
}

rpc::outgoing batch_timeout(const BatchAppendReq& first) {
  return failed(first, status_code::deadline_exceeded, event_store::client::Timeout{});
}

rpc::outgoing batch_bad_request(const BatchAppendReq& first, std::string_view reason) {
  event_store::client::BadRequest details;
  details.set_message(std::string{reason});
  return failed(first, status_code::invalid_argument, details);
}

rpc::outgoing batch_not_ready(const BatchAppendReq& first) {
  auto& reply = reply_to(first);
  reply.mutable_error()->set_message("Server Is Not Ready");
  pack(*reply.mutable_error()->add_details(), google::protobuf::Empty{});
  return rpc::outgoing{reply};
}

rpc::outgoing batch_error(const BatchAppendReq& first, const rpc::status& error) {
  auto name = trailer(error, "exception");
  if (name == "access-denied")
    return failed(first, error.code, event_store::client::AccessDenied{});
  if (name == "maximum-append-size-exceeded") {
    event_store::client::MaximumAppendSizeExceeded details;
    details.set_maxappendsize(number(trailer(error, "maximum-append-size")));
    return failed(first, error.code, details);
  }
  if (name == "maximum-append-event-size-exceeded") {
    event_store::client::MaximumAppendEventSizeExceeded details;
    details.set_eventid(std::string{trailer(error, "event-id")});
    details.set_proposedeventsize(number(trailer(error, "proposed-append-event-size")));
    details.set_maxappendeventsize(number(trailer(error, "maximum-append-event-size")));
    return failed(first, error.code, details);
  }
  if (error.code == status_code::unknown)
    return batch_bad_request(first, "An event needs a type and an id that is a UUID and not nil.");
  return batch_bad_request(first,
                           "Status(StatusCode=\"" + std::string{code_name(error.code)} + "\", Detail=\"" + error.message + "\")");
}

} // namespace kdb::inline v0::development
