// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/resuming.hpp"

#include <utility>

#include "libkdb/policy/backoff.hpp"
#include "libkdb/policy/resume.hpp"

namespace kdb::inline v0::policy {

resuming::resuming(const rules& given) : rules_{given}, losses_{budget_of(given.resume)} {}

std::optional<std::chrono::milliseconds> resuming::start_left(time_point now) const {
  return has_begun_ ? std::nullopt : rules_.start.left(now);
}

bool resuming::called(std::uint64_t call) {
  if (phase_ == phase::over)
    return false;
  phase_ = phase::calling;
  call_ = call;
  refusals_.call_begins();
  return true;
}

bool resuming::confirmed() {
  phase_ = phase::following;
  refusals_.call_confirmed();
  return !std::exchange(has_begun_, true);
}

std::optional<std::chrono::milliseconds> resuming::lost(const error& cause, time_point now, double draw) {
  if (phase_ == phase::over)
    return std::nullopt;
  const auto pause = pause_after(cause, now, draw);
  phase_ = pause ? phase::pausing : phase::over;
  return pause;
}

std::optional<std::chrono::milliseconds> resuming::pause_after(const error& cause, time_point now, double draw) {
  const auto is_sent_to_leader = rules_.follows_leader && cause.code == errc::not_leader;
  const auto start_failed = !has_begun_ && !is_sent_to_leader;
  const auto is_final = final_end(cause) && !refusals_.excuses(cause, now);
  const auto is_full = rules_.ends_when_full && cause.code == errc::maximum_subscribers;
  if (start_failed || is_final || is_full || !losses_.take(now))
    return std::nullopt;
  const auto pause = backoff_delay(static_cast<unsigned>(losses_.taken(now)), {}, draw);
  // Nodes may point to each other for ever.
  if (!has_begun_ && !rules_.start.has_room_for(pause, now))
    return std::nullopt;
  return pause;
}

bool resuming::paused() {
  if (phase_ != phase::pausing)
    return false;
  phase_ = phase::finding;
  return true;
}

std::string_view to_string(resuming::phase phase) {
  switch (phase) {
    case resuming::phase::finding: return "finding a node";
    case resuming::phase::calling: return "calling";
    case resuming::phase::following: return "following";
    case resuming::phase::pausing: return "pausing";
    case resuming::phase::over: return "over";
  }
  return "over";
}

} // namespace kdb::inline v0::policy
