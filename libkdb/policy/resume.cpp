// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/resume.hpp"

#include <limits>

#include "libkdb/policy/failure.hpp"

namespace kdb::inline v0::policy {
namespace {

/// What stood in the stream that is followed, if the item is an event.
const recorded_event* original_of(const batch_item& item) {
  auto* event = std::get_if<resolved_event>(&item);
  return event && (event->has_event() || event->link()) ? &event->original() : nullptr;
}

stream_position later(stream_position start, stream_revision now) {
  auto known = start.revision();
  return known && *known >= now ? start : stream_position{now};
}

all_position later(all_position start, log_position now) {
  auto known = start.position();
  return known && *known >= now ? start : all_position{now};
}

/// Without a place caught_up means that there is nothing yet, so what was the end is the start. Old servers tell neither
/// place nor time.
template <class Position>
Position after_caught_up_nowhere(Position start, const caught_up& there) {
  return start.is_end() && there.time ? Position::start() : start;
}

template <class Position>
void note_all(Position& start, const event_batch& batch) {
  for (auto& item : batch)
    start = next_start(start, item);
}

const recorded_event* last_original_of(const event_batch& batch) {
  for (auto item = batch.end(); item != batch.begin();)
    if (auto* event = original_of(*--item))
      return event;
  return nullptr;
}

} // namespace

stream_position next_start(stream_position start, const batch_item& item) {
  if (auto* event = original_of(item))
    return later(start, event->revision());
  if (auto* there = std::get_if<caught_up>(&item))
    return there->revision ? later(start, *there->revision) : after_caught_up_nowhere(start, *there);
  return start;
}

all_position next_start(all_position start, const batch_item& item) {
  if (auto* event = original_of(item))
    return later(start, event->position());
  if (auto* passed = std::get_if<checkpoint>(&item))
    return later(start, passed->position);
  if (auto* there = std::get_if<caught_up>(&item))
    return there->position ? later(start, *there->position) : after_caught_up_nowhere(start, *there);
  return start;
}

void note_received(stream_position& start, const event_batch& batch) {
  note_all(start, batch);
}

void note_received(all_position& start, const event_batch& batch) {
  note_all(start, batch);
}

bool is_behind(const stream_position& start, const event_batch& head) {
  const auto* last = last_original_of(head);
  return last && !start.is_end() && later(start, last->revision()) != start;
}

bool is_behind(const all_position& start, const event_batch& head) {
  const auto* last = last_original_of(head);
  return last && !start.is_end() && later(start, last->position()) != start;
}

retry_budget budget_of(const resume_options& options) {
  return {options.limit < 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(options.limit), options.span};
}

last_delivered last_event_of(const stream_position&, const event_batch& batch, const last_delivered& before) {
  auto* event = last_original_of(batch);
  return event ? last_delivered{event->revision()} : before;
}

last_delivered last_event_of(const all_position&, const event_batch& batch, const last_delivered& before) {
  auto* event = last_original_of(batch);
  return event ? last_delivered{event->position()} : before;
}

end_reason end_reason_of(errc code) {
  switch (code) {
    case errc::cancelled: return end_reason::cancelled;
    case errc::closed: return end_reason::closed;
    case errc::unavailable:
    case errc::discovery_failed:
    case errc::tls_failed:
    case errc::deadline_exceeded:
    case errc::server_stopping:
    case errc::not_ready: return end_reason::connection_lost;
    case errc::not_leader: return end_reason::not_leader;
    case errc::stream_deleted: return end_reason::stream_deleted;
    case errc::unauthenticated:
    case errc::access_denied: return end_reason::access_denied;
    case errc::invalid_argument:
    case errc::invalid_connection_string:
    case errc::event_too_large:
    case errc::append_too_large:
    case errc::message_too_large:
    case errc::read_too_large:
    case errc::stream_not_found:
    case errc::invalid_position:
    case errc::index_not_found:
    case errc::user_not_found:
    case errc::scavenge_not_found:
    case errc::projection_not_found:
    case errc::unsupported: return end_reason::invalid;
    case errc::subscriber_failed: return end_reason::subscriber_failed;
    case errc::group_not_found: return end_reason::group_gone;
    case errc::maximum_subscribers: return end_reason::group_full;
    case errc::wrong_expected_version:
    case errc::group_exists:
    case errc::group_failed:
    case errc::projection_exists:
    case errc::projection_failed:
    case errc::group_dropped:
    case errc::user_conflict:
    case errc::too_busy:
    case errc::server_timeout:
    case errc::consumer_too_slow:
    case errc::server_error:
    case errc::protocol_error:
    case errc::internal:
    case errc::consistency_violation:
    case errc::stream_already_in_session:
    case errc::stream_already_exists:
    case errc::index_exists:
    case errc::indexes_not_ready: return end_reason::server_error;
  }
  return end_reason::server_error;
}

std::optional<end_reason> final_end(const error& cause) {
  if (!decide(cause, request_kind::subscription).is_final)
    return std::nullopt;
  return end_reason_of(cause.code);
}

} // namespace kdb::inline v0::policy
