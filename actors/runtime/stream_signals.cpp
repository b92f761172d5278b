// SPDX-License-Identifier: Apache-2.0
#include "actors/runtime/stream_signals.hpp"

#include <algorithm>
#include <iterator>

namespace kdb::inline v0 {

namespace {

double age_of(const resolved_event& event) {
  const auto age = std::chrono::system_clock::now() - event.original().created();
  return std::max(0.0, std::chrono::duration<double>(age).count());
}

} // namespace

stream_signals::~stream_signals() {
  const error gone{.code = errc::closed, .message = "the subscriber did not answer before the end"};
  for (const auto& each : spans_)
    end_span(*each, &gone);
}

void stream_signals::open(signals_ptr on, policy::stream_kind kind, const call_options& call, std::string_view name) {
  on_ = std::move(on);
  if (!on_)
    return;
  kind_ = kind;
  name_ = name;
  user_ = on_->user_of(call);
  open_ = make_level(on_, policy::metric_id::open_streams, static_cast<std::uint8_t>(kind));
  open_.set(1);
}

void stream_signals::delivered(const event_batch& batch) const {
  if (!on_ || !on_->measured())
    return;
  const auto events = batch.events();
  count_delivered(static_cast<std::size_t>(std::distance(events.begin(), events.end())));
}

void stream_signals::count_delivered(std::size_t events) const {
  count(on_, policy::metric_id::delivered_batches, 1, kind_);
  count(on_, policy::metric_id::delivered_events, static_cast<double>(events), kind_);
}

void stream_signals::hand_over(const event_batch& batch, const endpoint& node, time_point now) {
  handed_at_ = now;
  if (!on_)
    return;
  std::size_t events = 0;
  const resolved_event* last = nullptr;
  for (const auto& each : batch.events()) {
    ++events;
    last = &each;
    if (!on_->traces())
      continue;
    if (const auto parent = span_context_of(each))
      if (auto span = on_->begin_delivery(each, *parent, {name_, user_, node}))
        spans_.push_back(std::move(span));
  }
  count_delivered(events);
  if (last && on_->measured())
    on_->measured()->record(policy::metric_id::delivery_lag, age_of(*last), kind_);
}

std::chrono::milliseconds stream_signals::answered(time_point now, const error* cause) {
  const auto took = now - handed_at_;
  if (on_) {
    for (const auto& each : std::exchange(spans_, {}))
      end_span(*each, cause);
    if (on_->measured())
      on_->measured()->record(policy::metric_id::subscriber_duration, std::chrono::duration<double>(took).count(), kind_);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(took);
}

observation stream_signals::resumes(policy::observed_operation operation, const call_options& call, const error& cause,
                                    std::chrono::milliseconds pause) const {
  if (!on_)
    return {};
  count(on_, policy::metric_id::resumes, 1, kind_, cause.code);
  auto seen = on_->begin(operation, call, name_);
  seen.resumes(cause, pause);
  return seen;
}

void stream_signals::count_answers(policy::answer_kind kind, std::size_t events) const {
  count(on_, policy::metric_id::answers, static_cast<double>(events), kind);
}

} // namespace kdb::inline v0
