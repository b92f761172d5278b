// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/competing_workers.hpp"

#include <utility>

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

#include "actors/runtime/caf_parts.hpp"
#include "libkdb/policy/resume.hpp"
#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0 {

namespace {

result<void> check(const competing_workers_plan& plan) {
  const auto refuse = [](const char* problem, const char* accepted) {
    return unexpected({.code = errc::invalid_argument,
                       .message = std::string{"competing workers need "} + accepted,
                       .detail = bad_argument{problem, accepted}});
  };
  if (plan.options.workers == 0)
    return refuse("workers", "at least one worker");
  if (!plan.make_worker)
    return refuse("make_worker", "a function that starts a worker");
  if (!plan.options.key)
    return refuse("key", "a key of events");
  return policy::check_positive("replacement_span", plan.options.replacement_span).and_then([&] {
    return policy::check_not_negative("stop_within", plan.options.stop_within);
  });
}

} // namespace

competing_workers_state::~competing_workers_state() {
  leave(subscription_ended{.reason = end_reason::closed});
}

competing_workers_self::behavior_type competing_workers_state::start(untyped_client client, competing_workers_plan given) {
  plan = std::move(given);
  replacements = policy::retry_budget{plan.options.replacements, plan.options.replacement_span};
  worker_ends = {self, [this](const caf::down_msg& message) { on_worker_down(message); }};
  for (std::size_t i = 0; i < plan.options.workers; ++i)
    spawn_worker();
  // The client answers everyone, also when it ends: no timeout of our own.
  any_caf::request(self, client, caf::infinite, consume{plan.group, subscriber{self}, plan.options.consumer})
    .then([this](const consumer_actor& handle) { joined_with(handle); }, [this](const caf::error& cause) { not_joined(cause); });
  return any_caf::behavior_with_exit<competing_workers_self::behavior_type>(
    self, [this](caf::exit_msg&) { stop(end_reason::closed, std::nullopt); },
    [this](const await_joined&) { return on_await_joined(); }, [this](const get_workload&) { return on_get_workload(); },
    [this](const cancel&) { return on_cancel(); }, [this](const consumer_batch& batch) { return on_batch(batch); },
    [this](const subscription_ended& message) { on_ended(message); }, [this](const stop_overdue&) { on_stop_overdue(); },
    [this](const worker_doubted& message) { on_worker_doubted(message); });
}

// -- joining ------------------------------------------------------------------------------------

void competing_workers_state::joined_with(const consumer_actor& handle) {
  consumer = caf::actor_cast<caf::actor>(handle);
  joined = true;
  for (auto& promise : std::exchange(waiting_to_join, {}))
    any_caf::deliver_nothing(promise);
  stop_when_idle();
}

void competing_workers_state::not_joined(const caf::error& cause) {
  refusal = error::from(cause);
  leave({.reason = end ? end->reason : policy::end_reason_of(refusal->code), .cause = refusal});
  self->quit(cause);
}

caf::result<void> competing_workers_state::on_await_joined() {
  if (joined)
    return caf::unit;
  auto promise = self->make_response_promise<void>();
  waiting_to_join.push_back(promise);
  return promise;
}

workload competing_workers_state::on_get_workload() const {
  return {.workers = dispatch.workers(), .working = dispatch.working(), .waiting = dispatch.waiting()};
}

// -- events and their outcomes --------------------------------------------------------------------

batch_outcomes competing_workers_state::on_batch(const consumer_batch& batch) {
  if (!consumer) // Events may be faster than the client's answer.
    consumer = caf::actor_cast<caf::actor>(self->current_sender());
  if (end)
    return {};
  if (batch.incarnation() != incarnation) { // Nobody could answer what came with an earlier call: it comes again.
    incarnation = batch.incarnation();
    take_back_waiting();
    held_ids.clear();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    // An event that is here already and was handed out again, after its message timeout: one answer is enough.
    if (!held_ids.insert(batch[i].token.id).second)
      continue;
    held.emplace(++last_item, work_item{batch, i});
    dispatch.add(last_item, plan.options.key(batch[i].event));
  }
  report(std::nullopt, outcome::ack());
  hand_out();
  return {}; // Each event is answered by itself.
}

void competing_workers_state::hand_out() {
  while (const auto next = dispatch.next()) {
    const auto number = next->worker;
    // Without a timeout: the worker is monitored, and what it answers late counts.
    any_caf::request(self, workers.at(number), caf::infinite, held.at(next->item))
      .then([this, number](const outcome& answer) { answered(number, answer); },
            [this, number](const caf::error& cause) { failed(number, cause); });
  }
}

void competing_workers_state::answered(policy::key_dispatch::worker_number worker, const outcome& outcome) {
  if (const auto item = dispatch.answered(worker))
    answer(*item, outcome);
  hand_out();
  stop_when_idle();
}

