// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <kdb/append.hpp>
#include <kdb/event.hpp>
#include <kdb/read.hpp>
#include <kdb/result.hpp>
#include <kdb/subscribe.hpp>

// Checks before a request is sent. They refuse only requests that the server could not accept, would misinterpret, or would
// answer by ending the call for all its users. Errors name the member; they hold no payload.
namespace kdb::inline v0::policy {

/// Sizes a server takes unless it is configured otherwise.
struct append_limits {
  std::uint64_t message_bytes = 16'767'216; ///< Of one message on the wire.
  std::uint64_t append_bytes = 268'435'456; ///< Of all events of one append, as `stored_bytes` counts.
  friend bool operator==(const append_limits&, const append_limits&) = default;
};

/// Not empty, not "$$", UTF-8.
result<void> check_stream_name(std::string_view stream);

/// The deadline is positive, the credentials fit into a header, and the headers are ones that a host may send.
result<void> check_call(const call_options& call);

result<void> check_resume(const resume_options& options);

/// A state the server knows.
result<void> check_expected(stream_state expected);

/// A stream to write to, an expected state the server knows, and events with an id of their own, a type and sizes within
/// the limits. No events at all are fine.
result<void> check_append(std::string_view stream, stream_state expected, std::span<const new_event> events,
                          const append_limits& limits = {});

result<void> check_read(std::string_view stream, const read_stream_options& options);
result<void> check_read(const read_all_options& options);
result<void> check_subscribe(std::string_view stream, const subscribe_to_stream_options& options);
result<void> check_subscribe(const subscribe_to_all_options& options);

/// What the server counts for an event against the limit of an append: data, metadata, and its type in UTF-16. Of a type that is
/// no UTF-8, its bytes.
std::uint64_t stored_bytes(const new_event& event);

/// Exact size of the event as a serialised ProposedMessage, without the header of the field it stands in.
std::size_t proposed_message_bytes(const new_event& event);

/// At most what one message takes on the wire that carries nothing but this event: as AppendReq, or as a BatchAppendReq that also
/// holds the correlation id and the options.
std::size_t append_message_bytes(std::string_view stream, const new_event& event);

} // namespace kdb::inline v0::policy
