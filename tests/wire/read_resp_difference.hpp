// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "event_store/client/streams.pb.h"
#include "libkdb/wire/batch_builder.hpp"

// For the tests here and for tests/fuzz.
namespace kdb::inline v0::wire::test {

namespace v1 = event_store::client::streams;

namespace detail {

using difference = std::optional<std::string>;

/// Collects the first member that differs.
class comparison {
public:
  template <class T, class U>
  void same(const char* what, const T& ours, const U& theirs) {
    if (!found && !(ours == theirs))
      found = what;
  }
  difference found{};
};

inline bool same_id(const uuid& id, const event_store::client::UUID& theirs) {
  if (theirs.has_string()) {
    const auto parsed = parse_uuid(theirs.string());
    return parsed && *parsed == id;
  }
  std::uint64_t halves[2] = {};
  for (int i = 0; i < 16; ++i)
    halves[i / 8] = halves[i / 8] << 8 | id.data[i];
  return theirs.has_structured() && halves[0] == static_cast<std::uint64_t>(theirs.structured().most_significant_bits()) &&
         halves[1] == static_cast<std::uint64_t>(theirs.structured().least_significant_bits());
}

inline std::string property(const v1::ReadResp::ReadEvent::RecordedEvent& event, const char* key) {
  const auto found = event.metadata().find(key);
  return found == event.metadata().end() ? std::string{} : found->second;
}

inline void compare(comparison& at, const recorded_event& ours, const v1::ReadResp::ReadEvent::RecordedEvent& theirs) {
  at.same("id", same_id(ours.id(), theirs.id()), true);
  at.same("stream", ours.stream(), theirs.stream_identifier().stream_name());
  at.same("revision", ours.revision().value, theirs.stream_revision());
  at.same("commit", ours.position().commit, theirs.commit_position());
  at.same("prepare", ours.position().prepare, theirs.prepare_position());
  at.same("type", ours.type(), property(theirs, "type"));
  at.same("content type", ours.content_type() == content_type::json, property(theirs, "content-type") == "application/json");
  at.same("metadata", ours.metadata(), theirs.custom_metadata());
  at.same("data", ours.data(), theirs.data());
  const auto created = property(theirs, "created");
  std::int64_t ticks = 0;
  const auto [end, failed] = std::from_chars(created.data(), created.data() + created.size(), ticks);
  if (failed != std::errc{} || end != created.data() + created.size())
    ticks = 0;
  at.same("created", ours.created().time_since_epoch().count(), ticks);
}

inline void compare(comparison& at, const resolved_event& ours, const v1::ReadResp::ReadEvent& theirs) {
  at.same("event", ours.has_event(), theirs.has_event());
  at.same("link", ours.link() != nullptr, theirs.has_link());
  if (at.found)
    return;
  if (ours.has_event())
    compare(at, ours.event(), theirs.event());
  if (ours.link() != nullptr)
    compare(at, *ours.link(), theirs.link());
}

template <class Time>
void compare_time(comparison& at, const Time& ours, bool has, const google::protobuf::Timestamp& theirs) {
  constexpr std::int64_t most = 9'000'000'000; // Any clock of 64 bits in nanoseconds can hold that many seconds.
  if (ours && !has)
    at.found = "time";
  const auto sane = theirs.seconds() < most && theirs.seconds() > -most && theirs.nanos() >= 0 && theirs.nanos() < 1'000'000'000;
  if (!has || !sane)
    return;
  at.same("has time", ours.has_value(), true);
  if (ours)
    at.same("time", std::chrono::duration_cast<std::chrono::nanoseconds>(ours->time_since_epoch()).count(),
            theirs.seconds() * 1'000'000'000 + theirs.nanos());
}

template <class Ours, class Theirs>
void compare_progress(comparison& at, const Ours& ours, const Theirs& theirs) {
  compare_time(at, ours.time, theirs.has_timestamp(), theirs.timestamp());
  const auto has_revision = theirs.has_stream_revision() && theirs.stream_revision() >= 0;
  at.same("has revision", ours.revision.has_value(), has_revision);
  if (ours.revision && has_revision)
    at.same("revision", ours.revision->value, static_cast<std::uint64_t>(theirs.stream_revision()));
  at.same("has position", ours.position.has_value(), theirs.has_position());
  if (ours.position)
    at.same("position", *ours.position, log_position{theirs.position().commit_position(), theirs.position().prepare_position()});
}

inline void compare(comparison& at, const batch_item& ours, const v1::ReadResp& theirs) {
  using reply = v1::ReadResp;
  const auto which = theirs.content_case();
  if (const auto* event = std::get_if<resolved_event>(&ours)) {
    at.same("content", which, reply::kEvent);
    if (!at.found)
      compare(at, *event, theirs.event());
  } else if (const auto* point = std::get_if<checkpoint>(&ours)) {
    at.same("content", which, reply::kCheckpoint);
    at.same("position", point->position,
            log_position{theirs.checkpoint().commit_position(), theirs.checkpoint().prepare_position()});
    compare_time(at, point->time, theirs.checkpoint().has_timestamp(), theirs.checkpoint().timestamp());
  } else if (const auto* caught = std::get_if<caught_up>(&ours)) {
    at.same("content", which, reply::kCaughtUp);
    compare_progress(at, *caught, theirs.caught_up());
  } else if (const auto* fell = std::get_if<fell_behind>(&ours)) {
    at.same("content", which, reply::kFellBehind);
    compare_progress(at, *fell, theirs.fell_behind());
  } else {
    const auto& bounds = std::get<stream_bounds>(ours);
    if (bounds.last_in_all) {
      at.same("content", which, reply::kLastAllStreamPosition);
      at.same(
        "position", *bounds.last_in_all,
        log_position{theirs.last_all_stream_position().commit_position(), theirs.last_all_stream_position().prepare_position()});
      return;
    }
    at.same("content", which, bounds.first ? reply::kFirstStreamPosition : reply::kLastStreamPosition);
    at.same("bound", (bounds.first ? *bounds.first : *bounds.last).value,
            bounds.first ? theirs.first_stream_position() : theirs.last_stream_position());
  }
}

inline result<read_message> add(batch_builder& builder, std::string_view message) {
  const auto memory = builder.reserve(message.size());
  if (!message.empty())
    std::memcpy(memory.data(), message.data(), message.size());
  return builder.add(memory);
}

} // namespace detail

/// True if the builder takes the message.
inline bool is_accepted(std::string_view message) {
  batch_builder builder;
  return detail::add(builder, message).has_value();
}

/// Reads a `ReadResp` with the batch builder and with protobuf. Tells how they differ: the builder accepts what protobuf refuses, or
/// both accept and some field is not the same. Unset if they don't; that the builder refuses more is no difference.
inline std::optional<std::string> read_resp_difference(std::string_view message) {
  batch_builder builder;
  const auto ours = detail::add(builder, message);
  if (!ours)
    return builder.empty() ? std::nullopt : std::optional<std::string>{"a refused message left an item"};
  v1::ReadResp theirs;
  if (!theirs.ParseFromArray(message.data(), static_cast<int>(message.size())))
    return "accepted what protobuf refuses";
  detail::comparison at;
  at.same("number of items", builder.size(), std::holds_alternative<item_added>(*ours) ? 1u : 0u);
  if (const auto* confirmed = std::get_if<subscription_confirmed>(&*ours)) {
    at.same("content", theirs.content_case(), v1::ReadResp::kConfirmation);
    at.same("subscription", confirmed->id, theirs.confirmation().subscription_id());
  } else if (const auto* missing = std::get_if<stream_missing>(&*ours)) {
    at.same("content", theirs.content_case(), v1::ReadResp::kStreamNotFound);
    at.same("missing stream", missing->stream, theirs.stream_not_found().stream_identifier().stream_name());
  } else if (std::holds_alternative<unknown_message>(*ours)) {
    const auto which = theirs.content_case();
    at.same("content", which == v1::ReadResp::CONTENT_NOT_SET || which == v1::ReadResp::kLastAllStreamPosition, true);
  } else {
    const auto batch = builder.take();
    detail::compare(at, *batch.begin(), theirs);
  }
  return at.found;
}

} // namespace kdb::inline v0::wire::test
