// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <ostream>
#include <vector>

#include "google_rpc/error_details.pb.h"
#include "google_rpc/status.pb.h"
#include "kurrent/rpc/errors.pb.h"
#include "kurrentdb/protocol/v2/indexes/errors.pb.h"
#include "kurrentdb/protocol/v2/streams/errors.pb.h"
#include "libkdb/wire/call_status.hpp"

using namespace kdb;
using wire::call_status;
using wire::request_kind;
using wire::to_error;

namespace {

enum code : int {
  ok,
  cancelled,
  unknown,
  invalid_argument,
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  resource_exhausted,
  failed_precondition,
  aborted,
  out_of_range,
  unimplemented,
  internal,
  unavailable,
  data_loss,
  unauthenticated
};

/// What an error's detail holds, as one text: rows compare it.
struct shown {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(const bad_argument& d) const { return d.name + ": " + d.accepted; }
  std::string operator()(const version_mismatch& d) const {
    return d.stream + ": " + std::to_string(d.expected.number()) + " / " + (d.actual ? std::to_string(d.actual->number()) : "?");
  }
  std::string operator()(const stream_name& d) const { return "stream " + d.name; }
  std::string operator()(const index_name& d) const { return "index " + d.name; }
  std::string operator()(const login_name& d) const { return "user " + d.name; }
  std::string operator()(const projection_name& d) const { return "projection " + d.name; }
  std::string operator()(const group_name& d) const { return d.stream + "::" + d.group; }
  std::string operator()(const size_limit& d) const {
    return std::to_string(d.actual) + " of " + std::to_string(d.limit) + (d.event_id.empty() ? "" : " in " + d.event_id);
  }
  std::string operator()(const leader& d) const { return d.host + ":" + std::to_string(d.port); }
  std::string operator()(const tls_failure& d) const { return std::string{to_string(d.problem)}; }
  std::string operator()(const violations& all) const {
    std::string text;
    for (const auto& d : all.all)
      text += "[" + std::to_string(d.check) + " " + d.stream + ": " + std::to_string(d.expected) + " / " +
              std::to_string(d.actual) + "]";
    return text;
  }
};

struct row {
  call_status status;
  errc expected;
  std::string detail = "";
  bool retry = false;
  bool open = false; ///< The outcome, had it been a write.
  friend std::ostream& operator<<(std::ostream& out, const row& r) {
    return out << r.status.code << " " << r.status.trailer("exception") << " " << r.status.message;
  }
};

using trailers = std::vector<std::pair<std::string, std::string>>;

row thrown(int status, std::string exception, std::string text, trailers others, errc expected, std::string detail = "",
           bool retry = false) {
  others.insert(others.begin(), {"exception", std::move(exception)});
  return {{status, std::move(text), std::move(others)}, expected, std::move(detail), retry, false};
}

row open(row r) {
  r.open = true;
  return r;
}

void check(const row& r) {
  const auto write = to_error(r.status, request_kind::write);
  BOOST_TEST(to_string(write.code) == to_string(r.expected));
  BOOST_TEST(std::visit(shown{}, write.detail) == r.detail);
  BOOST_TEST(write.retry_can_help == r.retry);
  BOOST_TEST(write.outcome_unknown == r.open);
  BOOST_TEST(!write.message.empty());
  // Only a write that the server can have seen leaves anything open.
  BOOST_TEST(!to_error(r.status, request_kind::write, false).outcome_unknown);
  BOOST_TEST(!to_error(r.status, request_kind::read).outcome_unknown);
  BOOST_TEST(!to_error(r.status, request_kind::subscription).outcome_unknown);
}

} // namespace

BOOST_AUTO_TEST_SUITE(call_status_to_error)

// -- trailers ------------------------------------------------------------------------

