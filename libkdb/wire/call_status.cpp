// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/call_status.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "libkdb/policy/failure.hpp"
#include "libkdb/wire/exception_trailer.hpp"
#include "libkdb/wire/rich_status.hpp"
#include "libkdb/wire/stream_failures.hpp"

namespace kdb::inline v0::wire {

namespace {

/// gRPC's codes, by their own names.
enum class grpc_code : int {
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16
};

// -- texts -------------------------------------------------------------------------------

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// True if the text has the part in it, in whatever case.
bool mentions(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same_letter) != text.end();
}

bool mentions_any(std::string_view text, std::span<const std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return mentions(text, part); });
}

/// What stands between two parts of the text, or nothing.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == text.npos)
    return {};
  const auto rest = text.substr(begin + before.size());
  const auto end = rest.rfind(after);
  return end == rest.npos ? std::string_view{} : rest.substr(0, end);
}

/// The stream state whose number follows the label, or nothing.
std::optional<stream_state> state_after(std::string_view text, std::string_view label) {
  const auto at = text.find(label);
  if (at == text.npos)
    return std::nullopt;
  std::int64_t number = 0;
  const auto* last = text.data() + text.size();
  if (std::from_chars(text.data() + at + label.size(), last, number).ec != std::errc{})
    return std::nullopt;
  return stream_state::from_number(number);
}

/// A lost connection, in the words of gRPC and of the systems below. It comes as UNKNOWN, INTERNAL or CANCELLED as well.
bool is_transport(std::string_view text) {
  static constexpr std::array<std::string_view, 16> words{
    "RST_STREAM",      "Socket closed",     "GOAWAY",         "Connection reset",     "Connection refused",
    "Broken pipe",     "failed to connect", "Stream removed", "Transport closed",     "Endpoint read failed",
    "recvmsg",         "sendmsg",           "keepalive",      "transport is closing", "Connection timed out",
    "No route to host"};
  return mentions_any(text, words);
}

/// Whether gRPC made the status on this side. It often says so itself. Its HTTP/2 pretends that a server sent what it makes of resets, of
/// HTTP's own statuses and of replies that it refuses: only their words tell, and what a server sends with such a code.
bool was_made_here(const call_status& status) {
  if (status.source == status_source::client)
    return true;
  const std::string_view text = status.message;
  if (text.starts_with("Received RST_STREAM with error code") || text.starts_with("Received http2 header with status"))
    return true;
  return status.code == static_cast<int>(grpc_code::resource_exhausted) && status.trailers.empty() &&
         !mentions(text, "exceeds the maximum configured message size"); // The server's words, when it refuses a request.
}

/// There never was a connection, so the server has seen nothing of the call. A proxy that says so means its own connections.
bool was_never_connected(const call_status& status) {
  static constexpr std::array<std::string_view, 4> words{"failed to connect", "connections to all backends failing",
                                                         "empty address list", "DNS resolution failed"};
  return status.source == status_source::client && mentions_any(status.message, words);
}

std::string text_or(const call_status& status, std::string_view otherwise) {
  return status.message.empty() ? std::string{otherwise} : status.message;
}

error with_advice(errc code, const call_status& status, std::string_view advice) {
  auto text = status.message;
  if (!text.empty())
    text += "; ";
  return {.code = code, .message = text.append(advice)};
}

error as_told(errc code, std::string text) {
  return {.code = code, .message = std::move(text)};
}

error connection_lost(const call_status& status) {
  if (was_never_connected(status))
    return as_told(errc::unavailable, status.message + "; no connection could be established: check address, port and TLS");
  return as_told(errc::unavailable, text_or(status, "the connection was lost"));
}

// -- one function for each code whose text matters --------------------------------------------

error from_cancelled(const call_status& status) {
  if (is_transport(status.message))
    return connection_lost(status);
  return as_told(errc::cancelled, text_or(status, "the call was cancelled"));
}

/// How a server before 24.6 says that a projection is not there, there already, or can't be changed now.
std::optional<errc> old_answer_about_projection(std::string_view text) {
  static constexpr std::array<std::string_view, 4> expected{"expected Updated,", "expected Statistics,",
                                                            "expected ProjectionState,", "expected ProjectionResult,"};
  if (!mentions(text, "Envelope callback") || !mentions_any(text, expected))
    return std::nullopt;
  if (mentions(text, "received NotFound"))
    return errc::projection_not_found;
  if (mentions(text, "received Conflict"))
    return errc::projection_exists;
  return mentions(text, "received OperationFailed") ? std::optional{errc::projection_failed} : std::nullopt;
}

