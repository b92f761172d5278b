// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actors/async/impl.hpp"
#include "actors/pulling/feed.hpp"
#include "actors/runtime/moved_from.hpp"

namespace kdb::inline v0::detail {

struct async_reading_state {
  explicit async_reading_state(std::shared_ptr<const async_core::impl> given)
    : owner{std::move(given)}, batches{feed<event_batch>::open(owner->running->system())} {}
  /// Whoever destroys the handle has cancelled it.
  std::shared_ptr<const async_core::impl> owner;
  std::shared_ptr<feed<event_batch>> batches;
};

namespace {

template <class Request>
std::shared_ptr<async_reading_state> start_reading(std::shared_ptr<const async_core::impl> owner, Request request) {
  auto state = make_state<async_reading_state>(std::move(owner));
  const auto& running = *state->owner->running;
  adopt_current(running.signals(), request);
  if (auto cause = running.refusal())
    state->batches->close(std::move(*cause));
  else
    state->batches->read(running.client(), std::move(request));
  return state;
}

} // namespace

void start_next(const std::shared_ptr<async_reading_state>& state, completion_ptr<event_batch> done) {
  if (!state) {
    done->complete(moved_from("reading"));
    return;
  }
  if (auto cause = state->owner->running->refusal())
    done->complete(unexpected{std::move(*cause)});
  else
    state->batches->take(std::move(done));
}

void stop_waiting(const std::shared_ptr<async_reading_state>& state) {
  if (state && !state->owner->running->inherited())
    state->batches->stop_waiting();
}

stream_bounds bounds_of(const std::shared_ptr<async_reading_state>& state) {
  return state ? state->batches->bounds() : stream_bounds{};
}

void cancel(const std::shared_ptr<async_reading_state>& state) {
  if (!state->owner->running->inherited())
    state->batches->close({.code = errc::closed, .message = "the reading was cancelled"});
}

std::shared_ptr<async_reading_state> async_core::read_stream(std::string stream, read_stream_options options) const {
  return start_reading(impl_, kdb::read_stream{std::move(stream), std::move(options)});
}

std::shared_ptr<async_reading_state> async_core::read_all(read_all_options options) const {
  return start_reading(impl_, kdb::read_all{std::move(options)});
}

} // namespace kdb::inline v0::detail
