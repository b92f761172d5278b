// SPDX-License-Identifier: Apache-2.0

// Consuming from a group as a host actor does it: every batch is acknowledged as a whole. And from append to delivery: one actor
// appends, consumes what it appended, and appends again.

#include "tests/bench/workers/consuming.hpp"
#include "tests/bench/workers/one_at_a_time.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace kdb::bench {

namespace {

/// A group of a stream that is there as long as this.
class host_group {
public:
  host_group(host& in, const std::string& stream, stream_position from) : in_{in}, name_{stream, to_string(random_uuid())} {
    caf::scoped_actor self{in_.system()};
    create_group create{stream, name_.group, {.from = from, .settings = group_to_consume()}};
    any_caf::request(self, in_.client(), caf::infinite, std::move(create))
      .receive([] {}, [](const caf::error& why) { throw std::runtime_error{to_string(error::from(why))}; });
  }
  ~host_group() {
    caf::scoped_actor self{in_.system()};
    any_caf::request(self, in_.client(), caf::infinite, delete_group{name_}).receive([] {}, [](const caf::error&) {});
  }
  host_group(const host_group&) = delete;
  host_group& operator=(const host_group&) = delete;

  const group_name& name() const { return name_; }

private:
  host& in_;
  group_name name_;
};

consume consume_from(const group_name& group, subscriber receiver) {
  return {group, std::move(receiver), {.buffer = consume_buffer, .ack_batch = consume_acks}};
}

// -- as fast as possible --------------------------------------------------------------------------

struct consuming_state {
  consumer_actor consumer;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
};
using consuming_self = caf::stateful_actor<consuming_state>;

caf::behavior consuming_actor(consuming_self* self, client_actor client, group_name group, std::uint64_t count,
                              outcome<std::uint64_t> result) {
  any_caf::request(self, client, caf::infinite, consume_from(group, self))
    .then([self](consumer_actor handle) { any_caf::state_of(self).consumer = std::move(handle); },
          [result](const caf::error& why) { result.failed(why); });
  return {
    [self, count](const consumer_batch& batch) {
      auto& state = any_caf::state_of(self);
      for (const auto& each : batch) {
        ++state.events;
        state.bytes += each.event.data().size();
      }
      if (state.events >= count)
        any_caf::send(self, self, true);
      return batch_outcomes::all(kdb::outcome::ack());
    },
    [self, result](bool) { // The answer to this comes after the consumer has taken the last outcomes.
      any_caf::request(self, any_caf::state_of(self).consumer, caf::infinite, ack_events{})
        .then([self, result](const ack_result&) {
          result.done(any_caf::state_of(self).events);
          any_caf::send(self, any_caf::state_of(self).consumer, cancel{});
        });
    },
    [self](const subscription_ended&) { self->quit(); },
  };
}

// -- one at a time ----------------------------------------------------------------------------------

caf::behavior live_actor(live_self* self, client_actor client, group_name group, outcome<bool> ready) {
  any_caf::state_of(self).client = client;
  any_caf::state_of(self).stream = group.stream;
  any_caf::request(self, client, caf::infinite, consume_from(group, self))
    .then([ready](const consumer_actor&) { ready.done(true); }, [ready](const caf::error& why) { ready.failed(why); });
  return {
    [self](const consumer_batch& batch) {
      note_delivered(self, batch.size());
      return batch_outcomes::all(kdb::outcome::ack());
    },
    [](const subscription_ended&) {},
    [self](start_pass& given) { begin_pass(self, given); },
  };
}

} // namespace

worker make_actors_consume(const work_options& options) {
  auto in = std::make_shared<host>(options);
  return [in, options] {
    const host_group group{*in, options.stream, stream_start};
    stopwatch watch;
    outcome<std::uint64_t> result;
    auto events = result.future();
    in->system().spawn(consuming_actor, in->client(), group.name(), options.count, result);
    const auto count = events.get();
    auto timed = watch.stop(static_cast<double>(count));
    if (count != options.count)
      throw std::runtime_error{"expected " + std::to_string(options.count) + " events, got " + std::to_string(count)};
    return timed;
  };
}

worker make_actors_consume_live(const work_options& options) {
  auto in = std::make_shared<host>(options);
  auto group = std::make_shared<host_group>(*in, options.stream, stream_end);
  outcome<bool> ready;
  auto consuming = ready.future();
  auto actor = in->system().spawn(live_actor, in->client(), group->name(), ready);
  consuming.get();
  return [in, group, options, actor] { return run_pass(actor, options.count); };
}

} // namespace kdb::bench
