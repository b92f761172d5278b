// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/consumer.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "actors/connection/random_pause.hpp"
#include "actors/runtime/late_sender.hpp"
#include "actors/workers/call_defaults.hpp"
#include "actors/workers/outage.hpp"
#include "actors/workers/slow_subscriber.hpp"
#include "libkdb/policy/resume.hpp"

namespace kdb::inline v0 {

namespace {

/// Numbers calls over all consumers of the process: an event answered at the wrong consumer is stale there, too.
std::uint64_t next_incarnation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

} // namespace

consumer_state::~consumer_state() {
  if (!end)
    end = subscription_ended{.reason = end_reason::closed};
  tell_end();
}

consumer_self::behavior_type consumer_state::start(consumer_plan given, worker_context_ptr given_context) {
  plan = std::move(given);
  context = std::move(given_context);
  phases = policy::resuming{{.resume = plan.options.resume,
                             .start = start_budget(*context, plan.options.call, self->clock().now()),
                             .follows_leader = true, // Groups are the leader's.
                             .ends_when_full = plan.options.end_when_full}};
  stop = stops.watch(plan.options.call.stop);
  const auto group = to_string(plan.group);
  starting = watch_operation(context->signals, policy::observed_operation::consume, plan.options.call, group);
  signs.open(context->signals, policy::stream_kind::consumer, plan.options.call, group);
  answers = policy::ack_batch{policy::answers_at_once(plan.options.ack_batch, plan.options.buffer)};
  subscriber_end = {self, [this](caf::down_msg&) { on_subscriber_down(); }};
  subscriber_end.watch(plan.subscriber);
  return any_caf::behavior_with_exit<consumer_self::behavior_type>(
    self, [this](caf::exit_msg&) { finish(end_reason::closed, std::nullopt); },
    [this](const ack_events& request) { return on_ack(request); },
    [this](const nack_events& request) { return on_nack(request); },
    [this](const answer_batch& request) { return on_answer(request); }, [this](const cancel&) { return on_cancel(); },
    [this](const begin&) { return on_begin(); }, [this](events_arrived& message) { on_events(message); },
    [this](const subscription_confirmed& message) { on_confirmed(message); },
    [this](read_ended& message) { on_read_ended(message); }, [this](const resume_due&) { on_resume_due(); },
    [this](const answers_due&) { on_answers_due(); }, [this](const grace_over&) { leave(); },
    [this](const host_holds& message) { on_host_holds(message); }, //
    [this](stop_due) { on_stop_due(); });
}

caf::result<consumer_actor> consumer_state::on_begin() {
  auto promise = self->make_response_promise<consumer_actor>();
  beginning = promise;
  find_node();
  return promise;
}

// -- the call ---------------------------------------------------------------------------------

void consumer_state::on_resume_due() {
  if (phases.paused())
    find_node();
}

void consumer_state::find_node() {
  note_wait(*context, starting);
  // The connection answers everyone, also when it ends: no timeout of our own, save the start's.
  const auto wait = timeout_of(phases.start_left(self->clock().now()));
  any_caf::request(self, context->connection->get(), wait, get_node{phases.has_begun() || plan.options.call.wait_for_node})
    .then([this](const node_ptr& found) { begin_call(found); },
          [this](const caf::error& cause) { call_over(no_node(*context, cause)); });
}

void consumer_state::begin_call(const node_ptr& found) {
  const auto number = next_incarnation();
  if (!phases.called(number))
    return;
  current = found;
  starting.sent_to(found->where);
  incarnation = number;
  allowed = 0;
  const auto settings = start_settings(*context, plan.options.call, phases.start_left(self->clock().now()));
  const auto tell = late_sender{self};
  call = found->calls->consume({plan.group, plan.options.buffer}, settings,
                               {.batch =
                                  [tell, number](wire::consumed_events events) {
                                    tell(events_arrived{number, std::move(events)});
                                  },
                                .confirmed = [tell, number](const std::string&) { tell(subscription_confirmed{number}); },
                                .ended =
                                  [tell, number](result<void> outcome) {
                                    tell(read_ended{number, std::move(outcome)});
                                  }});
  grant();
}

void consumer_state::grant() {
  if (!call)
    return;
  const auto held = ready_events + host_events + (delivering ? delivering->size() : 0);
  // The confirmation is not read before an event is allowed, also while a batch of an earlier call fills the buffer; without it the
  // call would be given up as one that never started.
  const std::size_t at_least = phases.now() == policy::resuming::phase::calling ? 1 : 0;
  const auto room = std::max(plan.options.buffer - std::min<std::size_t>(plan.options.buffer, held), at_least);
  const auto more = room - std::min(room, allowed);
  allowed += more;
  call->request(more);
}

void consumer_state::on_events(events_arrived& message) {
  if (!phases.is_current(message.call))
    return;
  if (!phases.has_begun()) { // Nobody would take them: who consumes waits for the confirmation.
    read_ended broken{message.call, unexpected(errc::protocol_error, "the server sends events before it confirms the consumer")};
    on_read_ended(broken);
    return;
  }
  phases.progressed();
  const auto count = message.consumed.events.size();
  allowed -= std::min(allowed, count);
  ready_events += count;
  ready.emplace_back(std::move(message.consumed.events), std::move(message.consumed.retries), incarnation);
  deliver_next();
}

void consumer_state::on_confirmed(const subscription_confirmed& message) {
  if (!phases.is_current(message.call))
    return;
  starting.ends();
  log_resumed(context->log.get(), outage, plan, current->where);
  if (phases.confirmed())
    beginning.deliver(consumer_actor{self});
}

void consumer_state::on_read_ended(read_ended& message) {
  if (message.call != incarnation)
    return;
  incarnation = next_incarnation(); // Nothing more of this call counts, and what it brought can't be answered.
  call.reset();
  ready.clear();
  ready_events = 0;
  static_cast<void>(answers.take());
  if (end) { // The grace is for answers that can't leave any more.
    leave();
    return;
  }
  if (message.outcome) { // A server never ends the call of a consumer in order.
    call_over({.code = errc::unavailable, .message = "the server ended the consumer's call", .retry_can_help = true});
    return;
  }
  report(self, *context, current->generation, message.outcome.error(), plan.options.call.credentials.has_value());
  call_over(std::move(message.outcome.error()));
}

void consumer_state::call_over(error cause) {
  starting.ends(cause);
  const auto was_running = phases.has_begun();
  if (const auto pause = phases.lost(cause, self->clock().now(), random_draw())) {
    if (was_running)
      log_lost(context->log.get(), outage, plan, cause);
    starting = signs.resumes(policy::observed_operation::consume, plan.options.call, cause, *pause);
    any_caf::send_later(self, *pause, resume_due{});
    return;
  }
  const auto reason = policy::end_reason_of(cause.code);
  finish(reason, std::move(cause));
}

// -- towards the subscriber -------------------------------------------------------------------

void consumer_state::deliver_next() {
  if (delivering || ready.empty() || end)
    return;
  delivering = std::move(ready.front());
  ready.pop_front();
  ready_events -= delivering->size();
  signs.hand_over(delivering->events(), current->where, self->clock().now());
  // Without a timeout: a response after one would be lost, and with it the credit. The subscriber is monitored instead.
  any_caf::request(self, plan.subscriber, caf::infinite, *delivering)
    .then([this](const batch_outcomes& outcomes) { delivered(outcomes); }, [this](const caf::error& cause) { refused(cause); });
}

consumer_batch consumer_state::take_delivered(const error* cause) {
  const auto took = signs.answered(self->clock().now(), cause);
  if (took > plan.options.slow_after)
    warn_of_slow(context->log.get(), plan.subscriber, {to_string(plan.group), plan.log_fields()}, took,
                 ": events that are answered after the group's message timeout are delivered again");
  return *std::exchange(delivering, std::nullopt);
}

void consumer_state::delivered(const batch_outcomes& outcomes) {
  if (delivering)
    answered(outcomes, nullptr);
}

void consumer_state::answered(const batch_outcomes& outcomes, const error* cause) {
  answer_all(take_delivered(cause), outcomes);
  grant();
  deliver_next();
}

void consumer_state::refused(const caf::error& failure) {
  if (!delivering)
    return;
  if (failure == caf::sec::unexpected_response) { // It answered with nothing: it answers the events by itself.
    delivered({});
    return;
  }
  const auto cause = error::from(failure);
  auto on_failure = plan.options.on_failure;
  if (on_failure.reason().empty())
    on_failure = outcome::nack(on_failure.action(), cause.message);
  answered(batch_outcomes::all(on_failure), &cause);
}

void consumer_state::on_subscriber_down() {
  if (end)
    return;
  if (delivering)
    answer_all(*std::exchange(delivering, std::nullopt), batch_outcomes::all(plan.options.on_failure));
  finish(end_reason::subscriber_failed, error{.code = errc::subscriber_failed, .message = "the subscriber has ended"});
}

// -- answers ------------------------------------------------------------------------------------

ack_result consumer_state::on_ack(const ack_events& request) {
  return answer_tokens(request.events, outcome::ack());
}

ack_result consumer_state::on_nack(const nack_events& request) {
  return answer_tokens(request.events, outcome::nack(request.action, request.reason));
}

ack_result consumer_state::on_answer(const answer_batch& request) {
  return answer_all(request.batch, request.outcomes);
}

void consumer_state::on_host_holds(const host_holds& message) {
  if (message.answered)
    answer_tokens({*message.answered}, message.outcome);
  host_events = message.events;
  // Not for every single one: what is allowed now and then comes in fuller batches.
  if (allowed == 0 || allowed + ready_events + host_events <= plan.options.buffer / 2)
    grant();
}

ack_result consumer_state::answer_tokens(const std::vector<event_token>& tokens, const outcome& answer) {
  ack_result done;
  for (const auto& each : tokens) {
    if (!call || each.incarnation != incarnation) {
      ++done.stale;
      continue;
    }
    ++done.taken;
    answers.add(each.id, answer);
  }
  signs.count_answers(policy::answer_kind::stale, done.stale);
  signs.count_answers(policy::kind_of(answer), done.taken);
  answers_added();
  return done;
}

ack_result consumer_state::answer_all(const consumer_batch& batch, const batch_outcomes& outcomes) {
  const auto& each = outcomes.each;
  if (each.empty())
    return {};
  if (!call || batch.incarnation() != incarnation) {
    signs.count_answers(policy::answer_kind::stale, batch.size());
    return {.stale = batch.size()};
  }
  const auto missing = outcome::nack(plan.options.on_failure.action(), "the handler answered without an outcome for this event");
  auto alike = batch.size(); // If there is one outcome for all.
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& outcome = each.size() == 1 ? each.front() : i < each.size() ? each[i] : missing;
    answers.add(batch[i].token.id, outcome);
    signs.count_answers(policy::kind_of(outcome), each.size() == 1 ? std::exchange(alike, 0) : 1);
  }
  answers_added();
  return {.taken = batch.size()};
}

