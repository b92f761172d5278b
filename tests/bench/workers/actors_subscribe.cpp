// SPDX-License-Identifier: Apache-2.0

// Catching up with a stream as a host actor does it: a subscription from the start, ended when it has had so many events.

#include "tests/bench/workers/host.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace kdb::bench {

namespace {

struct catching_up_state {
  subscription_actor subscription;
  seen_events seen;
};
using catching_up_self = caf::stateful_actor<catching_up_state>;

caf::behavior catching_up_actor(catching_up_self* self, client_actor client, std::string stream, std::uint64_t count,
                                outcome<std::uint64_t> result) {
  subscribe_to_stream request{.stream = std::move(stream), .subscriber = self};
  auto& state = any_caf::state_of(self);
  any_caf::request(self, client, caf::infinite, std::move(request))
    .then([&state](const subscription_actor& handle) { state.subscription = handle; },
          [result](const caf::error& why) { result.failed(why); });
  return {
    [self, &state, count, result](const event_batch& batch) {
      const auto before = state.seen.events;
      state.seen.take(batch);
      if (before < count && state.seen.events >= count) {
        result.done(state.seen.events);
        any_caf::send(self, state.subscription, cancel{});
      }
    },
    [self](const subscription_ended&) { self->quit(); },
  };
}

} // namespace

worker make_actors_subscribe(const work_options& options) {
  auto in = std::make_shared<host>(options);
  return [in, options] {
    stopwatch watch;
    outcome<std::uint64_t> result;
    auto events = result.future();
    in->system().spawn(catching_up_actor, in->client(), options.stream, options.count, result);
    return watch.stop(static_cast<double>(events.get()));
  };
}

} // namespace kdb::bench
