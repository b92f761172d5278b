// SPDX-License-Identifier: Apache-2.0
#include "actors/async/impl.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <mutex>
#include <optional>

#include "actors/pulling/feed.hpp"
#include "actors/pulling/inbox.hpp"
#include "actors/runtime/moved_from.hpp"
#include "actors/workers/subscription_error.hpp"

namespace kdb::inline v0::detail {

async_core::impl::impl(std::shared_ptr<runtime> given) : running{std::move(given)}, desk{reply_desk::open(running->system())} {}

async_core::impl::~impl() {
  if (running->inherited())
    leave_members_behind(desk);
  else
    caf::anon_send(running->client(), kdb::close{});
}

// -- readings ---------------------------------------------------------------------------------

struct async_reading_state {
  explicit async_reading_state(std::shared_ptr<const async_core::impl> given) : owner{std::move(given)} {}
  std::shared_ptr<const async_core::impl> owner;
  feed batches;
};

namespace {

/// Batches a reading asks for before anybody wants them.
constexpr int batches_ahead = 2;

struct reading_pump_state {
  static inline const char* name = "kdb.reading_pump";
  reader_actor source;
  std::weak_ptr<async_reading_state> target;
};

using reading_pump_actor = caf::stateful_actor<reading_pump_state>;

void end_reading(reading_pump_actor* self, result<void> outcome) {
  if (auto reading = self->state.target.lock())
    reading->batches.ended(std::move(outcome));
  self->quit();
}

void ask_reader(reading_pump_actor* self) {
  self->request(self->state.source, caf::infinite, next{})
    .then(
      [self](event_batch& batch) {
        if (batch.empty())
          end_reading(self, {});
        else if (auto reading = self->state.target.lock())
          reading->batches.arrived(std::move(batch));
      },
      [self](const caf::error& cause) { end_reading(self, unexpected{error::from(cause)}); });
}

template <class Request>
caf::behavior reading_pump(reading_pump_actor* self, client_actor client, std::weak_ptr<async_reading_state> target,
                           Request request) {
  self->state.target = std::move(target);
  self->request(client, caf::infinite, std::move(request))
    .then(
      [self](const reader_actor& source) {
        self->state.source = source;
        for (auto i = 0; i < batches_ahead; ++i)
          ask_reader(self);
      },
      [self](const caf::error& cause) { end_reading(self, unexpected{error::from(cause)}); });
  return {
    [self](const batch_taken&) { ask_reader(self); },
  };
}

template <class Request>
std::shared_ptr<async_reading_state> start_reading(std::shared_ptr<const async_core::impl> owner, Request request) {
  auto state = make_state<async_reading_state>(std::move(owner));
  auto& running = *state->owner->running;
  if (auto cause = running.refusal())
    state->batches.ended(unexpected{std::move(*cause)});
  else
    state->batches.set_pump(running.spawn(reading_pump<Request>, running.client(), std::weak_ptr{state}, std::move(request)));
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
    state->batches.take(std::move(done));
}

void stop_waiting(const std::shared_ptr<async_reading_state>& state) {
  if (state)
    state->batches.stop_waiting();
}

stream_bounds bounds_of(const std::shared_ptr<async_reading_state>& state) {
  if (!state)
    return {};
  return state->batches.bounds();
}

void cancel(const std::shared_ptr<async_reading_state>& state) {
  if (!state->owner->running->inherited())
    state->batches.stop({.code = errc::closed, .message = "the reading was cancelled"});
}

// -- subscriptions ------------------------------------------------------------------------------

namespace {

/// What a subscription's pump fills. The pump keeps it until the end, so that whoever waits learns of it in every case.
struct following {
  feed batches;
  std::mutex mutex;
  std::optional<subscription_ended> end;
};

struct subscription_pump_state {
  static inline const char* name = "kdb.subscription_pump";
  caf::response_promise credit;
  std::shared_ptr<following> into;
};

using subscription_pump_actor = caf::stateful_actor<subscription_pump_state>;

void end_following(subscription_pump_actor* self, subscription_ended end) {
  auto& into = *self->state.into;
  auto cause = to_error(end);
  {
    std::lock_guard lock{into.mutex};
    into.end = std::move(end);
  }
  into.batches.ended(unexpected{std::move(cause)});
  self->quit();
}

caf::behavior subscription_pump(subscription_pump_actor* self, std::shared_ptr<following> into) {
  self->state.into = std::move(into);
  return {
    [self](event_batch& batch) -> caf::result<void> {
      self->state.credit = self->make_response_promise();
      self->state.into->batches.arrived(std::move(batch));
      return self->state.credit;
    },
    [self](const batch_taken&) { self->state.credit.deliver(caf::unit); },
    [self](subscription_ended& end) { end_following(self, std::move(end)); },
  };
}

} // namespace

struct async_subscription_state {
  async_subscription_state(std::shared_ptr<const async_core::impl> given) : owner{std::move(given)} {
    pump = owner->running->spawn(subscription_pump, into);
    into->batches.set_pump(pump);
  }
  /// Never started: then the pump has nothing to wait for.
  ~async_subscription_state() {
    if (!source)
      caf::anon_send_exit(pump, caf::exit_reason::user_shutdown);
  }