/// How a server before 21 says what newer ones say with a code and trailers of their own, and how handlers fail.
error from_unknown(const call_status& status) {
  const std::string_view text = status.message;
  if (mentions(text, "No leader info available"))
    return other_leader(std::nullopt);
  if (mentions(text, "InvalidPosition") || mentions(text, "fromEventNumber") || mentions(text, "Requested position"))
    return as_told(errc::invalid_position, status.message);
  if (mentions(text, "maxCount should be positive"))
    return {.code = errc::invalid_argument, .message = status.message, .detail = bad_argument{"limit", "at least 1"}};
  if (const auto code = old_answer_about_projection(text))
    return as_told(*code, status.message);
  if (mentions(text, "Envelope callback expected") &&
      (mentions(text, "received NotFound") || mentions(text, "received Conflict")))
    return with_advice(errc::invalid_argument, status, "the name does not exist, or is taken already");
  if (mentions(text, "Exception was thrown by handler"))
    return with_advice(
      errc::server_error, status,
      "servers fail like this when they stop, and for requests that they can't process, for example with a filter "
      "that is no .NET regular expression");
  if (is_transport(text))
    return connection_lost(status);
  return as_told(errc::server_error, text_or(status, "the server failed without saying why"));
}

error from_invalid_argument(const call_status& status) {
  if (mentions(status.message, "invalid position"))
    return as_told(errc::invalid_position, status.message);
  return as_told(errc::invalid_argument, text_or(status, "the server refuses the request"));
}

/// Errors about projections have no trailers, on any server.
constexpr std::string_view overtaken = "Aborted by subsequent operation";

error about_projection(errc code, const call_status& status, std::string_view name) {
  return {.code = code, .message = status.message, .detail = projection_name{std::string{name}}};
}

error from_already_exists(const call_status& status) {
  constexpr std::string_view duplicate = "Duplicate projection names : ";
  const std::string_view text = status.message;
  if (text.starts_with(duplicate))
    return about_projection(errc::projection_exists, status, text.substr(duplicate.size()));
  return as_told(errc::invalid_argument, text_or(status, "the server already has something with that name"));
}

error from_not_found(const call_status& status) {
  const std::string_view text = status.message;
  if (text.starts_with("Projection '") && text.ends_with("' not found"))
    return about_projection(errc::projection_not_found, status, between(text, "Projection '", "' not found"));
  if (mentions(status.message, "Leader info available"))
    return other_leader(std::nullopt);
  if (mentions(status.message, "Event stream"))
    return not_found(between(status.message, "Event stream '", "' is not found"));
  return as_told(errc::invalid_argument, text_or(status, "the server has nothing with that name"));
}

error from_failed_precondition(const call_status& status) {
  const std::string_view text = status.message;
  if (mentions(text, "WrongExpectedVersion"))
    return wrong_version(between(text, "Stream: ", ", Expected version"),
                         state_after(text, "Expected version: ").value_or(stream_state::any),
                         state_after(text, "Actual version: "));
  if (mentions(text, "Event stream") && mentions(text, "is deleted"))
    return deleted(between(text, "Event stream '", "' is deleted"));
  if (mentions(text, "Maximum subscriptions reached"))
    return as_told(errc::maximum_subscribers, status.message);
  if (mentions(text, "projection"))
    return as_told(errc::projection_failed, status.message);
  if (text == overtaken)
    return with_advice(errc::projection_failed, status,
                       "a later command for the projection replaced this one before it was done");
  return as_told(errc::invalid_argument, text_or(status, "the server refuses the request in its current state"));
}

error from_aborted(const call_status& status) {
  if (mentions(status.message, "too slow"))
    return as_told(errc::consumer_too_slow, status.message);
  return timed_out(status.message);
}

error from_resource_exhausted(const call_status& status) {
  if (mentions(status.message, "message size") || mentions(status.message, "larger than max"))
    return with_advice(errc::message_too_large, status, "a message may have at most 16 MiB, and an event a little less");
  if (status.message == "Buffers full") // gRPC's, when its quota of memory is used up: who sends so much may never stop.
    return as_told(errc::unavailable,
                   "the client closed the connection: it received more than the client may hold, settings::max_transport_bytes");
  if (status.source == status_source::client && !is_transport(status.message))
    return with_advice(errc::protocol_error, status, "the reply is larger than the client takes");
  return as_told(errc::too_busy, text_or(status, "the server is overloaded"));
}

