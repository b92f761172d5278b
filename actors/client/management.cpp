// SPDX-License-Identifier: Apache-2.0
#include "actors/client/management.hpp"

#include <utility>

#include "actors/connection/random_pause.hpp"
#include "actors/runtime/late_sender.hpp"

namespace kdb::inline v0 {

namespace {

/// Whether who shares a question learns of its end in time.
bool ends_in_time(const policy::time_budget& question, const policy::time_budget& call) {
  return !call.limited() || (question.limited() && question.end() <= call.end());
}

error not_offered(const node& found, std::string_view feature) {
  const auto version = found.features.version.empty() ? std::string{} : " (" + found.features.version + ")";
  return {.code = errc::unsupported,
          .message = "the server" + version + " does not offer " + std::string{feature} + "; a newer one is needed"};
}

} // namespace

void call_job::deliver(caf::response_promise& to, result<wire::message_list> outcome) {
  if (outcome)
    to.deliver(server_messages{std::move(*outcome)});
  else
    to.deliver(to_caf(std::move(outcome.error())));
}

management_state::~management_state() {
  for (auto& [number, each] : calls)
    each.job->deliver(each.answer, unexpected{left_unanswered(*context, each.may_have_happened())});
}

management_self::behavior_type management_state::start(worker_context_ptr given) {
  context = std::move(given);
  return {
    [this](run_call& request) { return on_run(request); },
    [this](const exchanges_done&) { on_exchanges_done(); },
    [this](const retry_due& due) {
      if (calls.contains(due.call))
        ask_for_node(due.call);
    },
    [this](stop_due) { on_stop_due(); },
  };
}

result<void> management_state::check(call_job& job) const {
  if (auto prepared = job.prepare(); !prepared)
    return prepared;
  const auto& plan = job.plan;
  // Credentials of a provider come with the first node. All others are known, and so is what they do not allow.
  if (plan.encode_as && (plan.options.credentials || !context->credentials->provided())) {
    auto requests = plan.encode_as(context->credentials->for_call(plan.options));
    if (!requests)
      return unexpected{std::move(requests.error())};
  }
  if (plan.options.stop.stop_requested())
    return unexpected{stopped(false)};
  return {};
}

caf::result<server_messages> management_state::on_run(run_call& request) {
  auto& job = *request.job;
  if (auto fine = check(job); !fine) {
    job.seen.ends(fine.error());
    return to_caf(std::move(fine.error()));
  }
  const auto& plan = job.plan;
  auto deadline = deadline_for(context->settings, plan.options);
  if (!deadline && plan.silence)
    deadline = silence_limit;
  auto promise = self->make_response_promise();
  const auto number = ++last_call;
  calls.emplace(number, pending{.answer = promise,
                                .job = std::move(request.job),
                                .budget = {deadline, self->clock().now()},
                                .stop = stops.watch(plan.options.stop),
                                .retries_left = plan.options.retry.value_or(context->settings.retry)});
  ask_for_node(number);
  return promise;
}

void management_state::ask_for_node(std::uint64_t number) {
  const auto& budget = calls.at(number).budget;
  note_wait(*context, calls.at(number).job->seen);
  const auto wait = calls.at(number).plan().options.wait_for_node;
  if (wait && open_question && ends_in_time(open_question->budget, budget)) {
    open_question->calls.push_back(number);
    return;
  }
  const auto own = std::make_shared<question>(question{budget, {number}});
  if (wait) // Nobody else wants the answer of one who does not wait.
    open_question = own;
  const auto close = [this](const auto& asked) {
    if (open_question == asked)
      open_question.reset();
  };
  // The connection answers everyone, also when it ends: no timeout of our own, save the call's.
  any_caf::request(self, context->connection->get(), timeout_of(budget.left(self->clock().now())), get_node{wait})
    .then(
      [this, close, asked = own](const node_ptr& found) {
        close(asked);
        for (const auto each : asked->calls)
          send(each, found);
      },
      [this, close, asked = own](const caf::error& error) {
        close(asked);
        on_no_node(*asked, error);
      });
}

void management_state::on_no_node(const question& asked, const caf::error& error) {
  const auto now = self->clock().now();
  for (const auto each : asked.calls) {
    // The time of the one who asked is over: others may have more.
    if (!calls.contains(each))
      continue; // It was stopped.
    if (error == caf::sec::request_timeout && each != asked.calls.front() && !calls.at(each).budget.is_over(now))
      ask_for_node(each);
    else
      fail(each, no_node(*context, error));
  }
}

void management_state::send(std::uint64_t number, const node_ptr& found) {
  const auto found_call = calls.find(number);
  if (found_call == calls.end())
    return; // It was stopped.
  auto& next = found_call->second;
  auto& plan = next.job->plan;
  if (!plan.feature.empty() && !found->features.has(plan.feature)) {
    fail(number, not_offered(*found, plan.feature));
    return;
  }
  auto caller = context->credentials->for_call(plan.options);
  if (plan.encode_as && !next.in_second) {
    auto requests = plan.encode_as(caller);
    if (!requests) {
      fail(number, std::move(requests.error()));
      return;
    }
    plan.requests = std::move(*requests);
  }
  next.generation = found->generation;
  next.job->seen.sent_to(found->where);
  const auto starts_in_time = plan.starts_in_time && !next.budget.limited();
  const rpc::call_settings settings{.deadline = next.budget.left(self->clock().now()),
                                    .start_timeout =
                                      starts_in_time ? std::optional{context->settings.start_timeout} : std::nullopt,
                                    .credentials = std::move(caller),
                                    .requires_leader = plan.leader_only || requires_leader(context->settings, plan.options),
                                    .headers = plan.options.headers,
                                    .many_answers = plan.many_answers,
                                    .first_answer = plan.first_answer};
  // Kept for another try, if there may be one.
  auto requests = next.retries_left > 0 ? plan.requests : std::move(plan.requests);
  next.call = found->calls->exchange(next.method(), next.kind(), std::move(requests), settings,
                                     [tell = late_sender{self}, number, ended = ended](result<wire::message_list> answers) {
                                       if (ended->add({number, std::move(answers)}))
                                         tell(exchanges_done{});
                                     });
}

void management_state::on_exchanges_done() {
  for (auto& each : ended->take())
    end_call(each);
}

void management_state::end_call(exchange_done& done) {
  const auto found = calls.find(done.call);
  if (found == calls.end())
    return;
  auto& ended_call = found->second;
  ended_call.call.reset();
  if (done.answers) {
    succeed(done.call, std::move(*done.answers));
    return;
  }
  auto& error = done.answers.error();
  const auto& plan = ended_call.plan();
  const auto unanswered = error.code == errc::deadline_exceeded && plan.silence;
  if (unanswered)
    error.message.append("; ").append(plan.silence->reason);
  if (unanswered && plan.silence->of_unfit_node)
    any_caf::send(self, context->connection->get(),
                  call_failed{.generation = ended_call.generation, .cause = error, .unanswered = true});
  report(self, *context, ended_call.generation, error, plan.options.credentials.has_value());
  fail(done.call, std::move(error));
}

void management_state::succeed(std::uint64_t number, wire::message_list answers) {
  auto& done = calls.at(number);
  if (!done.plan().second || done.in_second) {
    finish(number, std::move(answers));
    return;
  }
  auto requests = done.plan().second(answers);
  if (!requests) {
    finish(number, unexpected{std::move(requests.error())});
    return;
  }
  auto& plan = done.job->plan;
  plan.requests = std::move(*requests);
  plan.many_answers = plan.first_answer = false;
  done.in_second = true;
  ask_for_node(number);
}

void management_state::fail(std::uint64_t number, error error) {
  auto& failed = calls.at(number);
  failed.outcome_unknown |= error.outcome_unknown;
  if (failed.retries_left > 0 && policy::may_retry(error, failed.kind(), failed.plan().idempotent())) {
    const auto pause = random_pause(++failed.failures);
    if (failed.budget.has_room_for(pause, self->clock().now())) {
      --failed.retries_left;
      failed.job->seen.retries(error, pause);
      any_caf::send_later(self, pause, retry_due{number});
      return;
    }
  }
  error.outcome_unknown = failed.outcome_unknown;
  finish(number, unexpected{std::move(error)});
}

void management_state::on_stop_due() {
  stops.look();
  std::vector<std::uint64_t> to_stop;
  for (const auto& [number, each] : calls)
    if (each.stop.is_stopped())
      to_stop.push_back(number);
  for (const auto number : to_stop)
    finish(number, unexpected{stopped(calls.at(number).may_have_happened())});
}

void management_state::finish(std::uint64_t number, result<wire::message_list> outcome) {
  auto done = calls.extract(number);
  done.mapped().job->deliver(done.mapped().answer, std::move(outcome));
}

management_self::behavior_type management(management_self::stateful_pointer<management_state> self, worker_context_ptr context) {
  return any_caf::state_of(self).start(std::move(context));
}

} // namespace kdb::inline v0
