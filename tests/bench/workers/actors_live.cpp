// SPDX-License-Identifier: Apache-2.0

// From append to live delivery: one actor appends, receives what it appended, and appends again.

#include "tests/bench/workers/one_at_a_time.hpp"

#include <caf/event_based_actor.hpp>

namespace kdb::bench {

namespace {

void receive(live_self* self, const event_batch& batch) {
  if (!batch.events().empty()) // else caught up
    note_delivered(self, 1);
}

caf::behavior live_actor(live_self* self, client_actor client, std::string stream, outcome<bool> ready) {
  any_caf::state_of(self).client = client;
  any_caf::state_of(self).stream = stream;
  subscribe_to_stream what{.stream = stream, .subscriber = self};
  what.options.from = stream_end;
  any_caf::request(self, client, caf::infinite, std::move(what))
    .then([ready](const subscription_actor&) { ready.done(true); }, [ready](const caf::error& why) { ready.failed(why); });
  return {
    [self](const event_batch& batch) { receive(self, batch); },
    [](const subscription_ended&) {},
    [self](start_pass& given) { begin_pass(self, given); },
  };
}

} // namespace

worker make_actors_live(const work_options& options) {
  auto in = std::make_shared<host>(options);
  outcome<bool> ready;
  auto subscribed = ready.future();
  auto actor = in->system().spawn(live_actor, in->client(), options.stream + "-0", ready);
  subscribed.get();
  return [in, options, actor] { return run_pass(actor, options.count); };
}

} // namespace kdb::bench