void competing_workers_state::failed(policy::key_dispatch::worker_number worker, const caf::error& cause) {
  if (cause == caf::sec::unexpected_response) {
    answered(worker, failure_outcome("the worker answered without an outcome for this event"));
  } else if (const auto kind = any_caf::kind_of(cause);
             kind != any_caf::error_kind::system && kind != any_caf::error_kind::exit) {
    answered(worker, failure_outcome(error::from(cause).message));
  } else { // It has thrown or is gone. Nothing more goes to it, which would only be lost.
    if (const auto item = dispatch.remove_worker(worker))
      answer(*item, failure_outcome(error::from(cause).message));
    any_caf::send_later(self, doubt, worker_doubted{worker});
    hand_out();
    stop_when_idle();
  }
}

void competing_workers_state::on_worker_doubted(const worker_doubted& message) {
  if (!workers.contains(message.worker))
    return;
  dispatch.add_worker(message.worker);
  hand_out();
}

outcome competing_workers_state::failure_outcome(const std::string& reason) const {
  const auto& on_failure = plan.options.consumer.on_failure;
  return on_failure.is_ack() || !on_failure.reason().empty() ? on_failure : outcome::nack(on_failure.action(), reason);
}

void competing_workers_state::answer(policy::key_dispatch::item_number item, const outcome& answer) {
  const auto done = held.extract(item);
  const auto token = done.mapped().token();
  if (token.incarnation == incarnation)
    held_ids.erase(token.id);
  report(token, answer);
}

void competing_workers_state::take_back_waiting() {
  for (const auto item : dispatch.drop_waiting())
    held.erase(item);
}

void competing_workers_state::report(std::optional<event_token> token, const outcome& answer) {
  if (consumer)
    any_caf::anon_send(consumer, host_holds{held.size(), token, answer});
}

// -- workers ------------------------------------------------------------------------------------

void competing_workers_state::spawn_worker() {
  auto made = plan.make_worker(self->system());
  const auto number = ++last_worker;
  worker_ends.watch(made);
  numbers.emplace(made.address(), number);
  workers.emplace(number, std::move(made));
  dispatch.add_worker(number);
}

void competing_workers_state::on_worker_down(const caf::down_msg& message) {
  const auto at = numbers.find(message.source);
  if (at == numbers.end())
    return;
  const auto number = at->second;
  numbers.erase(at);
  workers.erase(number);
  const auto cause = error::from(message.reason).message;
  if (const auto item = dispatch.remove_worker(number))
    answer(*item, failure_outcome("the worker has ended: " + cause));
  const auto replaced = !end && replacements.take(self->clock().now());
  if (replaced)
    spawn_worker();
  if (plan.observer)
    any_caf::anon_send(plan.observer, worker_lost{.why = cause, .replaced = replaced, .workers = workers.size()});
  if (workers.empty())
    stop(end_reason::subscriber_failed, error{.code = errc::subscriber_failed, .message = "the last worker has ended: " + cause});
  hand_out();
  stop_when_idle();
}

// -- the end --------------------------------------------------------------------------------------

caf::result<void> competing_workers_state::on_cancel() {
  auto promise = self->make_response_promise<void>();
  cancellers.push_back(promise);
  stop(end_reason::cancelled, std::nullopt);
  return promise;
}

void competing_workers_state::stop(end_reason reason, std::optional<error> cause) {
  if (end)
    return;
  end = subscription_ended{.reason = reason, .cause = std::move(cause)};
  take_back_waiting();
  any_caf::send_later(self, policy::bounded(plan.options.stop_within), stop_overdue{});
  stop_when_idle();
}

void competing_workers_state::stop_when_idle() {
  if (end && dispatch.working() == 0)
    on_stop_overdue();
}

void competing_workers_state::on_stop_overdue() {
  if (!consumer || std::exchange(cancelled_consumer, true)) // Until there is one it can't be told.
    return;
  any_caf::anon_send(consumer, cancel{}); // Sends what was answered, then `subscription_ended`.
}

void competing_workers_state::on_ended(const subscription_ended& message) {
  auto ending = message;
  if (end) {
    ending.reason = end->reason;
    ending.cause = end->cause;
  }
  leave(std::move(ending));
  self->quit();
}

void competing_workers_state::leave(subscription_ended options) {
  if (std::exchange(told, true))
    return;
  for (auto& promise : std::exchange(waiting_to_join, {}))
    promise.deliver(to_caf(refusal.value_or(error{.code = errc::closed, .message = "the competing workers have ended"})));
  numbers.clear();
  for (const auto& [number, worker] : workers)
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
  if (plan.observer)
    any_caf::anon_send(plan.observer, std::move(options));
  for (auto& promise : std::exchange(cancellers, {}))
    any_caf::deliver_nothing(promise);
}

competing_workers_self::behavior_type competing_workers(competing_workers_self::stateful_pointer<competing_workers_state> self,
                                                        untyped_client client, competing_workers_plan plan) {
  return any_caf::state_of(self).start(std::move(client), std::move(plan));
}

result<competing_workers_actor> spawn_competing_workers(caf::actor_system& system, client_actor client,
                                                        competing_workers_plan plan) {
  if (auto fine = check_system(); !fine)
    return unexpected{std::move(fine.error())};
  if (auto fine = check(plan); !fine)
    return unexpected{std::move(fine.error())};
  return competing_workers_actor{system.spawn(competing_workers, caf::actor_cast<untyped_client>(client), std::move(plan))};
}

} // namespace kdb::inline v0
