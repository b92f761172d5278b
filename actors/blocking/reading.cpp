// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actors/pulling/feed.hpp"
#include "actors/runtime/moved_from.hpp"
#include "actors/runtime/runtime.hpp"
#include "libkdb/policy/waits.hpp"
#include "libkdb/values/forks.hpp"
#include <kdb/client.hpp>

namespace kdb::inline v0 {

namespace detail {

struct reading_state {
  explicit reading_state(std::shared_ptr<runtime> given)
    : running{std::move(given)}, batches{feed<event_batch>::open(running->system())} {}
  ~reading_state() {
    if (running->inherited()) {
      leave_members_behind(batches);
      return;
    }
    if (end && !*end && !looked_at)
      running->log()(log_level::warning, policy::log_event::reading_unchecked,
                     "a reading ended with an error that was not checked: " + to_string(end->error()),
                     {policy::cause_field(end->error())});
    batches->close({.code = errc::closed, .message = "the reading was destroyed"});
  }

  result<event_batch> next_batch() {
    if (auto cause = running->refusal_to_wait(); cause && !end)
      end = unexpected{std::move(*cause)};
    if (end)
      return *end ? result<event_batch>{} : unexpected{end->error()};
    auto batch = batches->wait(policy::longest_wait);
    bounds = batches->bounds();
    if (!batch)
      end = unexpected{batch.error()};
    else if (batch->empty())
      end = result<void>{};
    return batch;
  }

  std::shared_ptr<runtime> running;
  std::shared_ptr<feed<event_batch>> batches;
  std::optional<result<void>> end;
  stream_bounds bounds;
  bool looked_at = false; // By the caller, at the end.
};

} // namespace detail

reading::reading(std::unique_ptr<detail::reading_state> state) : state_{std::move(state)} {}
reading::reading(reading&&) noexcept = default;
reading& reading::operator=(reading&&) noexcept = default;
reading::~reading() = default;

result<event_batch> reading::next() {
  if (!state_)
    return detail::moved_from("reading");
  state_->looked_at = true;
  return state_->next_batch();
}

event_batch reading::next_or_nothing() {
  if (!state_)
    return {};
  auto batch = state_->next_batch();
  state_->looked_at = false;
  return batch ? std::move(*batch) : event_batch{};
}

const stream_bounds& reading::bounds() const {
  static const stream_bounds none{};
  return state_ ? state_->bounds : none;
}

result<void> reading::finish() {
  if (!state_)
    return detail::moved_from("reading");
  state_->looked_at = true;
  if (!state_->end)
    state_->end = result<void>{};
  if (!state_->running->inherited())
    state_->batches->close({.code = errc::closed, .message = "the reading is finished"});
  return *state_->end;
}

namespace {

template <class Request>
reading start_reading(std::shared_ptr<detail::runtime> running, Request request) {
  auto state = std::make_unique<detail::reading_state>(std::move(running));
  if (auto cause = state->running->refusal_to_wait()) {
    state->end = unexpected{std::move(*cause)};
    return reading{std::move(state)};
  }
  adopt_current(state->running->signals(), request);
  state->batches->read(state->running->client(), std::move(request));
  if (auto started = state->batches->await_start(); !started)
    state->end = std::move(started);
  return reading{std::move(state)};
}

} // namespace

reading client::read_stream(std::string stream, read_stream_options options) const {
  return start_reading(runtime_, kdb::read_stream{std::move(stream), std::move(options)});
}

reading client::read_all(read_all_options options) const {
  return start_reading(runtime_, kdb::read_all{std::move(options)});
}

} // namespace kdb::inline v0
