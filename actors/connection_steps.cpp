#include <connection_steps.hpp>

#include <policy/failure.hpp>

namespace kdb::connecting {

std::string_view to_string(const phase& now) {
  static constexpr std::string_view names[] = {"idle", "discovering", "probing", "waiting", "in use", "closed"};
  return names[now.index()];
}

std::vector<effect> steps::step(event what) {
  if (std::holds_alternative<closed>(phase_)) {
    if (std::holds_alternative<asked>(what))
      return {refuse{{.code = errc::closed, .message = "the client is closed"}}};
    return {};
  }
  return std::visit([this](auto& each) { return on(std::move(each)); }, what);
}

std::vector<effect> steps::on(asked) {
  if (const auto* used = std::get_if<in_use>(&phase_))
    return {answer{used->current}};
  if (!std::holds_alternative<idle>(phase_))
    return {}; // Single flight: they wait for the round that is under way.
  phase_ = discovering{1};
  return {discover{1}};
}

std::vector<effect> steps::on(candidate what) {
  const auto* round = std::get_if<discovering>(&phase_);
  if (!round)
    return {};
  const auto attempt = round->attempt;
  phase_ = probing{attempt, ++last_id_};
  return {probe{last_id_, std::move(what.where), generation{++last_generation_}}};
}

std::vector<effect> steps::on(no_candidate what) {
  const auto* round = std::get_if<discovering>(&phase_);
  if (!round)
    return {};
  return attempt_failed(round->attempt, std::move(what.why));
}

std::vector<effect> steps::on(probed what) {
  const auto* asking = std::get_if<probing>(&phase_);
  if (!asking || asking->probe != what.probe)
    return {};
  if (!what.outcome)
    return attempt_failed(asking->attempt, std::move(what.outcome.error()));
  phase_ = in_use{*what.outcome};
  return {answer{*what.outcome}};
}

std::vector<effect> steps::on(waited what) {
  const auto* pause = std::get_if<waiting>(&phase_);
  if (!pause || pause->wait != what.wait)
    return {};
  const auto attempt = pause->attempt + 1;
  phase_ = discovering{attempt};
  return {discover{attempt}};
}

std::vector<effect> steps::on(lost what) {
  const auto* used = std::get_if<in_use>(&phase_);
  if (used && used->current->generation == what.generation)
    phase_ = idle{}; // The next one who asks starts a round.
  return {};
}

std::vector<effect> steps::on(shut) {
  phase_ = closed{};
  return {refuse{{.code = errc::closed, .message = "the client is closed"}}};
}

std::vector<effect> steps::attempt_failed(unsigned attempt, error why) {
  if (policy::is_final(why)) {
    phase_ = idle{};
    return {refuse{std::move(why)}};
  }
  if (rules_.max_attempts >= 0 && attempt >= static_cast<unsigned>(rules_.max_attempts)) {
    phase_ = idle{};
    return {refuse{{.code = errc::discovery_failed,
                    .message = "no usable node after " + std::to_string(attempt) + " attempts; the last one said: " + why.message,
                    .retry_can_help = true}}};
  }
  phase_ = waiting{attempt, ++last_id_};
  return {wait{last_id_, rules_.interval}};
}

} // namespace kdb::connecting
