// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <utility>

#include "actors/runtime/moved_from.hpp"
#include "actors/runtime/runtime.hpp"
#include "libkdb/values/forks.hpp"
#include <kdb/client.hpp>

namespace kdb::inline v0 {

namespace detail {

/// Asks for the next batch before the last one has been looked at.
struct reading_state {
  using request = decltype(std::declval<host_actor&>()->request(std::declval<reader_actor>(), caf::infinite, next{}));
  static constexpr std::size_t asked_ahead = 2;

  explicit reading_state(std::shared_ptr<runtime> given) : running{std::move(given)} {}
  ~reading_state() {
    if (running->inherited()) {
      leave_members_behind(self, source);
      return;
    }
    if (end && !*end && !looked_at)
      running->log()(log_level::warning, "a reading broke off and nobody looked: " + to_string(end->error()));
  }

  void ask_ahead() {
    while (asked.size() < asked_ahead)
      asked.push_back((*self)->request(source, caf::infinite, next{}));
  }

  result<event_batch> next_batch() {
    if (auto cause = running->refusal_to_wait(); cause && !end)
      end = unexpected{std::move(*cause)};
    if (end)
      return *end ? result<event_batch>{} : unexpected{end->error()};
    ask_ahead();
    result<event_batch> answer;
    auto waiting = asked.front();
    asked.pop_front();
    waiting.receive([&](event_batch& batch) { answer = std::move(batch); },
                    [&](caf::error& cause) { answer = unexpected{error::from(cause)}; });
    if (answer)
      bounds.merge(answer->bounds());
    if (!answer)
      end = unexpected{answer.error()};
    else if (answer->empty())
      end = result<void>{};
    return answer;
  }

  std::shared_ptr<runtime> running;
  std::unique_ptr<host_actor> self; // Whoever starts a read has to live as long as it.
  reader_actor source;
  std::deque<request> asked;
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
    state_->source = nullptr;
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
  state->self = std::make_unique<detail::host_actor>(state->running->system());
  const auto& client = state->running->client();
  auto started = detail::runtime::ask<reader_actor>(*state->self, client, std::move(request));
  if (started)
    state->source = std::move(*started);
  else
    state->end = unexpected{std::move(started.error())};
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
