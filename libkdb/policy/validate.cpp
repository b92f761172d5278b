// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/validate.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <boost/endian/conversion.hpp>

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/policy/waits.hpp"
#include "libkdb/values/settings_ranges.hpp"
#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0::policy {
namespace {

unexpected too_large(errc code, std::string problem, size_limit sizes) {
  auto message =
    std::move(problem) + " takes " + std::to_string(sizes.actual) + " bytes, and the limit is " + std::to_string(sizes.limit);
  return unexpected(error{.code = code, .message = std::move(message), .detail = std::move(sizes)});
}

constexpr std::string_view revision_range = "a revision up to 2^63-1";
constexpr auto largest_number = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// -- appends --------------------------------------------------------------------

result<void> check_event(std::size_t index, std::string_view stream, const new_event& event, const append_limits& limits) {
  auto member = [&](const char* name) { return "events[" + std::to_string(index) + "]." + name; };
  if (event.id.is_nil())
    return refuse(member("id"), "is the nil UUID", "any other UUID");
  if (!is_name(event.type)) // The server would replace what it can't read.
    return check_name(member("type"), event.type, "a name in UTF-8");
  if (event.content_type > content_type::binary)
    return refuse(member("content_type"), "is unknown", "json or binary");
  if (auto size = append_message_bytes(stream, event); size > limits.message_bytes)
    return too_large(errc::event_too_large, "events[" + std::to_string(index) + "] with id " + to_string(event.id),
                     {.limit = limits.message_bytes, .actual = size, .event_id = to_string(event.id)});
  return {};
}

/// The server would write both, and take a retry for something else.
result<void> check_ids_differ(std::span<const new_event> events) {
  if (events.size() < 2)
    return {};
  std::vector<uuid> ids;
  ids.reserve(events.size());
  for (auto& event : events)
    ids.push_back(event.id);
  std::ranges::sort(ids);
  auto twice = std::ranges::adjacent_find(ids);
  if (twice == ids.end())
    return {};
  auto again = std::find_if(events.rbegin(), events.rend(), [&](auto& event) { return event.id == *twice; });
  auto index = static_cast<std::size_t>(events.rend() - again) - 1;
  return refuse("events[" + std::to_string(index) + "].id", "is the id of an earlier event of the same append",
                "an id of its own to each event");
}

// -- places ----------------------------------------------------------------------

result<void> check_place(const std::optional<stream_position>& from) {
  auto revision = from ? from->revision() : std::nullopt;
  if (revision && revision->value > largest_number)
    return refuse("from", "is out of range", revision_range);
  return {};
}

result<void> check_place(const std::optional<all_position>& from) {
  auto position = from ? from->position() : std::nullopt;
  if (!position)
    return {};
  if (position->commit > largest_number)
    return refuse("from", "is out of range", "a position up to 2^63-1");
  if (position->prepare > position->commit)
    return refuse("from", "has a prepare position after its commit position", "a position that an event had");
  return {};
}

result<void> check_filter(const std::optional<event_filter>& filter) {
  return filter ? filter->validate() : result<void>{};
}

result<void> check_limit(std::uint64_t limit) {
  if (limit == 0)
    return refuse("limit", "is 0", "at least 1, or no_limit");
  return {};
}

// -- sizes of protobuf fields --------------------------------------------------

constexpr std::size_t varint_bytes(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// A tag of one byte, the length, and what is inside.
constexpr std::size_t field_bytes(std::size_t inside) {
  return 1 + varint_bytes(inside) + inside;
}

/// An entry of map<string, string>: a message with the key as field 1 and the value as field 2.
constexpr std::size_t property_bytes(std::string_view key, std::size_t value) {
  return field_bytes(field_bytes(key.size()) + field_bytes(value));
}

/// UUID{ structured{ most and least significant bits, as varints } }.
std::size_t uuid_bytes(const uuid& id) {
  return field_bytes(2 + varint_bytes(boost::endian::load_big_u64(id.data)) +
                     varint_bytes(boost::endian::load_big_u64(id.data + 8)));
}

// A structured UUID at its longest, as a field.
constexpr std::size_t longest_uuid_field = field_bytes(field_bytes(2 + 10 + 10));
// Expected state (11), deadline (2 + 11 + 7) and is_final (2) at their longest.
constexpr std::size_t longest_scalars = 33;

} // namespace

result<void> check_stream_name(std::string_view stream) {
  constexpr std::string_view accepted = "a name in UTF-8 other than \"$$\"";
  if (stream == "$$")
    return refuse("stream", "is \"$$\"", accepted);
  if (!is_name(stream)) // The server would replace what it can't read, and use another stream.
    return check_name("stream", stream, accepted);
  return {};
}

result<void> check_resume(const resume_options& options) {
  if (options.limit < -1)
    return refuse("resume.limit", "is below -1", "a number of tries, or -1 for no limit");
  if (options.watchdog && *options.watchdog < std::chrono::seconds{1})
    return refuse("resume.watchdog", "is below a second", "at least 1 s, or none");
  return check_positive("resume.span", options.span);
}

result<void> check_call(const call_options& call) {
  if (call.deadline)
    if (auto fine = check_positive("deadline", *call.deadline); !fine)
      return fine;
  if (const auto fault = ranges::find_fault(call.headers))
    return refuse(fault->member, "can't be sent", fault->accepted);
  if (!call.credentials)
    return {};
  auto& who = *call.credentials;
  if (who.is_bearer() && !ranges::is_token(who.secret()))
    return refuse("credentials", "are a token that fits into no header", ranges::token);
  if (!who.is_bearer() && !ranges::is_user(who.user()))
    return refuse("credentials.user", "can't be sent", ranges::user);
  if (!who.is_bearer() && !ranges::is_password(who.secret()))
    return refuse("credentials.password", "can't be sent", ranges::password);
  return {};
}

result<void> check_expected(stream_state expected) {
  if (!expected.is_out_of_range())
    return {};
  return refuse("expected", "is out of range", "any, no_stream, exists or a revision up to 2^63-1");
}

result<void> check_append(std::string_view stream, stream_state expected, std::span<const new_event> events,
                          const append_limits& limits) {
  if (auto fine = check_stream_name(stream); !fine)
    return fine;
  if (auto fine = check_expected(expected); !fine)
    return fine;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (auto fine = check_event(i, stream, events[i], limits); !fine)
      return fine;
    sum += stored_bytes(events[i]);
  }
  if (sum > limits.append_bytes)
    return too_large(errc::append_too_large, "the append", {.limit = limits.append_bytes, .actual = sum, .event_id = {}});
  return check_ids_differ(events);
}

