// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/steps.hpp"

#include <algorithm>
#include <iterator>

#include "libkdb/policy/failure.hpp"

namespace kdb::inline v0::connecting {

std::string_view to_string(const phase& now) {
  static constexpr std::string_view names[] = {"idle", "resting", "discovering", "probing", "waiting", "in use", "closed"};
  return names[now.index()];
}

std::vector<effect> steps::step(event event) {
  if (std::holds_alternative<closed>(phase_)) {
    if (std::holds_alternative<asked>(event))
      return {refuse{end_}};
    return {};
  }
  return std::visit([this](auto& each) { return on(std::move(each)); }, event);
}

std::vector<effect> steps::on(asked) {
  if (const auto* used = std::get_if<in_use>(&phase_))
    return {answer{used->current}};
  if (auto* pause = std::get_if<resting>(&phase_))
    pause->wanted = true;
  if (!std::holds_alternative<idle>(phase_))
    return {}; // Single flight: they wait for the round that is under way.
  return begin_attempt(1);
}

std::vector<effect> steps::on(candidate event) {
  const auto* round = std::get_if<discovering>(&phase_);
  if (!round)
    return {};
  return begin_probe(round->attempt, std::move(event.where), false);
}

std::vector<effect> steps::on(no_candidate event) {
  const auto* round = std::get_if<discovering>(&phase_);
  if (!round)
    return {};
  return attempt_failed(round->attempt, std::move(event.why));
}

std::vector<effect> steps::on(probed event) {
  const auto* asking = std::get_if<probing>(&phase_);
  if (!asking || asking->probe != event.probe)
    return {};
  if (!event.outcome) {
    avoid(asking->where);
    return attempt_failed(asking->attempt, std::move(event.outcome.error()));
  }
  const auto& found = *event.outcome;
  phase_ = in_use{.current = found, .redirected = asking->redirected, .settling = ++last_id_};
  return {announce{connected{found->where, found->features.version}}, answer{found}, wait{last_id_, rules_.settled_after}};
}

std::vector<effect> steps::on(waited event) {
  if (const auto* pause = std::get_if<waiting>(&phase_); pause && pause->wait == event.wait)
    return begin_attempt(pause->attempt + 1);
  if (const auto* pause = std::get_if<resting>(&phase_); pause && pause->wait == event.wait) {
    if (pause->wanted)
      return begin_attempt(1);
    phase_ = idle{};
  }
  if (auto* used = std::get_if<in_use>(&phase_); used && used->settling == event.wait) {
    used->settling = 0;
    setbacks_ = 0;
    failed_.clear();
  }
  return {};
}

std::vector<effect> steps::on(failed event) {
  auto* used = std::get_if<in_use>(&phase_);
  if (!used || used->current->generation != event.generation)
    return {};
  auto action = policy::decide(event.why, policy::request_kind::read, used->current->where).node;
  if (action == policy::node_action::stay && event.unanswered)
    action = policy::node_action::check;
  switch (action) {
    case policy::node_action::stay: return {};
    case policy::node_action::check:
      if (std::exchange(used->checking, true))
        return {};
      return {check{used->current}};
    case policy::node_action::follow_leader:
    case policy::node_action::rediscover: return leave(std::move(event.why));
  }
  return {};
}

std::vector<effect> steps::on(checked event) {
  auto* used = std::get_if<in_use>(&phase_);
  if (!used || used->current->generation != event.generation)
    return {};
  used->checking = false;
  if (!event.members)
    return policy::is_node_lost(event.members.error()) ? leave(std::move(event.members.error())) : std::vector<effect>{};
  if (policy::may_stay(*event.members, rules_.wish, used->current->where))
    return {};
  return leave(
    {.code = errc::unavailable,
     .message = "the cluster reports that " + kdb::to_string(used->current->where) + " can't serve this client any more",
     .retry_can_help = true});
}

/// Others are asked again each time, until the node speaks or one of them names another: an election takes its time. The node itself is asked
/// as well, so that one that is only slow in what it does has something to answer.
std::vector<effect> steps::on(const silent& event) {
  if (const auto* asking = std::get_if<probing>(&phase_); asking && asking->generation == event.generation)
    return {ask_another{asking->where, event.generation}};
  auto* used = std::get_if<in_use>(&phase_);
  if (!used || used->current->generation != event.generation)
    return {};
  std::vector<effect> effects{ask_another{used->current->where, event.generation}};
  if (!std::exchange(used->checking, true))
    effects.push_back(check{used->current});
  return effects;
}

std::vector<effect> steps::on(const others_answered& event) {
  const auto* asking = std::get_if<probing>(&phase_);
  const auto* used = std::get_if<in_use>(&phase_);
  const auto is_asking = asking && asking->generation == event.generation;
  if (!event.members || !(is_asking || (used && used->current->generation == event.generation)))
    return {};
  const auto where = is_asking ? asking->where : used->current->where;
  // Who was sent to a node by another one was sent to the leader.
  const auto redirected = is_asking ? asking->redirected : used->redirected;
  if (!policy::is_replaced(*event.members, redirected ? policy::node_wish{} : rules_.wish, where))
    return {};
  error cause{.code = errc::unavailable,
              .message = kdb::to_string(where) + " sends nothing any more, and the cluster has replaced it",
              .retry_can_help = true};
  std::vector<effect> effects{abandon{cause.message}};
  if (is_asking)
    avoid(where);
  const auto attempt = is_asking ? asking->attempt : 0;
  auto next = is_asking ? attempt_failed(attempt, std::move(cause)) : leave(std::move(cause));
  effects.insert(effects.end(), std::make_move_iterator(next.begin()), std::make_move_iterator(next.end()));
  return effects;
}

std::vector<effect> steps::on(shut event) {
  phase_ = closed{};
  end_ = std::move(event.why);
  return {refuse{end_}};
}

std::vector<effect> steps::begin_attempt(unsigned attempt) {
  phase_ = discovering{attempt};
  return {discover{attempt, failed_}};
}

std::vector<effect> steps::begin_probe(unsigned attempt, rpc::address where, bool redirected) {
  const generation next{next_generation_++};
  phase_ = probing{attempt, ++last_id_, where.where, redirected, next};
  return {probe{last_id_, std::move(where), next}};
}

std::vector<effect> steps::attempt_failed(unsigned attempt, error cause) {
  if (policy::is_final(cause)) {
    phase_ = idle{};
    return {announce{reconnecting{.attempt = attempt, .why = cause}}, refuse{std::move(cause)}};
  }
  if (rules_.max_attempts < 0 || attempt < static_cast<unsigned>(rules_.max_attempts)) {
    phase_ = waiting{attempt, ++last_id_};
    return {announce{reconnecting{attempt, std::move(cause), rules_.interval}}, wait{last_id_, rules_.interval}};
  }
  error end = cause;
  if (cause.code != errc::tls_failed) // That says itself what to do, and where.
    end = {.code = errc::discovery_failed,
           .message = "no usable node after " + std::to_string(attempt) + " attempts; the last one failed: " + cause.message,
           .retry_can_help = true};
  const auto pause = rest(false);
  return {announce{reconnecting{attempt, std::move(cause), pause.duration}}, refuse{std::move(end)}, pause};
}

/// Not one after the other without a pause: a node lost as soon as it was found, or one leader naming another and back, would
/// lead to that.
std::vector<effect> steps::leave(error cause) {
  const auto used = std::get<in_use>(phase_);
  avoid(used.current->where);
  const auto action = policy::decide(cause, policy::request_kind::read, used.current->where).node;
  if (action == policy::node_action::follow_leader && !used.redirected) {
    const auto& named = *cause.get<leader>();
    auto effects = begin_probe(1, {.where = {named.host, named.port}}, true);
    effects.insert(effects.begin(), announce{reconnecting{.why = std::move(cause)}});
    return effects;
  }
  if (used.settling == 0) {
    auto effects = begin_attempt(1);
    effects.insert(effects.begin(), announce{reconnecting{.why = std::move(cause)}});
    return effects;
  }
  const auto pause = rest(true);
  return {announce{reconnecting{.why = std::move(cause), .next = pause.duration}}, pause};
}

wait steps::rest(bool wanted) {
  phase_ = resting{++last_id_, wanted};
  return {last_id_, policy::backoff_delay(++setbacks_, rules_.between_rounds, rules_.draw())};
}

void steps::avoid(const endpoint& where) {
  if (std::find(failed_.begin(), failed_.end(), where) == failed_.end())
    failed_.push_back(where);
}

} // namespace kdb::inline v0::connecting
