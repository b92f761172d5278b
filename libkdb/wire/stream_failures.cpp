// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/stream_failures.hpp"

#include <utility>

namespace kdb::inline v0::wire {

namespace {

std::string quoted(std::string_view name) {
  return name.empty() ? std::string{"the stream"} : "stream '" + std::string{name} + "'";
}

/// Completes "the stream was expected …".
std::string as_expected(stream_state state) {
  switch (state.number()) {
    case -1: return "not to exist";
    case -2: return "to be in any state";
    case -4: return "to exist";
    case -5: return "to be soft-deleted";
    case -6: return "to be tombstoned";
    default: return "to end with revision " + to_string(state);
  }
}

/// Completes "the stream …".
std::string as_found(stream_state state) {
  switch (state.number()) {
    case -1: return "does not exist";
    case -4: return "exists";
    case -5: return "is soft-deleted";
    case -6: return "is tombstoned";
    default: return "ends with revision " + to_string(state);
  }
}

std::string mismatch_text(std::string_view stream, stream_state expected, std::optional<stream_state> actual) {
  const auto wanted = quoted(stream) + " was expected " + as_expected(expected);
  if (!actual)
    return wanted + "; the server does not tell its state";
  const auto found = quoted(stream) + " " + as_found(*actual);
  // The expectation holds, and yet the server refuses.
  if (actual->is_no_stream() && (expected.is_any() || expected.is_no_stream()))
    return found + ": there is nothing to delete";
  if (expected.is_any() || expected == *actual)
    return found + ", and holds some of the events already, but not all";
  return wanted + ", but it " + as_found(*actual);
}

std::string sizes_text(const size_limit& sizes) {
  std::string text;
  if (sizes.actual != 0)
    text += " of " + std::to_string(sizes.actual) + " bytes";
  text += " is above the server's limit";
  if (sizes.limit != 0)
    text += " of " + std::to_string(sizes.limit) + " bytes";
  return text;
}

} // namespace

error wrong_version(std::string_view stream, stream_state expected, std::optional<stream_state> actual) {
  return {.code = errc::wrong_expected_version,
          .message = mismatch_text(stream, expected, actual),
          .detail = version_mismatch{std::string{stream}, expected, actual}};
}

error deleted(std::string_view stream) {
  return {.code = errc::stream_deleted,
          .message = quoted(stream) + " is deleted for ever (tombstoned)",
          .detail = stream_name{std::string{stream}}};
}

error not_found(std::string_view stream) {
  return {
    .code = errc::stream_not_found, .message = quoted(stream) + " is not found", .detail = stream_name{std::string{stream}}};
}

error append_too_large(size_limit sizes) {
  auto message = "the append" + sizes_text(sizes) + "; append fewer events at once";
  return {.code = errc::append_too_large, .message = std::move(message), .detail = std::move(sizes)};
}

error event_too_large(size_limit sizes) {
  const auto event = sizes.event_id.empty() ? std::string{"an event"} : "event " + sizes.event_id;
  auto message = event + sizes_text(sizes);
  return {.code = errc::event_too_large, .message = std::move(message), .detail = std::move(sizes)};
}

error denied(std::string_view reason) {
  return {.code = errc::access_denied,
          .message = (reason.empty() ? std::string{"Access Denied"} : std::string{reason}) +
                     "; the user has no right to do this, or the call had no credentials"};
}

error other_leader(std::optional<leader> at) {
  error cause{.code = errc::not_leader, .message = "the node is not the leader"};
  if (at) {
    cause.message += "; it names " + at->host + ":" + std::to_string(at->port);
    cause.detail = *std::move(at);
  }
  return cause;
}

error timed_out(std::string_view text) {
  return {.code = errc::server_timeout,
          .message = text.empty() ? std::string{"the server did not finish in time"} : std::string{text}};
}

} // namespace kdb::inline v0::wire
