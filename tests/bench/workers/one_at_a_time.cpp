// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/one_at_a_time.hpp"

#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace kdb::bench {

namespace {

using clock = std::chrono::steady_clock;

void append_one(live_self* self);

/// Goes on when the append is both answered and delivered, as the raw loop does.
void proceed(live_self* self) {
  auto& state = any_caf::state_of(self);
  if (!state.answered || !state.delivered)
    return;
  if (state.latencies.size() < state.current.count)
    append_one(self);
  else
    state.current.result.done(std::exchange(state.latencies, {}));
}

void append_one(live_self* self) {
  auto& state = any_caf::state_of(self);
  state.answered = state.delivered = false;
  append_to_stream what{.stream = state.stream};
  what.events.push_back(event_to_append());
  state.begin = clock::now();
  any_caf::request(self, state.client, caf::infinite, std::move(what))
    .then(
      [self](const append_result&) {
        any_caf::state_of(self).answered = true;
        proceed(self);
      },
      [self](const caf::error& why) { any_caf::state_of(self).current.result.failed(why); });
}

} // namespace

void begin_pass(live_self* self, start_pass& given) {
  any_caf::state_of(self).current = std::move(given);
  append_one(self);
}

void note_delivered(live_self* self, std::size_t events) {
  auto& state = any_caf::state_of(self);
  state.seen += events;
  if (state.seen < state.copies)
    return;
  state.seen = 0;
  state.latencies.push_back(std::chrono::duration<double, std::micro>(clock::now() - state.begin).count());
  state.delivered = true;
  proceed(self);
}

pass run_pass(const caf::actor& actor, std::uint64_t count) {
  stopwatch watch;
  start_pass what{.count = count};
  auto end = what.result.future();
  any_caf::anon_send(actor, what);
  auto latencies = end.get();
  auto result = watch.stop(static_cast<double>(latencies.size()));
  put_percentiles(result, std::move(latencies));
  return result;
}

} // namespace kdb::bench