void consumer_state::answers_added() {
  if (answers.empty())
    return;
  if (answers.is_full() || end || plan.options.ack_delay.count() == 0)
    flush();
  else if (!std::exchange(answers_timer, true))
    any_caf::send_later(self, policy::bounded(plan.options.ack_delay), answers_due{});
}

void consumer_state::on_answers_due() {
  answers_timer = false;
  flush();
}

void consumer_state::flush() {
  if (answers.empty() || !call)
    return;
  std::vector<std::string> messages;
  for (const auto& group : answers.take())
    for (auto& message : wire::encode_answer(group.ids, group.answer))
      messages.push_back(std::move(message));
  call->write(messages);
  last_written = self->clock().now();
}

// -- the end ------------------------------------------------------------------------------------

caf::result<void> consumer_state::on_cancel() {
  auto promise = self->make_response_promise<void>();
  cancellers.push_back(promise);
  finish(end_reason::cancelled, std::nullopt);
  return promise;
}

void consumer_state::on_stop_due() {
  finish(end_reason::cancelled, phases.has_begun() ? std::nullopt : std::optional{stopped(false)});
}

void consumer_state::finish(end_reason reason, std::optional<error> cause) {
  if (end)
    return;
  phases.end();
  flush();
  end =
    subscription_ended{.reason = reason, .cause = std::move(cause), .node = current ? to_string(current->where) : std::string{}};
  ready.clear();
  if (call && last_written && self->clock().now() - *last_written < grace)
    any_caf::send_later(self, grace, grace_over{});
  else
    leave();
}

void consumer_state::leave() {
  tell_end();
  self->quit();
}

void consumer_state::tell_end() {
  if (std::exchange(told, true))
    return;
  if (end->cause)
    starting.ends(*end->cause);
  call.reset();
  if (beginning.pending())
    beginning.deliver(to_caf(end->cause.value_or(error{.code = errc::closed, .message = "the consumer ended before it began"})));
  else if (phases.has_begun())
    any_caf::anon_send(plan.subscriber, *end);
  for (auto& promise : cancellers)
    any_caf::deliver_nothing(promise);
}

consumer_self::behavior_type consumer(consumer_self::stateful_pointer<consumer_state> self, consumer_plan plan,
                                      worker_context_ptr context) {
  return any_caf::state_of(self).start(std::move(plan), std::move(context));
}

} // namespace kdb::inline v0
