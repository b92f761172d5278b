// From append to live delivery: one actor appends, receives what it appended, and appends again.

#include "host.hpp"

#include <chrono>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace kdb::bench {

namespace {

using clock = std::chrono::steady_clock;

struct start_pass {
  std::uint64_t count = 0;
  outcome<std::vector<double>> result{};
};

struct live_state {
  client_actor client;
  std::string stream;
  start_pass current;
  clock::time_point begin;
  std::vector<double> latencies;
  bool answered = false, delivered = false;
};
using live_self = caf::stateful_actor<live_state>;

void append_one(live_self* self);

/// Goes on when the append is both answered and delivered, as the raw loop does.
void proceed(live_self* self) {
  auto& state = self->state;
  if (!state.answered || !state.delivered)
    return;
  if (state.latencies.size() < state.current.count)
    append_one(self);
  else
    state.current.result.done(std::exchange(state.latencies, {}));
}

void append_one(live_self* self) {
  auto& state = self->state;
  state.answered = state.delivered = false;
  append_to_stream what{.stream = state.stream};
  what.events.push_back(event_to_append());
  state.begin = clock::now();
  self->request(state.client, caf::infinite, std::move(what))
    .then(
      [self](const append_result&) {
        self->state.answered = true;
        proceed(self);
      },
      [self](const caf::error& why) { self->state.current.result.failed(why); });
}

void receive(live_self* self, const event_batch& batch) {
  auto& state = self->state;
  if (batch.events().empty())
    return; // caught up
  state.latencies.push_back(std::chrono::duration<double, std::micro>(clock::now() - state.begin).count());
  state.delivered = true;
  proceed(self);
}

caf::behavior live_actor(live_self* self, client_actor client, std::string stream, outcome<bool> ready) {
  self->state.client = client;
  self->state.stream = stream;
  subscribe_to_stream what{.stream = stream, .subscriber = self};
  what.options.from = stream_end;
  self->request(client, caf::infinite, std::move(what))
    .then([ready](const subscription_actor&) { ready.done(true); }, [ready](const caf::error& why) { ready.failed(why); });
  return {
    [self](const event_batch& batch) { receive(self, batch); },
    [](const subscription_ended&) {},
    [self](start_pass& given) {
      self->state.current = std::move(given);
      append_one(self);
    },
  };
}

} // namespace

worker make_actors_live(const work_options& options) {
  auto in = std::make_shared<host>(options);
  outcome<bool> ready;
  auto subscribed = ready.future();
  auto actor = in->system().spawn(live_actor, in->client(), options.stream + "-0", ready);
  subscribed.get();
  return [in, options, actor] {
    stopwatch watch;
    start_pass what{.count = options.count};
    auto end = what.result.future();
    caf::anon_send(actor, what);
    auto latencies = end.get();
    auto result = watch.stop(static_cast<double>(latencies.size()));
    put_percentiles(result, std::move(latencies));
    return result;
  };
}

} // namespace kdb::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::bench::start_pass)