error from_unavailable(const call_status& status) {
  const std::string_view text = status.message;
  if (mentions(text, "not ready") || mentions(text, "not yet ready"))
    return as_told(errc::not_ready, status.message);
  if (mentions(text, "Too Busy") || mentions(text, "Is Busy"))
    return as_told(errc::too_busy, status.message);
  if (mentions(text, "server is shutting down"))
    return as_told(errc::server_stopping, status.message);
  if (text == "Deadline Exceeded")
    return as_told(errc::deadline_exceeded, status.message);
  return connection_lost(status);
}

error from_internal(const call_status& status) {
  if (is_transport(status.message))
    return connection_lost(status);
  return as_told(errc::server_error, text_or(status, "the server failed without saying why"));
}

/// The HTTP status of an answer that is no gRPC answer, in the words of gRPC; nothing for others.
std::optional<int> http_status(std::string_view text) {
  constexpr std::string_view words = "Received http2 header with status: ";
  if (!text.starts_with(words))
    return std::nullopt;
  int number = 0;
  std::from_chars(text.data() + words.size(), text.data() + text.size(), number);
  return number;
}

/// A proxy or load balancer has answered in the place of a node: its 404 says nothing about the request, and passes when its backends
/// are back. Only what it says about who asks is taken at its word.
std::optional<error> from_http(const call_status& status) {
  const auto answer = http_status(status.message);
  if (!answer || *answer == 401 || *answer == 403)
    return std::nullopt;
  return as_told(errc::unavailable, "the answer is not gRPC but HTTP status " + std::to_string(*answer) +
                                      ": a proxy or another server has answered in the place of a node");
}

error from_code(const call_status& status) {
  if (auto answer = from_http(status))
    return *std::move(answer);
  // Whatever gRPC makes of the reset, there is no reply. The exception is a server that defends itself.
  if (status.message.starts_with("Received RST_STREAM") && status.code != static_cast<int>(grpc_code::resource_exhausted))
    return connection_lost(status);
  switch (static_cast<grpc_code>(status.code)) {
    case grpc_code::cancelled: return from_cancelled(status);
    case grpc_code::unknown: return from_unknown(status);
    case grpc_code::out_of_range:
    case grpc_code::invalid_argument: return from_invalid_argument(status);
    case grpc_code::deadline_exceeded: return as_told(errc::deadline_exceeded, text_or(status, "the call's deadline passed"));
    case grpc_code::not_found: return from_not_found(status);
    case grpc_code::already_exists: return from_already_exists(status);
    case grpc_code::permission_denied: return denied(status.message);
    case grpc_code::resource_exhausted: return from_resource_exhausted(status);
    case grpc_code::failed_precondition: return from_failed_precondition(status);
    case grpc_code::aborted: return from_aborted(status);
    case grpc_code::unimplemented: return with_advice(errc::unsupported, status, "this server does not offer the operation");
    case grpc_code::unavailable: return from_unavailable(status);
    case grpc_code::unauthenticated: return with_advice(errc::unauthenticated, status, "check user and password");
    case grpc_code::internal:
    case grpc_code::data_loss: return from_internal(status);
  }
  return as_told(errc::protocol_error, "a call ended with the unexpected code " + std::to_string(status.code));
}

} // namespace

std::string_view call_status::trailer(std::string_view key) const {
  for (const auto& [name, value] : trailers)
    if (name == key)
      return value;
  return {};
}

bool call_status::is_http_answer() const {
  return http_status(message).has_value();
}

error to_error(const call_status& status, request_kind kind, bool started) {
  auto cause = from_exception_trailer(status);
  if (!cause)
    cause = from_rich_status(status.trailer("grpc-status-details-bin"));
  if (!cause)
    cause = from_code(status);
  cause->retry_can_help = policy::retry_can_help(cause->code);
  cause->outcome_unknown = kind == request_kind::write && may_have_happened(status, *cause, started);
  return *std::move(cause);
}

bool may_have_happened(const call_status& status, const error& failure, bool started) {
  if (!started)
    return false;
  if (was_made_here(status))
    return !was_never_connected(status);
  // The write of a user that has timed out, and a command for a projection that is overtaken when it has begun.
  if (failure.code == errc::user_conflict && status.code == static_cast<int>(grpc_code::deadline_exceeded))
    return true;
  if (failure.code == errc::projection_failed && status.message == overtaken)
    return true;
  return policy::may_have_happened(failure.code);
}

} // namespace kdb::inline v0::wire
