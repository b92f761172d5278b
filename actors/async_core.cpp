#include <async_impl.hpp>

#include <mutex>
#include <optional>

#include <feed.hpp>
#include <inbox.hpp>
#include <subscription_error.hpp>

namespace kdb::detail {

// -- the gate ----------------------------------------------------------------------------------

namespace {

caf::behavior gate(gate_actor* self, const async_jobs& jobs) {
  return {
    [self, jobs](const jobs_waiting&) {
      for (const auto& job : jobs->take())
        job(self);
    },
    [self](const gate_drained&) {
      for (const auto& complete : std::exchange(self->state.finished, {}))
        complete();
    },
  };
}

} // namespace

async_core::impl::impl(std::shared_ptr<runtime> given)
  : running{std::move(given)}, gate{running->system().spawn(detail::gate, jobs)} {}

async_core::impl::~impl() {
  caf::anon_send(running->client(), kdb::close{});
}

void async_core::impl::call(std::shared_ptr<wire::call_plan> plan,
                            std::function<void(gate_actor*, result<wire::message_list>)> then) const {
  run([running = running, plan = std::move(plan), then = std::move(then)](gate_actor* self) {
    self->request(caf::actor_cast<call_runner>(running->client()), caf::infinite, run_call{plan})
      .then([self, running, then](wire::message_list& answers) { then(self, std::move(answers)); },
            [self, running, then](const caf::error& why) { then(self, unexpected{error::from(why)}); });
  });
}

// -- readings ---------------------------------------------------------------------------------

struct async_reading_state {
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

void end_reading(reading_pump_actor* self, result<void> how) {
  if (auto reading = self->state.target.lock())
    reading->batches.ended(std::move(how));
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
      [self](const caf::error& why) { end_reading(self, unexpected{error::from(why)}); });
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
      [self](const caf::error& why) { end_reading(self, unexpected{error::from(why)}); });
  return {
    [self](const batch_taken&) { ask_reader(self); },
  };
}

template <class Request>
std::shared_ptr<async_reading_state> start_reading(std::shared_ptr<const async_core::impl> owner, Request request) {
  auto state = std::make_shared<async_reading_state>();
  state->owner = std::move(owner);
  const auto& running = *state->owner->running;
  state->batches.set_pump(
    state->owner->running->system().spawn(reading_pump<Request>, running.client(), std::weak_ptr{state}, std::move(request)));
  return state;
}

} // namespace

void start_next(const std::shared_ptr<async_reading_state>& state, completion_ptr<event_batch> done) {
  state->batches.take(std::move(done));
}

stream_bounds bounds_of(const std::shared_ptr<async_reading_state>& state) {
  return state->batches.bounds();
}

void cancel(const std::shared_ptr<async_reading_state>& state) {
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
  auto why = to_error(end);
  {
    std::lock_guard lock{into.mutex};
    into.end = std::move(end);
  }
  into.batches.ended(unexpected{std::move(why)});
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
    pump = owner->running->system().spawn(subscription_pump, into);
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
  auto state = std::make_shared<async_subscription_state>(owner);
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
  state->into->batches.take(std::move(done));
}

std::optional<subscription_ended> end_of(const std::shared_ptr<async_subscription_state>& state) {
  std::lock_guard lock{state->into->mutex};
  return state->into->end;
}

void cancel(const std::shared_ptr<async_subscription_state>& state) {
  caf::anon_send(state->source, kdb::cancel{});
}

// -- consumers -----------------------------------------------------------------------------------