  std::shared_ptr<const async_core::impl> owner;
  std::shared_ptr<following> into = std::make_shared<following>();
  caf::actor pump;
  subscription_actor source; // Set before anyone else knows the state.
};

namespace {

template <class Request>
void start_subscription(std::shared_ptr<const async_core::impl> owner, Request request,
                        completion_ptr<std::shared_ptr<async_subscription_state>> done) {
  if (auto cause = owner->running->refusal()) {
    done->complete(unexpected{std::move(*cause)});
    return;
  }
  auto state = make_state<async_subscription_state>(owner);
  request.subscriber = state->pump;
  struct adapter final : completion<subscription_actor> {
    adapter(std::shared_ptr<async_subscription_state> s, completion_ptr<std::shared_ptr<async_subscription_state>> d)
      : state{std::move(s)}, done{std::move(d)} {}
    void complete(result<subscription_actor> started) override {
      if (!started) {
        done->complete(unexpected{std::move(started.error())});
        return;
      }
      state->source = std::move(*started);
      done->complete(std::move(state));
    }
    std::shared_ptr<async_subscription_state> state;
    completion_ptr<std::shared_ptr<async_subscription_state>> done;
  };
  owner->ask<subscription_actor>(std::move(request), std::make_shared<adapter>(std::move(state), std::move(done)));
}

} // namespace

void start_next(const std::shared_ptr<async_subscription_state>& state, completion_ptr<event_batch> done) {
  if (!state) {
    done->complete(moved_from("subscription"));
    return;
  }
  if (auto cause = state->owner->running->refusal())
    done->complete(unexpected{std::move(*cause)});
  else
    state->into->batches.take(std::move(done));
}

void stop_waiting(const std::shared_ptr<async_subscription_state>& state) {
  if (state)
    state->into->batches.stop_waiting();
}

std::optional<subscription_ended> end_of(const std::shared_ptr<async_subscription_state>& state) {
  if (!state)
    return std::nullopt;
  std::lock_guard lock{state->into->mutex};
  return state->into->end;
}

void cancel(const std::shared_ptr<async_subscription_state>& state) {
  if (!state->owner->running->inherited())
    caf::anon_send(state->source, kdb::cancel{});
}

// -- consumers -----------------------------------------------------------------------------------

struct async_consumer_state {
  explicit async_consumer_state(std::shared_ptr<const async_core::impl> given)
    : owner{std::move(given)}, box{owner->running->spawn(consumer_inbox)} {}
  ~async_consumer_state() {
    if (source)
      caf::anon_send(source, kdb::cancel{});
    caf::anon_send_exit(box, caf::exit_reason::user_shutdown);
  }