namespace {

const trailers group{{"stream-name", "s"}, {"group-name", "g"}};

const std::vector<row> trailer_rows{
  thrown(permission_denied, "access-denied", "Access Denied", {}, errc::access_denied),
  thrown(not_found, "not-leader", "Leader info available",
         {{"leader-endpoint-host", "127.0.0.1"}, {"leader-endpoint-port", "2232"}}, errc::not_leader, "127.0.0.1:2232", true),
  thrown(not_found, "not-leader", "Leader info available", {{"leader-endpoint-host", "h"}, {"leader-endpoint-port", "70000"}},
         errc::not_leader, "", true),
  thrown(not_found, "not-leader", "Leader info available", {{"leader-endpoint-host", "h"}, {"leader-endpoint-port", "0"}},
         errc::not_leader, "", true),
  thrown(not_found, "not-leader", "Leader info available", {{"leader-endpoint-host", "h"}, {"leader-endpoint-port", "x"}},
         errc::not_leader, "", true),
  thrown(not_found, "not-leader", "Leader info available", {}, errc::not_leader, "", true),
  {{not_found, "Leader info available", {{"leader-endpoint-host", "h"}, {"leader-endpoint-port", "1"}}},
   errc::not_leader,
   "h:1",
   true},
  thrown(failed_precondition, "stream-deleted", "Event stream 's' is deleted.", {{"stream-name", "s"}}, errc::stream_deleted,
         "stream s"),
  thrown(not_found, "stream-not-found", "Event stream 's' is not found.", {{"stream-name", "s"}}, errc::stream_not_found,
         "stream s"),
  thrown(failed_precondition, "wrong-expected-version",
         "Delete failed due to WrongExpectedVersion. Stream: s, Expected version: -1, Actual version: 2",
         {{"stream-name", "s"}, {"expected-version", "-1"}, {"actual-version", "2"}}, errc::wrong_expected_version, "s: -1 / 2"),
  thrown(failed_precondition, "wrong-expected-version", "",
         {{"stream-name", "s"}, {"expected-version", "0"}, {"actual-version", "-1"}}, errc::wrong_expected_version, "s: 0 / -1"),
  thrown(failed_precondition, "wrong-expected-version", "", {{"stream-name", "s"}, {"expected-version", "-4"}},
         errc::wrong_expected_version, "s: -4 / ?"),
  thrown(failed_precondition, "wrong-expected-version", "", {{"actual-version", ""}}, errc::wrong_expected_version, ": -2 / ?"),
  thrown(invalid_argument, "invalid-transaction", "Invalid Transaction", {}, errc::append_too_large, "0 of 0"),
  thrown(invalid_argument, "maximum-append-size-exceeded", "Maximum Append Size of 1048576 Exceeded.",
         {{"maximum-append-size", "1048576"}}, errc::append_too_large, "0 of 1048576"),
  thrown(invalid_argument, "maximum-append-event-size-exceeded", "Event with Id: …",
         {{"event-id", R"({ "string": "bf92d65e-8799-527d-8e33-bad59c949ced" })"},
          {"proposed-append-event-size", "20"},
          {"maximum-append-event-size", "10"}},
         errc::event_too_large, "20 of 10 in bf92d65e-8799-527d-8e33-bad59c949ced"),
  thrown(invalid_argument, "maximum-append-event-size-exceeded", "Event with Id: …",
         {{"event-id", R"({ "structured": { "mostSignificantBits": "-1", "leastSignificantBits": "-9223372036854775807" } })"}},
         errc::event_too_large, "0 of 0 in ffffffff-ffff-ffff-8000-000000000001"),
  thrown(invalid_argument, "maximum-append-event-size-exceeded", "Event with Id: …", {{"event-id", "seven"}},
         errc::event_too_large, "0 of 0 in seven"),
  thrown(invalid_argument, "missing-required-metadata-property", "Required Metadata Property 'type' is missing",
         {{"required-metadata-properties", "type,content-type"}}, errc::invalid_argument, "metadata: type,content-type"),
  thrown(not_found, "index-not-found", "Index '$idx-all' not found.", {{"index-name", "$idx-all"}}, errc::index_not_found,
         "index $idx-all"),
  thrown(internal, "persistent-subscription-failed", "Subscription group g on stream s failed: 'R'", group, errc::group_failed,
         "s::g"),
  thrown(not_found, "persistent-subscription-does-not-exist", "Subscription group g on stream s does not exist.", group,
         errc::group_not_found, "s::g"),
  thrown(already_exists, "persistent-subscription-exists", "Subscription group g on stream s exists.", group, errc::group_exists,
         "s::g"),
  thrown(failed_precondition, "maximum-subscribers-reached",
         "Maximum subscriptions reached for subscription group g on stream s.", group, errc::maximum_subscribers, "s::g", true),
  thrown(cancelled, "persistent-subscription-dropped", "Subscription group g on stream s was dropped.", group,
         errc::group_dropped, "s::g", true),
  thrown(not_found, "persistent-subscription-does-not-exist", "Subscription group  on stream s does not exist.",
         {{"stream-name", "s"}}, errc::group_not_found, "s::"),
  thrown(not_found, "user-not-found", "User 'l' is not found.", {{"login-name", "l"}}, errc::user_not_found, "user l"),
  thrown(failed_precondition, "user-conflict", "Conflict.", {{"login-name", "l"}}, errc::user_conflict, "user l", true),
  // The write behind it has timed out inside.
  open(thrown(deadline_exceeded, "user-conflict", "Try again.", {{"login-name", "l"}}, errc::user_conflict, "user l", true)),
  thrown(not_found, "scavenge-not-found", "Scavenge id was invalid.", {{"scavenge-id", "i"}}, errc::scavenge_not_found),
  // A name that is not known leaves it to the code.
  thrown(failed_precondition, "redaction-lock-failed", "no", {}, errc::invalid_argument),
};

} // namespace