struct async_consumer_state {
  explicit async_consumer_state(std::shared_ptr<const async_core::impl> given)
    : owner{std::move(given)}, box{owner->running->system().spawn(consumer_inbox)} {}
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

void complete_next(gate_actor* self, async_consumer_state& state, const completion_ptr<consumer_batch>& done, taken_events& got) {
  if (!got.end) {
    finish<consumer_batch>(self, done, std::move(got.batch));
    return;
  }
  {
    std::lock_guard lock{state.mutex};
    state.end = got.end;
  }
  finish<consumer_batch>(self, done, unexpected{to_error(*got.end)});
}

template <class Request>
void send_answers(const std::shared_ptr<async_consumer_state>& state, Request what, completion_ptr<ack_result> done) {
  state->owner->run([state, done = std::move(done), what = std::make_shared<Request>(std::move(what))](gate_actor* self) {
    self->request(state->source, caf::infinite, std::move(*what))
      .then([self, state, done](const ack_result& taken) { finish<ack_result>(self, done, taken); },
            [self, state, done](const caf::error& why) { finish<ack_result>(self, done, unexpected{error::from(why)}); });
  });
}

} // namespace

void start_next(const std::shared_ptr<async_consumer_state>& state, completion_ptr<consumer_batch> done) {
  state->owner->run([state, done = std::move(done)](gate_actor* self) {
    self->request(state->box, caf::infinite, take{for_ever})
      .then([self, state, done](taken_events& got) { complete_next(self, *state, done, got); },
            [self, state, done](const caf::error& why) { finish<consumer_batch>(self, done, unexpected{error::from(why)}); });
  });
}

void answer(const std::shared_ptr<async_consumer_state>& state, consumer_batch batch, batch_outcomes outcomes,
            completion_ptr<ack_result> done) {
  send_answers(state, answer_batch{std::move(batch), std::move(outcomes)}, std::move(done));
}

void answer(const std::shared_ptr<async_consumer_state>& state, std::vector<event_token> events, kdb::outcome how,
            completion_ptr<ack_result> done) {
  if (how.is_ack())
    send_answers(state, ack_events{std::move(events)}, std::move(done));
  else
    send_answers(state, nack_events{std::move(events), how.action(), how.reason()}, std::move(done));
}

std::optional<subscription_ended> end_of(const std::shared_ptr<async_consumer_state>& state) {
  std::lock_guard lock{state->mutex};
  return state->end;
}

void cancel(const std::shared_ptr<async_consumer_state>& state) {
  caf::anon_send(state->source, kdb::cancel{});
}

void async_core::consume(group_name group, consume_options options,
                         completion_ptr<std::shared_ptr<async_consumer_state>> done) const {
  auto state = std::make_shared<async_consumer_state>(impl_);
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
  kdb::consume what{std::move(group), state->box, std::move(options)};
  impl_->ask<consumer_actor>(std::move(what), std::make_shared<adapter>(std::move(state), std::move(done)));
}

// -- the operations --------------------------------------------------------------------------------

result<async_core> async_core::start(settings how) {
  auto started = runtime::start(std::move(how));
  if (!started)
    return unexpected{std::move(started.error())};
  return async_core{std::make_shared<impl>(std::move(*started))};
}

template <operation Request>
void async_core::ask(Request request, completion_ptr<answer_of<Request>> done) const {
  if constexpr (is_call<Request>) {
    auto prepared = wire::prepare(std::move(request));
    if (!prepared) {
      // On the gate, like every other end: nothing completes inside of the function that starts it.
      impl_->run(
        [done, why = std::move(prepared.error())](gate_actor* self) { finish<answer_of<Request>>(self, done, unexpected{why}); });
      return;
    }
    const auto plan = std::make_shared<wire::call_plan>(std::move(*prepared));
    impl_->call(plan, [plan, done](gate_actor* self, result<wire::message_list> outcome) {
      finish<answer_of<Request>>(self, done, wire::understand<Request>(*plan, std::move(outcome)));
    });
  } else {
    impl_->ask<answer_of<Request>>(std::move(request), std::move(done));
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
  auto start = [running = impl_->running, done](gate_actor* self) {
    // An error says that it is closed already.
    self->request(running->client(), caf::infinite, kdb::close{})
      .then([self, running, done] { finish<void>(self, done, {}); },
            [self, running, done](const caf::error&) { finish<void>(self, done, {}); });
  };
  impl_->run(std::move(start));
}

} // namespace kdb::detail
