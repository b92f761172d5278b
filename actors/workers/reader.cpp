// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/reader.hpp"

#include <utility>

#include "actors/runtime/late_sender.hpp"
#include "actors/workers/call_defaults.hpp"
#include "libkdb/policy/backoff.hpp"
#include "libkdb/values/all_stream.hpp"

namespace kdb::inline v0 {

reader_state::~reader_state() {
  seen.ends(batches.end.value_or(result<void>{})); // Who ends a read early has read enough.
}

reader_self::behavior_type reader_state::start(read_plan given, worker_context_ptr given_context, caf::strong_actor_ptr owner) {
  plan = std::move(given);
  context = std::move(given_context);
  budget = policy::time_budget{deadline_for(context->settings, plan.call), self->clock().now()};
  owner_end = {self, [this](caf::down_msg&) { self->quit(); }};
  if (owner)
    owner_end.watch(owner);
  stop = stops.watch(plan.call.stop);
  const auto* one = std::get_if<wire::stream_source>(&plan.request.source);
  seen = watch_operation(context->signals, one ? policy::observed_operation::read_stream : policy::observed_operation::read_all,
                         plan.call, one ? std::string_view{one->stream} : all_stream);
  signs.open(context->signals, policy::stream_kind::read, plan.call, {});
  find_node();
  return {
    [this](const next&) { return give_next(); },
    [this](const cancel&) { self->quit(); },
    [this](batch_arrived& message) { arrived(std::move(message.batch)); },
    [this](read_ended& message) { on_read_ended(message); },
    [this](const read_again&) { find_node(); },
    [this](stop_due) { on_stop_due(); },
  };
}

void reader_state::find_node() {
  if (batches.end)
    return; // It was stopped.
  note_wait(*context, seen);
  // The connection answers everyone, also when it ends: no timeout of our own, save the read's.
  any_caf::request(self, context->connection->get(), timeout_of(budget.left(self->clock().now())),
                   get_node{plan.call.wait_for_node})
    .then([this](const node_ptr& found) { begin_call(found); },
          [this](const caf::error& cause) { failed(no_node(*context, cause)); });
}

void reader_state::begin_call(const node_ptr& found) {
  if (batches.end)
    return; // It was stopped.
  current = found;
  seen.sent_to(found->where);
  const rpc::call_settings settings{.deadline = budget.left(self->clock().now()),
                                    .start_timeout =
                                      budget.limited() ? std::nullopt : std::optional{context->settings.start_timeout},
                                    .credentials = context->credentials->for_call(plan.call),
                                    .requires_leader = requires_leader(context->settings, plan.call),
                                    .headers = plan.call.headers};
  const auto tell = late_sender{self};
  const auto number = ++call_number;
  call = found->calls->read(plan.request, settings,
                            {.batch = [tell](event_batch batch) { tell(batch_arrived{.batch = std::move(batch)}); },
                             .confirmed = [](std::string) {},
                             .ended =
                               [tell, number](result<void> outcome) {
                                 tell(read_ended{number, std::move(outcome)});
                               }});
  call->request(batches_ahead);
}

caf::result<event_batch> reader_state::give_next() {
  if (!batches.ready.empty()) {
    auto batch = std::move(batches.ready.front());
    batches.ready.pop_front();
    taken(batch);
    return batch;
  }
  auto promise = self->make_response_promise<event_batch>();
  batches.waiting.push_back(promise);
  serve();
  return promise;
}

void reader_state::on_stop_due() {
  if (batches.end)
    return;
  call.reset();
  batches.ready.clear();
  batches.end = unexpected{stopped(false)};
  serve();
}

void reader_state::arrived(event_batch batch) {
  if (batches.end)
    return; // It was stopped.
  begun = true;
  batches.ready.push_back(std::move(batch));
  serve();
}

void reader_state::on_read_ended(read_ended& message) {
  if (message.call != call_number || batches.end)
    return;
  if (message.outcome) {
    batches.end = std::move(message.outcome);
    serve();
    return;
  }
  report(self, *context, current->generation, message.outcome.error(), plan.call.credentials.has_value());
  failed(std::move(message.outcome.error()));
}

/// Before the first batch another try is as good as the first one; after it, only the caller knows how far the read came.
void reader_state::failed(error cause) {
  if (batches.end)
    return; // It was stopped.
  const auto pause = policy::backoff_delay(retries + 1, {}, 1.0);
  const auto in_time = budget.has_room_for(pause, self->clock().now());
  if (retries < plan.call.retry.value_or(context->settings.retry) && !begun && in_time &&
      policy::may_retry(cause, policy::request_kind::read, true)) {
    ++retries;
    seen.retries(cause, pause);
    call.reset();
    any_caf::send_later(self, pause, read_again{});
    return;
  }
  batches.end = unexpected{std::move(cause)};
  serve();
}

void reader_state::serve() {
  if (batches.serve([this](const event_batch& batch) { taken(batch); }))
    self->quit();
}

void reader_state::taken(const event_batch& batch) {
  signs.delivered(batch);
  if (!batches.end)
    call->request(1);
}

reader_self::behavior_type reader(reader_self::stateful_pointer<reader_state> self, read_plan plan, worker_context_ptr context,
                                  caf::strong_actor_ptr owner) {
  return any_caf::state_of(self).start(std::move(plan), std::move(context), std::move(owner));
}

} // namespace kdb::inline v0