BOOST_DATA_TEST_CASE(the_exception_trailer_decides_first, trailer_rows, r) {
  check(r);
}

// -- codes and texts -----------------------------------------------------------------

namespace {

row told(int status, std::string text, errc expected, bool retry = false, bool open = false, std::string detail = "") {
  return {{status, std::move(text), {}}, expected, std::move(detail), retry, open};
}

/// A status that gRPC made on the client's side.
row made_here(int status, std::string text, errc expected, bool retry = false, bool open = true) {
  auto made = told(status, std::move(text), expected, retry, open);
  made.status.source = wire::status_source::client;
  return made;
}

const std::vector<row> text_rows{
  // Texts of servers without the trailers.
  told(not_found, "Leader info available", errc::not_leader, true),
  told(unknown, "No leader info available in response", errc::not_leader, true),
  told(failed_precondition, "Event stream 'a'b' is deleted.", errc::stream_deleted, false, false, "stream a'b"),
  told(not_found, "Event stream 's' is not found.", errc::stream_not_found, false, false, "stream s"),
  told(failed_precondition, "Append failed due to WrongExpectedVersion. Stream: s, Expected version: 5, Actual version: -1",
       errc::wrong_expected_version, false, false, "s: 5 / -1"),
  told(failed_precondition, "WrongExpectedVersion", errc::wrong_expected_version, false, false, ": -2 / ?"),
  told(failed_precondition, "Maximum subscriptions reached for subscription group g on stream s.", errc::maximum_subscribers,
       true),
  // The node can't serve it now.
  told(unavailable, "Server Is Not Ready", errc::not_ready, true),
  told(unavailable, "Server not ready", errc::not_ready, true),
  told(unavailable, "The server is not yet ready to handle requests. Please try again after 5 seconds.", errc::not_ready, true),
  told(unavailable, "Server Is Too Busy", errc::too_busy, true),
  told(unavailable, "Server Is Busy", errc::too_busy, true),
  told(unavailable, "The server is shutting down. Please retry after 1 second.", errc::server_stopping, true, true),
  told(aborted, "Operation timed out: Commit phase timeout.", errc::server_timeout, true, true),
  told(aborted, "Operation timed out: Prepare phase timeout.", errc::server_timeout, true, true),
  told(aborted, "Operation timed out: Forwarding timeout", errc::server_timeout, true, true),
  told(aborted, "Operation timed out: Request canceled by server", errc::server_timeout, true, true),
  told(aborted, "", errc::server_timeout, true, true),
  told(aborted, "Consumer too slow to handle event while live. Client resubscription required.", errc::consumer_too_slow, true),
  // Requests that can't be served.
  told(invalid_argument, "Trying to read from an invalid position.", errc::invalid_position),
  told(invalid_argument, "The combination of (Stream, Count, Forwards, Filter) is invalid.", errc::invalid_argument),
  told(invalid_argument, "'uuidOption' is a required argument of type EventStore.Client.Streams.ReadReq", errc::invalid_argument),
  told(invalid_argument, "'None' is not a valid EventStore.Client.Streams.AppendReq", errc::invalid_argument),
  told(out_of_range, "", errc::invalid_argument),
  told(unknown, "Unexpected ReadStreamResult: Error >> fromEventNumber should be non negative. (Parameter 'fromEventNumber')",
       errc::invalid_position),
  told(unknown, "Unexpected ReadStreamResult: Error >> maxCount should be positive. (Parameter 'maxCount')",
       errc::invalid_argument, false, false, "limit: at least 1"),
  told(unknown, "Unexpected ReadAllResult: InvalidPosition >> no", errc::invalid_position),
  told(unknown, "Unexpected FilteredReadAllResult: InvalidPosition >> no", errc::invalid_position),
  told(unknown, "Unexpected ReadAllResult: Error >> Requested position 9 is greater than writer checkpoint 8",
       errc::invalid_position),
  // Projections before 24.6.
  told(unknown, "Envelope callback expected Updated, received NotFound instead", errc::projection_not_found),
  told(unknown, "Envelope callback expected Statistics, received NotFound instead", errc::projection_not_found),
  told(unknown, "Envelope callback expected ProjectionState, received NotFound instead", errc::projection_not_found),
  told(unknown, "Envelope callback expected ProjectionResult, received NotFound instead", errc::projection_not_found),
  told(unknown, "Envelope callback expected Updated, received Conflict instead", errc::projection_exists),
  told(unknown, "Envelope callback expected Updated, received OperationFailed instead", errc::projection_failed),
  told(unknown, "Envelope callback expected Updated, received Surprise instead", errc::server_error, true, true),
  told(unknown, "Envelope callback expected Another, received NotFound instead", errc::invalid_argument),
  told(unknown, "Exception was thrown by handler.", errc::server_error, true, true),
  told(unknown, "Exception was thrown by handler. IOException: Connection reset by peer", errc::server_error, true, true),
  told(unknown, "Internal server error", errc::server_error, true, true),
  told(unknown, "", errc::server_error, true, true),
  // Projections: no server has trailers for them.
  told(not_found, "Projection 'p' not found", errc::projection_not_found, false, false, "projection p"),
  told(not_found, "Projection 'it's' not found' not found", errc::projection_not_found, false, false,
       "projection it's' not found"),
  told(not_found, "Projection", errc::invalid_argument),
  told(already_exists, "Duplicate projection names : p", errc::projection_exists, false, false, "projection p"),
  told(already_exists, "Another", errc::invalid_argument),
  told(failed_precondition, "Cannot delete a projection that hasn't been stopped or faulted.", errc::projection_failed),
  told(failed_precondition, "We currently don't allow for the deletion of System Projections.", errc::projection_failed),
  told(failed_precondition, "Projection Subsystem cannot be restarted as it is in the wrong state: Stopped",
       errc::projection_failed),
  told(failed_precondition, "Aborted by subsequent operation", errc::projection_failed, false, true), // It has often begun.
  // What only happens to have the word in it.
  told(failed_precondition,
       "Append failed due to WrongExpectedVersion. Stream: $projections-x, Expected version: 5, Actual version: -1",
       errc::wrong_expected_version, false, false, "$projections-x: 5 / -1"),
  told(failed_precondition, "Event stream 'my-projection-1' is deleted.", errc::stream_deleted, false, false,
       "stream my-projection-1"),
  told(failed_precondition, "Maximum subscriptions reached for subscription group projection on stream s.",
       errc::maximum_subscribers, true),
  told(failed_precondition, "no", errc::invalid_argument),
  told(permission_denied, "Not authorized", errc::access_denied),
  told(unauthenticated, "Unauthenticated", errc::unauthenticated),
  told(unimplemented, "Service is unimplemented.", errc::unsupported),
  told(unimplemented, "Method is unimplemented.", errc::unsupported),
  told(resource_exhausted, "Received message exceeds the maximum configured message size.", errc::message_too_large),
  made_here(resource_exhausted, "CLIENT: Received message larger than max (5000000 vs. 4194304)", errc::message_too_large),
  told(resource_exhausted, "slow down", errc::too_busy, true, true),
  made_here(resource_exhausted, "Buffers full", errc::unavailable, true),
  made_here(resource_exhausted, "Received RST_STREAM with error code 11", errc::too_busy, true),
  made_here(resource_exhausted, "received trailing metadata size exceeds limit", errc::protocol_error),
  // Ends that nobody on the other side meant.
  told(deadline_exceeded, "Deadline Exceeded", errc::deadline_exceeded, true, true),
  told(deadline_exceeded, "", errc::deadline_exceeded, true, true),
  told(unavailable, "Deadline Exceeded", errc::deadline_exceeded, true, true),
  told(cancelled, "CANCELLED", errc::cancelled, false, true),
  told(cancelled, "", errc::cancelled, false, true),
  told(internal, "", errc::server_error, true, true),
  told(internal, "Failed to serialize", errc::server_error, true, true),
  told(data_loss, "", errc::server_error, true, true),
  told(77, "?", errc::protocol_error, false, true),
};

const std::vector<row> transport_rows{
  made_here(unavailable, "Socket closed", errc::unavailable, true),
  made_here(unavailable, "recvmsg:Connection reset by peer", errc::unavailable, true),
  made_here(unavailable, "keepalive watchdog timeout", errc::unavailable, true),
  made_here(unavailable, "GOAWAY received", errc::unavailable, true),
  made_here(unavailable, "", errc::unavailable, true),
  made_here(unknown, "Stream removed", errc::unavailable, true),
  made_here(unknown, "Socket closed", errc::unavailable, true),
  made_here(unknown, "Connection reset by peer", errc::unavailable, true),
  made_here(internal, "Received RST_STREAM with error code 2", errc::unavailable, true),
  made_here(internal, "Broken pipe", errc::unavailable, true),
  made_here(cancelled, "Received RST_STREAM with error code 8", errc::unavailable, true),
  // The server has never heard of it: the outcome is known.
  made_here(unavailable,
            "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to connect to remote host: "
            "Connection refused",
            errc::unavailable, true, false),
  made_here(unknown, "failed to connect to all addresses", errc::unavailable, true, false),
  made_here(unavailable, "connections to all backends failing; last error: …", errc::unavailable, true, false),
  made_here(unavailable, "empty address list", errc::unavailable, true, false),
  made_here(unavailable, "DNS resolution failed for nowhere", errc::unavailable, true, false),
  // A proxy between the client and the server speaks of its own connections.
  told(unavailable, "failed to connect to all addresses", errc::unavailable, true, true),
  // It may also answer in HTTP, which gRPC turns into codes that mean something else from a server.
  made_here(unimplemented, "Received http2 header with status: 404", errc::unavailable, true),
  made_here(unavailable, "Received http2 header with status: 502", errc::unavailable, true),
  made_here(unavailable, "Received http2 header with status: 503", errc::unavailable, true),
  made_here(unavailable, "Received http2 header with status: 504", errc::unavailable, true),
  made_here(unavailable, "Received http2 header with status: 429", errc::unavailable, true),
  made_here(internal, "Received http2 header with status: 400", errc::unavailable, true),
  made_here(unknown, "Received http2 header with status: 500", errc::unavailable, true),
  made_here(unknown, "Received http2 header with status: 302", errc::unavailable, true),
};

/// What it says about who asks, though, is meant.
const std::vector<row> http_refusals{
  made_here(unauthenticated, "Received http2 header with status: 401", errc::unauthenticated),
  made_here(permission_denied, "Received http2 header with status: 403", errc::access_denied),
};

} // namespace