result<void> check_read(std::string_view stream, const read_stream_options& options) {
  if (options.direction == forwards && options.from && options.from->is_end())
    return refuse("from", "is the end of the stream, and the read goes forwards",
                  "backwards as direction, a revision or the start");
  return check_stream_name(stream)
    .and_then([&] { return check_limit(options.limit); })
    .and_then([&] { return check_place(options.from); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_read(const read_all_options& options) {
  return check_filter(options.filter)
    .and_then([&] { return check_limit(options.limit); })
    .and_then([&] { return check_place(options.from); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_subscribe(std::string_view stream, const subscribe_to_stream_options& options) {
  return check_stream_name(stream)
    .and_then([&] { return check_place(std::optional{options.from}); })
    .and_then([&] { return check_resume(options.resume); })
    .and_then([&] { return check_positive("slow_after", options.slow_after); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_subscribe(const subscribe_to_all_options& options) {
  return check_filter(options.filter)
    .and_then([&] { return check_place(std::optional{options.from}); })
    .and_then([&] { return check_resume(options.resume); })
    .and_then([&] { return check_positive("slow_after", options.slow_after); })
    .and_then([&] { return check_call(options.call); });
}

std::uint64_t stored_bytes(const new_event& event) {
  auto units = utf16_length(event.type).value_or(event.type.size());
  return std::uint64_t{event.data.size()} + event.metadata.size() + 2 * std::uint64_t{units};
}

std::size_t proposed_message_bytes(const new_event& event) {
  auto size = field_bytes(uuid_bytes(event.id)) + property_bytes("type", event.type.size()) +
              property_bytes("content-type", to_string(event.content_type).size());
  // Empty bytes are not written.
  if (!event.metadata.empty())
    size += field_bytes(event.metadata.size());
  if (!event.data.empty())
    size += field_bytes(event.data.size());
  return size;
}

std::size_t append_message_bytes(std::string_view stream, const new_event& event) {
  auto options = field_bytes(field_bytes(field_bytes(stream.size())) + longest_scalars);
  return field_bytes(proposed_message_bytes(event)) + longest_uuid_field + options;
}

} // namespace kdb::inline v0::policy
