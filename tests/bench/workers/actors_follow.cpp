// SPDX-License-Identifier: Apache-2.0

// Many subscriptions to one stream as a host actor has them: how long they take to begin and how much memory, then what an event costs that is
// delivered to all of them.

#include "tests/bench/workers/follow.hpp"
#include "tests/bench/workers/memory.hpp"
#include "tests/bench/workers/one_at_a_time.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

namespace kdb::bench {

namespace {

/// The subscriptions have one subscriber, as in a program that tells them apart by their streams.
caf::behavior following_actor(live_self* self, client_actor client, std::string stream, std::uint64_t count,
                              outcome<bool> ready) {
  auto& state = any_caf::state_of(self);
  state.client = client;
  state.stream = stream;
  state.copies = count;
  const auto waiting = std::make_shared<std::uint64_t>(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    subscribe_to_stream what{.stream = stream, .subscriber = self};
    what.options.from = stream_end;
    any_caf::request(self, client, caf::infinite, std::move(what))
      .then(
        [ready, waiting](const subscription_actor&) {
          if (--*waiting == 0)
            ready.done(true);
        },
        [ready](const caf::error& why) { ready.failed(why); });
  }
  return {
    [self](const event_batch& batch) {
      std::size_t events = 0;
      for ([[maybe_unused]] const auto& each : batch.events())
        ++events;
      if (events > 0) // Else it is caught up.
        note_delivered(self, events);
    },
    [](const subscription_ended&) {},
    [self](start_pass& given) { begin_pass(self, given); },
  };
}

/// So that the first append's call is open before memory is measured.
void append_one(host& in, const std::string& stream) {
  caf::scoped_actor self{in.system()};
  append_to_stream what{.stream = stream};
  what.events.push_back(event_to_append(event_data()));
  any_caf::request(self, in.client(), caf::infinite, std::move(what))
    .receive([](const append_result&) {}, [](const caf::error& why) { throw std::runtime_error{to_string(error::from(why))}; });
}

} // namespace

worker make_actors_follow(const work_options& options) {
  auto in = std::make_shared<host>(options);
  append_one(*in, options.stream);
  auto end = std::make_shared<process_end>();
  return [in, options, end] {
    const auto idle = allocated_mib();
    const stopwatch setup;
    outcome<bool> ready;
    auto confirmed = ready.future();
    const auto actor = in->system().spawn(following_actor, in->client(), options.stream, options.subscriptions, ready);
    confirmed.get();
    const auto began = setup.stop(static_cast<double>(options.subscriptions));
    const auto held = allocated_mib() - idle;
    auto result = run_pass(actor, options.count);
    result.items *= static_cast<double>(options.subscriptions);
    result.setup_seconds = began.seconds;
    result.setup_mib = held;
    return result;
  };
}

} // namespace kdb::bench