BOOST_DATA_TEST_CASE(without_trailers_code_and_text_decide, text_rows, r) {
  check(r);
}

BOOST_DATA_TEST_CASE(a_lost_connection_is_unavailable_under_whatever_code, transport_rows, r) {
  check(r);
}

BOOST_DATA_TEST_CASE(a_refusal_in_http_is_a_refusal, http_refusals, r) {
  check(r);
}

BOOST_AUTO_TEST_CASE(an_answer_in_http_is_told_with_its_status) {
  const call_status page{.code = unimplemented, .message = "Received http2 header with status: 404"};
  BOOST_TEST(page.is_http_answer());
  BOOST_TEST(to_error(page, request_kind::read).message.find("HTTP status 404") != std::string::npos);
  BOOST_TEST(!call_status({.code = unimplemented, .message = "Method is unimplemented."}).is_http_answer());
}

// -- what is known of a write ------------------------------------------------------------

BOOST_DATA_TEST_CASE(a_status_that_was_made_here_proves_nothing, boost::unit_test::data::xrange(1, 17), code) {
  for (const auto* text :
       {"", "Received RST_STREAM with error code 3", "message larger than max (9 vs. 8)", "not ready", "Stream removed"}) {
    call_status status{.code = code, .message = text, .source = wire::status_source::client};
    BOOST_TEST(to_error(status, request_kind::write).outcome_unknown, code << " " << text);
    // Trailers that came before the reply was refused change nothing.
    status.trailers = {{"exception", "wrong-expected-version"}, {"stream-name", "s"}};
    BOOST_TEST(to_error(status, request_kind::write).outcome_unknown, code << " " << text);
    BOOST_TEST(!to_error(status, request_kind::read).outcome_unknown, code << " " << text);
    BOOST_TEST(!to_error(status, request_kind::write, false).outcome_unknown, code << " " << text);
  }
}

