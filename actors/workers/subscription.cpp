// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/subscription.hpp"

#include <algorithm>
#include <utility>

#include "actors/connection/random_pause.hpp"
#include "actors/runtime/late_sender.hpp"
#include "actors/workers/call_defaults.hpp"
#include "actors/workers/outage.hpp"
#include "actors/workers/slow_subscriber.hpp"
#include "libkdb/policy/resume.hpp"
#include "libkdb/values/all_stream.hpp"

namespace kdb::inline v0 {

namespace {

/// What was appended just before the watchdog looked may still be on its way.
constexpr std::chrono::milliseconds grace{1000};

} // namespace

const call_options& subscription_plan::call() const {
  return std::visit([](const auto& each) -> const call_options& { return each.options.call; }, source);
}

const resume_options& subscription_plan::resume() const {
  return std::visit([](const auto& each) -> const resume_options& { return each.options.resume; }, source);
}

std::chrono::milliseconds subscription_plan::slow_after() const {
  return std::visit([](const auto& each) { return each.options.slow_after; }, source);
}

std::string_view subscription_plan::name() const {
  const auto* one = std::get_if<stream_plan>(&source);
  return one ? std::string_view{one->stream} : all_stream;
}

std::string subscription_plan::title() const {
  return "the subscription to " + std::string{name()};
}

policy::observed_operation subscription_plan::operation() const {
  return std::holds_alternative<stream_plan>(source) ? policy::observed_operation::subscribe_to_stream
                                                     : policy::observed_operation::subscribe_to_all;
}

wire::read_request subscription_plan::request() const {
  if (const auto* one = std::get_if<stream_plan>(&source))
    return {.source = wire::stream_source{one->stream, one->options.from}, .resolve_links = one->options.resolve_links};
  const auto& all = std::get<all_plan>(source).options;
  return {.source = wire::all_source{all.from}, .resolve_links = all.resolve_links, .filter = all.filter};
}

wire::read_request subscription_plan::head_request() const {
  auto last = request();
  if (auto* one = std::get_if<wire::stream_source>(&last.source))
    one->from = stream_end;
  else
    std::get<wire::all_source>(last.source).from = all_end;
  last.direction = backwards;
  last.limit = 1;
  last.resolve_links = false;
  return last;
}

bool subscription_plan::is_behind(const event_batch& head) const {
  return std::visit([&](const auto& each) { return policy::is_behind(each.options.from, head); }, source);
}

void subscription_plan::note_received(const event_batch& batch) {
  std::visit([&](auto& each) { policy::note_received(each.options.from, batch); }, source);
}

last_delivered subscription_plan::last_event_of(const event_batch& batch, const last_delivered& before) const {
  return std::visit([&](const auto& each) { return policy::last_event_of(each.options.from, batch, before); }, source);
}

subscription_state::~subscription_state() {
  tell_end(end_reason::closed, std::nullopt);
}

subscription_self::behavior_type subscription_state::start(subscription_plan given, worker_context_ptr given_context) {
  plan = std::move(given);
  context = std::move(given_context);
  phases = policy::resuming{{.resume = plan.resume(), .start = start_budget(*context, plan.call(), self->clock().now())}};
  stop = stops.watch(plan.call().stop);
  starting = watch_operation(context->signals, plan.operation(), plan.call(), plan.name());
  signs.open(context->signals, policy::stream_kind::subscription, plan.call(), plan.name());
  subscriber_end = {self, [this](caf::down_msg&) {
                      finish(end_reason::subscriber_failed,
                             error{.code = errc::subscriber_failed, .message = "the subscriber has ended"});
                    }};
  subscriber_end.watch(plan.subscriber);
  return {
    [this](const cancel&) { return on_cancel(); },
    [this](const begin&) { return on_begin(); },
    [this](batch_arrived& message) { on_batch(message); },
    [this](const subscription_confirmed& message) { on_confirmed(message); },
    [this](read_ended& message) { on_read_ended(message); },
    [this](const resume_due&) { on_resume_due(); },
    [this](const silence_due&) { on_silence_due(); },
    [this](const head_seen& message) { on_head_seen(message); },
    [this](const silence_confirmed& message) { on_silence_confirmed(message); },
    [this](stop_due) { on_stop_due(); },
  };
}

caf::result<subscription_actor> subscription_state::on_begin() {
  auto promise = self->make_response_promise<subscription_actor>();
  beginning = promise;
  find_node();
  return promise;
}

caf::result<void> subscription_state::on_cancel() {
  finish(end_reason::cancelled, std::nullopt);
  return caf::unit;
}

void subscription_state::on_stop_due() {
  finish(end_reason::cancelled, phases.has_begun() ? std::nullopt : std::optional{stopped(false)});
}

void subscription_state::on_resume_due() {
  if (phases.paused())
    find_node();
}

void subscription_state::find_node() {
  note_wait(*context, starting);
  // The connection answers everyone, also when it ends: no timeout of our own, save the start's.
  const auto wait = timeout_of(phases.start_left(self->clock().now()));
  any_caf::request(self, context->connection->get(), wait, get_node{phases.has_begun() || plan.call().wait_for_node})
    .then([this](const node_ptr& found) { begin_call(found); },
          [this](const caf::error& cause) { call_over(no_node(*context, cause)); });
}

void subscription_state::begin_call(const node_ptr& found) {
  const auto number = ++calls;
  if (!phases.called(number))
    return;
  current = found;
  starting.sent_to(found->where);
  const auto settings = start_settings(*context, plan.call(), phases.start_left(self->clock().now()));
  const auto tell = late_sender{self};
  call = found->calls->read(plan.request(), settings,
                            {.batch =
                               [tell, number](event_batch batch) {
                                 tell(batch_arrived{number, std::move(batch)});
                               },
                             .confirmed = [tell, number](std::string) { tell(subscription_confirmed{number}); },
                             .ended =
                               [tell, number](result<void> outcome) {
                                 tell(read_ended{number, std::move(outcome)});
                               }});
  const auto held = ready.size() + (delivering ? 1 : 0); // The subscriber's answer is credit for one more.
  call->request(batches_ahead - std::min(batches_ahead, held));
}

void subscription_state::on_batch(batch_arrived& message) {
  if (!phases.is_current(message.call) || message.batch.empty())
    return;
  if (!phases.has_begun()) { // Nobody would take it: who subscribes waits for the confirmation.
    end_call({.code = errc::protocol_error, .message = "the server sends events before it confirms the subscription"});
    return;
  }
  ++arrivals;
  phases.progressed();
  plan.note_received(message.batch);
  ready.push_back(std::move(message.batch));
  deliver_next();
}

void subscription_state::on_confirmed(const subscription_confirmed& message) {
  if (!phases.is_current(message.call))
    return;
  ++arrivals;
  starting.ends();
  log_resumed(context->log.get(), outage, plan, current->where);
  if (!phases.confirmed())
    return;
  beginning.deliver(subscription_actor{self});
  if (const auto& period = plan.resume().watchdog)
    any_caf::send_later(self, policy::bounded(*period), silence_due{});
}

void subscription_state::on_read_ended(read_ended& message) {
  if (!phases.is_current(message.call))
    return;
  if (message.outcome) { // A server never ends a healthy subscription.
    end_call({.code = errc::unavailable, .message = "the server ended the subscription", .retry_can_help = true});
    return;
  }
  report(self, *context, current->generation, message.outcome.error(), plan.call().credentials.has_value());
  end_call(std::move(message.outcome.error()));
}

void subscription_state::end_call(error cause) {
  call.reset();
  head_call.reset();
  call_over(std::move(cause));
}

void subscription_state::call_over(error cause) {
  if (finished)
    return;
  starting.ends(cause);
  const auto was_running = phases.has_begun();
  if (const auto pause = phases.lost(cause, self->clock().now(), random_draw())) {
    if (was_running)
      log_lost(context->log.get(), outage, plan, cause);
    starting = signs.resumes(plan.operation(), plan.call(), cause, *pause);
    any_caf::send_later(self, *pause, resume_due{});
    return;
  }
  failed = std::move(cause);
  deliver_next();
}

// -- the watchdog -----------------------------------------------------------------------------

/// What is ready or with the subscriber holds the call up: then silence says nothing about it.
bool subscription_state::is_silent() const {
  return call && !delivering && ready.empty() && !failed;
}

void subscription_state::on_silence_due() {
  const auto nothing_came = std::exchange(arrivals_before, arrivals) == arrivals;
  if (nothing_came && is_silent()) {
    const auto tell = late_sender{self};
    const auto number = calls;
    head_call = current->calls->read(plan.head_request(),
                                     {.deadline = context->settings.start_timeout,
                                      .credentials = context->credentials->for_call(plan.call()),
                                      .requires_leader = requires_leader(context->settings, plan.call()),
                                      .headers = plan.call().headers},
                                     {.batch =
                                        [tell, number](event_batch head) {
                                          tell(head_seen{number, std::move(head)});
                                        },
                                      .confirmed = [](const std::string&) {},
                                      .ended = [](const result<void>&) {}});
    head_call->request(1);
  }
  any_caf::send_later(self, policy::bounded(*plan.resume().watchdog), silence_due{});
}

void subscription_state::on_head_seen(const head_seen& message) {
  if (phases.is_current(message.call) && is_silent() && plan.is_behind(message.head))
    any_caf::send_later(self, grace, silence_confirmed{arrivals});
}

void subscription_state::on_silence_confirmed(const silence_confirmed& message) {
  if (message.arrivals != arrivals || !is_silent())
    return;
  end_call({.code = errc::unavailable,
            .message = "the stream has events that the subscription did not receive; the client subscribes again",
            .retry_can_help = true});
}

// -- towards the subscriber -------------------------------------------------------------------

void subscription_state::deliver_next() {
  if (delivering || finished)
    return;
  if (ready.empty()) {
    if (failed)
      finish(policy::end_reason_of(failed->code), failed);
    return;
  }
  delivering = true;
  auto batch = std::move(ready.front());
  ready.erase(ready.begin());
  handed = plan.last_event_of(batch, handed);
  signs.hand_over(batch, current->where, self->clock().now());
  // Without a timeout: a response after one would be lost, and with it the credit. The subscriber is monitored instead.
  any_caf::request(self, plan.subscriber, caf::infinite, std::move(batch))
    .then([this] { delivered(); }, [this](const caf::error& cause) { refused(cause); });
}

void subscription_state::delivered() {
  delivering = false;
  const auto took = signs.answered(self->clock().now());
  if (took > plan.slow_after())
    warn_of_slow(context->log.get(), plan.subscriber, {plan.title(), plan.log_fields()}, took);
  if (call)
    call->request(1);
  deliver_next();
}

void subscription_state::refused(const caf::error& failure) {
  if (failure == caf::sec::unexpected_response) { // It answered, with more than it had to.
    delivered();
    return;
  }
  error cause{.code = errc::subscriber_failed, .message = "the subscriber refused a batch: " + error::from(failure).message};
  signs.answered(self->clock().now(), &cause);
  finish(end_reason::subscriber_failed, std::move(cause));
}

void subscription_state::finish(end_reason reason, std::optional<error> cause) {
  tell_end(reason, std::move(cause));
  self->quit();
}

void subscription_state::tell_end(end_reason reason, std::optional<error> cause) {
  if (std::exchange(finished, true))
    return;
  if (cause)
    starting.ends(*cause);
  call.reset();
  head_call.reset();
  ready.clear();
  phases.end();
  if (beginning.pending())
    beginning.deliver(to_caf(cause.value_or(error{.code = errc::closed, .message = "the subscription ended before it began"})));
  else if (phases.has_begun())
    any_caf::anon_send(plan.subscriber, subscription_ended{.reason = reason,
                                                           .cause = std::move(cause),
                                                           .node = current ? to_string(current->where) : std::string{},
                                                           .last = handed});
}

subscription_self::behavior_type subscription(subscription_self::stateful_pointer<subscription_state> self,
                                              subscription_plan plan, worker_context_ptr context) {
  return any_caf::state_of(self).start(std::move(plan), std::move(context));
}

} // namespace kdb::inline v0