  std::shared_ptr<const async_core::impl> owner;
  consumer_inbox_actor box;
  consumer_actor source; // Set before anyone else knows the state.
  std::mutex mutex;
  std::optional<subscription_ended> end;
};

namespace {

result<consumer_batch> keep_end(async_consumer_state& state, result<taken_events> got) {
  if (!got)
    return unexpected{std::move(got.error())};
  if (!got->end)
    return std::move(got->batch);
  std::lock_guard lock{state.mutex};
  state.end = got->end;
  return unexpected{to_error(*got->end)};
}

template <class Request>
void send_answers(const std::shared_ptr<async_consumer_state>& state, Request request, completion_ptr<ack_result> done) {
  state->owner->ask<ack_result>(state->source, std::move(request),
                                [state, done = std::move(done)](result<ack_result> taken) { done->complete(std::move(taken)); });
}

} // namespace

void start_next(const std::shared_ptr<async_consumer_state>& state, completion_ptr<consumer_batch> done) {
  if (!state) {
    done->complete(moved_from("consumer"));
    return;
  }
  state->owner->ask<taken_events>(state->box, take{for_ever}, [state, done = std::move(done)](result<taken_events> got) {
    done->complete(keep_end(*state, std::move(got)));
  });
}

void stop_waiting(const std::shared_ptr<async_consumer_state>& state) {
  if (state && !state->owner->running->refusal())
    caf::anon_send(state->box, takes_stopped{});
}

void answer(const std::shared_ptr<async_consumer_state>& state, consumer_batch batch, batch_outcomes outcomes,
            completion_ptr<ack_result> done) {
  if (!state) {
    done->complete(moved_from("consumer"));
    return;
  }
  send_answers(state, answer_batch{std::move(batch), std::move(outcomes)}, std::move(done));
}

void answer(const std::shared_ptr<async_consumer_state>& state, std::vector<event_token> events, kdb::outcome outcome,
            completion_ptr<ack_result> done) {
  if (!state) {
    done->complete(moved_from("consumer"));
    return;
  }
  if (outcome.is_ack())
    send_answers(state, ack_events{std::move(events)}, std::move(done));
  else
    send_answers(state, nack_events{std::move(events), outcome.action(), outcome.reason()}, std::move(done));
}

std::optional<subscription_ended> end_of(const std::shared_ptr<async_consumer_state>& state) {
  if (!state)
    return std::nullopt;
  std::lock_guard lock{state->mutex};
  return state->end;
}

void cancel(const std::shared_ptr<async_consumer_state>& state) {
  if (!state->owner->running->inherited())
    caf::anon_send(state->source, kdb::cancel{});
}

void async_core::consume(group_name group, consume_options options,
                         completion_ptr<std::shared_ptr<async_consumer_state>> done) const {
  if (auto cause = impl_->running->refusal()) {
    done->complete(unexpected{std::move(*cause)});
    return;
  }
  auto state = make_state<async_consumer_state>(impl_);
  struct adapter final : completion<consumer_actor> {
    adapter(std::shared_ptr<async_consumer_state> s, completion_ptr<std::shared_ptr<async_consumer_state>> d)
      : state{std::move(s)}, done{std::move(d)} {}
    void complete(result<consumer_actor> started) override {
      if (!started) {
        done->complete(unexpected{std::move(started.error())});
        return;
      }
      state->source = std::move(*started);
      done->complete(std::move(state));
    }
    std::shared_ptr<async_consumer_state> state;
    completion_ptr<std::shared_ptr<async_consumer_state>> done;
  };
  kdb::consume request{std::move(group), state->box, std::move(options)};
  impl_->ask<consumer_actor>(std::move(request), std::make_shared<adapter>(std::move(state), std::move(done)));
}

// -- the operations --------------------------------------------------------------------------------

result<async_core> async_core::start(settings settings) {
  auto started = runtime::start(std::move(settings));
  if (!started)
    return unexpected{std::move(started.error())};
  return async_core{std::make_shared<impl>(std::move(*started))};
}

template <operation Request>
void async_core::ask(Request request, completion_ptr<answer_of<Request>> done) const {
  if constexpr (is_call<Request>) {
    if (auto cause = impl_->running->refusal()) {
      done->complete(unexpected{std::move(*cause)});
      return;
    }
    auto prepared = wire::prepare(std::move(request));
    if (!prepared) {
      done->complete(unexpected{std::move(prepared.error())});
      return;
    }
    const auto plan = std::make_shared<wire::call_plan>(std::move(*prepared));
    impl_->call(plan, [plan, done = std::move(done)](result<wire::message_list> outcome) {
      done->complete(wire::understand<Request>(*plan, std::move(outcome)));
    });
  } else {
    impl_->ask<answer_of<Request>>(
      impl_->running->client(), std::move(request),
      [done = std::move(done)](result<answer_of<Request>> answer) { done->complete(to_outcome<Request>(std::move(answer))); });
  }
}

#define KDB_X(request) template void async_core::ask(request, completion_ptr<request::answer>) const;
KDB_OPERATIONS(KDB_X)
#undef KDB_X

std::shared_ptr<async_reading_state> async_core::read_stream(std::string stream, read_stream_options options) const {
  return start_reading(impl_, kdb::read_stream{std::move(stream), std::move(options)});
}

std::shared_ptr<async_reading_state> async_core::read_all(read_all_options options) const {
  return start_reading(impl_, kdb::read_all{std::move(options)});
}

void async_core::subscribe_to_stream(std::string stream, subscribe_to_stream_options options,
                                     completion_ptr<std::shared_ptr<async_subscription_state>> done) const {
  start_subscription(impl_,
                     kdb::subscribe_to_stream{.stream = std::move(stream), .subscriber = {}, .options = std::move(options)},
                     std::move(done));
}

void async_core::subscribe_to_all(subscribe_to_all_options options,
                                  completion_ptr<std::shared_ptr<async_subscription_state>> done) const {
  start_subscription(impl_, kdb::subscribe_to_all{.subscriber = {}, .options = std::move(options)}, std::move(done));
}

void async_core::close(completion_ptr<void> done) const {
  if (impl_->running->inherited()) {
    done->complete({});
    return;
  }
  // An error says that it is closed already.
  impl_->ask<void>(impl_->running->client(), kdb::close{}, [done = std::move(done)](const result<void>&) { done->complete({}); });
}

} // namespace kdb::inline v0::detail