BOOST_AUTO_TEST_CASE(of_what_the_server_sends_these_codes_leave_it_open) {
  const std::vector<int> open{cancelled, unknown, deadline_exceeded, aborted, internal, unavailable, data_loss};
  for (int code = 1; code <= 16; ++code) {
    const auto expected = std::find(open.begin(), open.end(), code) != open.end();
    // RESOURCE_EXHAUSTED without a word is gRPC's own: it refuses replies so.
    BOOST_TEST(to_error({.code = code}, request_kind::write).outcome_unknown == (expected || code == resource_exhausted), code);
  }
}

BOOST_AUTO_TEST_CASE(what_grpc_makes_of_http_is_no_word_of_the_server) {
  for (const auto& [code, text] : {std::pair{permission_denied, "Received RST_STREAM with error code 12"},
                                   {resource_exhausted, "Received RST_STREAM with error code 11"},
                                   {unauthenticated, "Received http2 header with status: 401"},
                                   {permission_denied, "Received http2 header with status: 403"},
                                   {unimplemented, "Received http2 header with status: 404"},
                                   {resource_exhausted, "the received trailing metadata is too large"}})
    BOOST_TEST(to_error({.code = code, .message = text}, request_kind::write).outcome_unknown, text);
  BOOST_TEST(
    !to_error({.code = resource_exhausted, .message = "slow", .trailers = {{"x", "y"}}}, request_kind::write).outcome_unknown);
}

// -- rich status -----------------------------------------------------------------------

namespace {

namespace streams = kurrentdb::protocol::v2::streams::errors;
namespace indexes = kurrentdb::protocol::v2::indexes::errors;

call_status rich(int status, const char* reason, const char* type, const std::string& detail,
                 const char* text = "the server's text") {
  google_rpc::ErrorInfo info;
  info.set_reason(reason);
  google_rpc::Status all;
  all.set_code(status);
  all.set_message(text);
  auto* first = all.add_details();
  first->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  first->set_value(info.SerializeAsString());
  if (*type != '\0') {
    auto* second = all.add_details();
    second->set_type_url(std::string{"type.googleapis.com/"} + type);
    second->set_value(detail);
  }
  return {status, text, {{"grpc-status-details-bin", all.SerializeAsString()}}};
}

template <class Detail>
row typed(int status, const char* reason, const std::function<void(Detail&)>& fill, errc expected, std::string detail,
          bool retry = false) {
  Detail message;
  fill(message);
  return {rich(status, reason, Detail::descriptor()->full_name().c_str(), message.SerializeAsString()), expected,
          std::move(detail), retry};
}

row bare(int status, const char* reason, errc expected, bool retry = false, bool open = false) {
  return {rich(status, reason, "google.rpc.RetryInfo", ""), expected, "", retry, open};
}

template <class Detail>
void name_s(Detail& detail) {
  detail.set_stream("s");
}

std::string bad_request_bytes() {
  google_rpc::BadRequest detail;
  auto& field = *detail.add_field_violations();
  field.set_field("Stream");
  field.set_description("must not be empty");
  return detail.SerializeAsString();
}

const std::vector<row> rich_rows{
  typed<streams::StreamNotFoundErrorDetails>(not_found, "STREAM_NOT_FOUND", name_s<streams::StreamNotFoundErrorDetails>,
                                             errc::stream_not_found, "stream s"),
  typed<streams::StreamAlreadyExistsErrorDetails>(already_exists, "STREAM_ALREADY_EXISTS",
                                                  name_s<streams::StreamAlreadyExistsErrorDetails>, errc::stream_already_exists,
                                                  "stream s"),
  typed<streams::StreamDeletedErrorDetails>(failed_precondition, "STREAM_DELETED", name_s<streams::StreamDeletedErrorDetails>,
                                            errc::stream_not_found, "stream s"),
  typed<streams::StreamTombstonedErrorDetails>(failed_precondition, "STREAM_TOMBSTONED",
                                               name_s<streams::StreamTombstonedErrorDetails>, errc::stream_deleted, "stream s"),
  typed<streams::StreamRevisionConflictErrorDetails>(
    failed_precondition, "STREAM_REVISION_CONFLICT",
    [](auto& d) { d.set_stream("s"), d.set_expected_revision(-1), d.set_actual_revision(0); }, errc::wrong_expected_version,
    "s: -1 / 0"),
  typed<streams::AppendRecordSizeExceededErrorDetails>(
    invalid_argument, "APPEND_RECORD_SIZE_EXCEEDED", [](auto& d) { d.set_record_id("r"), d.set_size(9), d.set_max_size(8); },
    errc::event_too_large, "9 of 8 in r"),
  typed<streams::AppendTransactionSizeExceededErrorDetails>(
    aborted, "APPEND_TRANSACTION_SIZE_EXCEEDED", [](auto& d) { d.set_size(9), d.set_max_size(8); }, errc::append_too_large,
    "9 of 8"),
  typed<streams::StreamAlreadyInAppendSessionErrorDetails>(aborted, "STREAM_ALREADY_IN_APPEND_SESSION",
                                                           name_s<streams::StreamAlreadyInAppendSessionErrorDetails>,
                                                           errc::stream_already_in_session, "stream s"),
  typed<streams::AppendConsistencyViolationErrorDetails>(
    failed_precondition, "APPEND_CONSISTENCY_VIOLATION",
    [](auto& d) {
      for (int i = 0; i < 2; ++i) {
        auto& one = *d.add_violations();
        one.set_check_index(i);
        one.mutable_stream_state()->set_stream("s" + std::to_string(i));
        one.mutable_stream_state()->set_expected_state(-6);
        one.mutable_stream_state()->set_actual_state(i);
      }
    },
    errc::consistency_violation, "[0 s0: -6 / 0][1 s1: -6 / 1]"),
  {rich(failed_precondition, "APPEND_SESSION_NO_REQUESTS", "", ""), errc::invalid_argument},
  typed<indexes::IndexNotFoundErrorDetails>(
    not_found, "INDEX_NOT_FOUND", [](auto& d) { d.set_name("i"); }, errc::index_not_found, "index i"),
  typed<indexes::IndexAlreadyExistsErrorDetails>(
    already_exists, "INDEX_ALREADY_EXISTS", [](auto& d) { d.set_name("i"); }, errc::index_exists, "index i"),
  typed<indexes::IndexesNotReadyErrorDetails>(
    failed_precondition, "INDEXES_NOT_READY", [](auto&) {}, errc::indexes_not_ready, "", true),
  {rich(failed_precondition, "SECONDARY_INDEXING_DISABLED", "", ""), errc::unsupported},
  typed<kurrent::rpc::AccessDeniedErrorDetails>(
    permission_denied, "ACCESS_DENIED", [](auto& d) { d.set_operation("o"); }, errc::access_denied, ""),
  {rich(invalid_argument, "BAD_REQUEST", "google.rpc.BadRequest", bad_request_bytes()), errc::invalid_argument,
   "Stream: must not be empty"},
  typed<kurrent::rpc::NotLeaderNodeErrorDetails>(
    failed_precondition, "NOT_LEADER_NODE",
    [](auto& d) { d.mutable_current_leader()->set_host("h"), d.mutable_current_leader()->set_port(2232); }, errc::not_leader,
    "h:2232", true),
  typed<kurrent::rpc::NotLeaderNodeErrorDetails>(
    failed_precondition, "NOT_LEADER_NODE", [](auto& d) { d.mutable_current_leader()->set_port(-1); }, errc::not_leader, "",
    true),
  bare(deadline_exceeded, "OPERATION_TIMEOUT", errc::server_timeout, true, true),
  bare(unavailable, "SERVER_NOT_READY", errc::not_ready, true),
  bare(unavailable, "SERVER_OVERLOADED", errc::too_busy, true),
  bare(unavailable, "SERVER_SHUTTING_DOWN", errc::server_stopping, true, true),
  bare(internal, "SERVER_MALFUNCTION", errc::server_error, true, true),
  // Details that are broken, or of a reason that is not known: what is left still decides.
  {rich(failed_precondition, "STREAM_TOMBSTONED", "kurrentdb.protocol.v2.streams.errors.StreamTombstonedErrorDetails", "\xff"),
   errc::stream_deleted, "stream "},
  {rich(permission_denied, "SOMETHING_NEW", "", ""), errc::access_denied},
  {{unavailable, "Server Is Not Ready", {{"grpc-status-details-bin", "\xff\xff"}}}, errc::not_ready, "", true},
};

} // namespace

BOOST_DATA_TEST_CASE(rich_status_decides_next, rich_rows, r) {
  check(r);
}

BOOST_AUTO_TEST_CASE(the_trailer_wins_over_rich_status_and_text) {
  auto status = rich(unavailable, "SERVER_NOT_READY", "", "", "Event stream 's' is deleted.");
  status.trailers.emplace_back("exception", "access-denied");
  BOOST_TEST((to_error(status, request_kind::read).code == errc::access_denied));
  status.trailers.pop_back();
  BOOST_TEST((to_error(status, request_kind::read).code == errc::not_ready));
}

// -- messages ------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_code_has_a_message_even_without_a_text) {
  for (int each = 1; each <= 20; ++each)
    BOOST_TEST(to_error({.code = each}, request_kind::read).message.size() > 10u);
}

BOOST_AUTO_TEST_CASE(the_servers_words_are_kept) {
  for (const auto& [code, text] : {std::pair{unimplemented, "Method is unimplemented."},
                                   {unauthenticated, "Unauthenticated"},
                                   {permission_denied, "Not authorized"},
                                   {unknown, "Exception was thrown by handler."},
                                   {resource_exhausted, "message size"},
                                   {internal, "Subscription group failed: 'R'"}})
    BOOST_TEST(to_error({.code = code, .message = text}, request_kind::read).message.starts_with(text));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_never_reached_is_told_from_a_lost_one) {
  const auto never =
    to_error({.code = unavailable, .message = "failed to connect to all addresses", .source = wire::status_source::client},
             request_kind::read);
  BOOST_TEST(never.message.find("no connection could be established") != never.message.npos);
  const auto lost = to_error({.code = unavailable, .message = "Socket closed"}, request_kind::read);
  BOOST_TEST(lost.message == "Socket closed");
}

BOOST_AUTO_TEST_CASE(trailers_that_nobody_asked_for_do_not_show) {
  const call_status status{unauthenticated, "Unauthenticated", {{"authorization", "Basic c2VjcmV0"}, {"cookie", "c2VjcmV0"}}};
  BOOST_TEST(to_string(to_error(status, request_kind::read)).find("c2VjcmV0") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(trailers_are_found_by_name_and_absent_ones_are_empty) {
  const call_status status{unknown, "", {{"a", "1"}, {"a", "2"}}};
  BOOST_TEST(status.trailer("a") == "1");
  BOOST_TEST(status.trailer("b") == "");
}

BOOST_AUTO_TEST_SUITE_END()
