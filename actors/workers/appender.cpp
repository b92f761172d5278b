// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/appender.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "actors/runtime/late_sender.hpp"
#include "actors/workers/call_defaults.hpp"
#include "libkdb/policy/expectation.hpp"
#include "libkdb/policy/failure.hpp"
#include "libkdb/policy/validate.hpp"

namespace kdb::inline v0 {

namespace {

constexpr std::string_view append_method = "/event_store.client.streams.Streams/Append";

/// While more messages are in the mailbox, the next of them tells the meter, but one of so many does in any case.
constexpr std::uint32_t most_unreported = 64;

std::size_t payload_bytes(const append_to_stream& request) {
  std::size_t sum = 0;
  for (const auto& event : request.events)
    sum += event.data.size() + event.metadata.size() + event.type.size();
  return sum;
}

uuid with_number(uuid prefix, std::uint64_t number) {
  std::memcpy(prefix.data + 8, &number, sizeof number);
  return prefix;
}

std::uint64_t number_of(const uuid& correlation) {
  std::uint64_t number = 0;
  std::memcpy(&number, correlation.data + 8, sizeof number);
  return number;
}

error overdue(bool sent) {
  return {.code = errc::deadline_exceeded,
          .message = sent ? "no answer to the append before its deadline; it may have been written"
                          : "the append was not sent before its deadline",
          .retry_can_help = true,
          .outcome_unknown = sent};
}

/// Answers and takes out those that `end` gives an error for.
template <class End>
void end_some(std::deque<appender_state::queued>& all, End end) {
  std::deque<appender_state::queued> left;
  for (auto& each : all) {
    if (auto cause = end(each))
      each.answer.deliver(to_caf(std::move(*cause)));
    else
      left.push_back(std::move(each));
  }
  all = std::move(left);
}

template <class Append, class End>
void end_some(std::unordered_map<std::uint64_t, Append>& all, End end) {
  for (auto each = all.begin(); each != all.end();) {
    if (std::optional<error> cause = end(each->second)) {
      each->second.answer.deliver(to_caf(std::move(*cause)));
      each = all.erase(each);
    } else {
      ++each;
    }
  }
}

result<append_result> decode_single(const result<std::vector<std::string>>& answers, const std::string& stream) {
  if (!answers)
    return unexpected{answers.error()};
  if (answers->empty())
    return unexpected(
      {.code = errc::protocol_error, .message = "the server sent no answer to an append", .outcome_unknown = true});
  return wire::decode_append(answers->front(), stream);
}

} // namespace

void appender_state::promise::deliver(append_result done) {
  watched_.end(nullptr);
  if (!is_one_of_several_)
    seen_.ends();
  asker_.deliver(std::move(done));
}

void appender_state::promise::deliver(const caf::error& failure) {
  if (watched_ || (seen_ && !is_one_of_several_)) {
    const auto cause = error::from(failure);
    watched_.end(&cause);
    if (!is_one_of_several_)
      seen_.ends(cause);
  }
  asker_.deliver(failure);
}

void appender_state::promise::waits(const worker_context& context) const {
  note_wait(context, watched_);
  note_wait(context, seen_);
}

void appender_state::promise::sent_to(const endpoint& node) const {
  watched_.sent_to(node);
  seen_.sent_to(node);
}

appender_state::appender_state(appender_actor::pointer owner) : self{owner}, stops{owner}, correlation_prefix{random_uuid()} {}

appender_state::~appender_state() {
  for (auto& each : waiting)
    each.answer.deliver(to_caf(left_unanswered(*context, false)));
  for (auto& [number, each] : flying)
    each.answer.deliver(to_caf(left_unanswered(*context, true)));
  for (auto& [number, each] : singles)
    each.answer.deliver(to_caf(left_unanswered(*context, true)));
}

appender_actor::behavior_type appender_state::start(worker_context_ptr given) {
  context = std::move(given);
  queued_level = make_level(context->signals, policy::metric_id::appends_queued);
  queued_bytes_level = make_level(context->signals, policy::metric_id::append_bytes_queued);
  flying_level = make_level(context->signals, policy::metric_id::appends_in_flight);
  flying_bytes_level = make_level(context->signals, policy::metric_id::append_bytes_in_flight);
  return {
    [this](append_to_stream& request) { return on_append(request); },
    [this](observed_append& message) { return on_observed_append(message); },
    [this](const node_changed&) { on_node_changed(); },
    [this](append_replies& message) { on_replies(message); },
    [this](append_call_ended& message) { on_call_ended(message); },
    [this](single_append_done& message) { on_single_done(message); },
    [this](const deadlines_due&) { on_deadlines_due(); },
    [this](const mailbox_drained&) { on_mailbox_drained(); },
    [this](stop_due) { on_stop_due(); },
  };
}

result<void> appender_state::check(const append_to_stream& request) const {
  if (auto fine = policy::check_append(request.stream, request.expected, request.events); !fine)
    return fine;
  if (auto fine = policy::check_call(request.options.call); !fine)
    return fine;
  if (request.options.call.stop.stop_requested())
    return unexpected{stopped(false)};
  return {};
}

caf::result<append_result> appender_state::on_append(append_to_stream& request) {
  watched_operation watched = context->signals
                                ? context->signals->watch(policy::observed_operation::append_to_stream, request.options.call,
                                                          request.stream, request.events.size())
                                : watched_operation{};
  watched.mark(request.events);
  return take(request, {self->make_response_promise<append_result>(), std::move(watched)});
}

caf::result<append_result> appender_state::on_observed_append(observed_append& observed) {
  if (!observed.is_one_of_several)
    observed.seen.mark(observed.request.events);
  return take(observed.request,
              {self->make_response_promise<append_result>(), std::move(observed.seen), observed.is_one_of_several});
}

caf::result<append_result> appender_state::take(append_to_stream& request, promise answer) {
  if (auto fine = check(request); !fine) {
    answer.deliver(to_caf(std::move(fine.error())));
    return answer.asker();
  }
  auto stop = stops.watch(request.options.call.stop);
  const auto now = self->clock().now();
  const policy::time_budget budget{deadline_for(context->settings, request.options.call), now};
  const auto bytes = payload_bytes(request);
  const auto waits = request.options.call.wait_for_node;
  if (!current)
    answer.waits(*context);
  const auto asker = answer.asker();
  queued next{std::move(request), std::move(answer), budget, bytes, std::move(stop)};
  if (!current && !waits) {
    send_if_there_is_a_node(std::move(next));
    return asker;
  }
  watch(budget, now);
  if (current && waiting.empty() && has_room()) {
    send(next, now);
  } else {
    next.held = share{queued_load, bytes};
    waiting.push_back(std::move(next));
  }
  pump();
  return asker;
}

void appender_state::pump() {
  while (!waiting.empty() && has_room()) {
    if (!current) {
      ask_for_node();
      break;
    }
    send(waiting.front(), self->clock().now());
    waiting.pop_front();
  }
  write_lanes();
  report_load();
}

void appender_state::report_load() {
  if (!context->signals || (++unreported < most_unreported && !self->mailbox().empty()))
    return;
  unreported = 0;
  queued_level.set(static_cast<double>(queued_load.appends));
  queued_bytes_level.set(static_cast<double>(queued_load.bytes));
  flying_level.set(static_cast<double>(flying_load.appends));
  flying_bytes_level.set(static_cast<double>(flying_load.bytes));
}

void appender_state::write_lanes() {
  for (auto& each : lanes) {
    if (each.unsent.empty())
      continue;
    // Appends often come many at a time, and a packet for many costs hardly more than one for each.
    if (each.unsent.size() < chunks_at_once && !self->mailbox().empty()) {
      if (!std::exchange(gathering, true))
        any_caf::send(self, self, mailbox_drained{});
      continue;
    }
    each.write();
  }
}

void appender_state::on_mailbox_drained() {
  gathering = false;
  write_lanes();
  report_load(); // Nobody did while this message was in the mailbox.
}

bool appender_state::has_room() const {
  const auto& [count, bytes] = flying_load;
  return count == 0 || (count < context->settings.max_appends_in_flight && bytes < context->settings.max_append_bytes_in_flight);
}

void appender_state::ask_for_node() {
  if (std::exchange(asking, true))
    return;
  // The connection answers everyone, also when it ends. Each append has its own deadline meanwhile.
  any_caf::request(self, context->connection->get(), caf::infinite, get_node{})
    .then(
      [this](const node_ptr& found) {
        asking = false;
        current = found;
        pump();
      },
      [this](const caf::error& cause) {
        asking = false;
        refuse_queued(no_node(*context, cause));
      });
}

/// Overtakes those who wait for a node, which is what it asks for.
void appender_state::send_if_there_is_a_node(queued append) {
  // The handlers may outlive this state, and what watches the append needs the signals.
  struct held_append {
    worker_context_ptr keeps;
    queued append;
  };
  auto held = std::make_shared<held_append>(held_append{context, std::move(append)});
  any_caf::request(self, context->connection->get(), caf::infinite, get_node{.wait = false})
    .then(
      [this, held](const node_ptr& found) {
        current = found;
        held->append.held = share{queued_load, held->append.bytes};
        waiting.push_front(std::move(held->append));
        pump();
      },
      [held](const caf::error& cause) { held->append.answer.deliver(to_caf(no_node(*held->keeps, cause))); });
}

void appender_state::refuse_queued(const error& cause) {
  for (auto& each : std::exchange(waiting, {}))
    each.answer.deliver(to_caf(cause));
  report_load();
}

void appender_state::send(queued& append, time_point now) {
  if (append.budget.is_over(now)) {
    append.answer.deliver(to_caf(overdue(false)));
    return;
  }
  if (append.stop.is_stopped()) {
    append.answer.deliver(to_caf(stopped(false)));
    return;
  }
  const auto leader_only = requires_leader(context->settings, append.request.options.call);
  append.answer.sent_to(current->where);
  append.held = share{flying_load, append.bytes};
  if (append.request.options.call.credentials || !append.request.options.call.headers.empty() ||
      !current->features.batch_append() || append.bytes > batched_bytes_limit)
    send_alone(append, leader_only, now);
  else
    send_in_lane(append, leader_only, now);
}

void appender_state::send_in_lane(queued& append, bool leader_only, time_point now) {
  auto& used = open_lane(leader_only);
  const auto number = ++last_append;
  const auto deadline = current->features.deadline_duration() ? append.budget.left(now) : std::nullopt;
  auto chunks = wire::encode_batch_append(with_number(correlation_prefix, number), append.request.stream, append.request.expected,
                                          append.request.events, deadline);
  flying.emplace(number, in_flight{std::move(append.answer), append.budget, used.number, append.request.expected,
                                   std::move(append.stop), std::move(append.held)});
  ++used.flying;
  ++used.unsent_appends;
  for (auto& chunk : chunks)
    used.unsent.push_back(std::move(chunk));
}

appender_state::lane& appender_state::open_lane(bool leader_only) {
  auto& wanted = lanes[leader_only];
  // Other credentials take another call, once that disturbs no order.
  const auto renewed = wanted.flying == 0 && wanted.credentials != context->credentials->version();
  if (wanted.call && wanted.generation == current->generation && !renewed)
    return wanted;
  if (wanted.call)
    retire(wanted);
  const auto number = wanted.number = ++last_call;
  wanted.generation = current->generation;
  wanted.credentials = context->credentials->version();
  const auto tell = late_sender{self};
  wanted.call = current->calls->batch_append({.credentials = context->credentials->for_call({}), .requires_leader = leader_only},
                                             {.replies =
                                                [tell, number](std::vector<wire::batch_append_reply> replies) {
                                                  tell(append_replies{number, std::move(replies)});
                                                },
                                              .ended =
                                                [tell, number](result<void> outcome) {
                                                  tell(append_call_ended{number, std::move(outcome)});
                                                }});
  return wanted;
}

void appender_state::send_alone(queued& append, bool leader_only, time_point now) {
  const auto number = ++last_append;
  const auto tell = late_sender{self};
  auto done = [tell, number, stream = append.request.stream](const result<std::vector<std::string>>& answers) {
    tell(single_append_done{number, decode_single(answers, stream)});
  };
  auto messages = wire::encode_append(append.request.stream, append.request.expected, append.request.events);
  auto call = current->calls->exchange(append_method, wire::request_kind::write, std::move(messages),
                                       {.deadline = append.budget.left(now),
                                        .credentials = context->credentials->for_call(append.request.options.call),
                                        .requires_leader = leader_only,
                                        .headers = append.request.options.call.headers},
                                       std::move(done));
  singles.emplace(number, single{std::move(append.answer), current->generation, std::move(call),
                                 append.request.options.call.credentials.has_value(), append.request.expected,
                                 std::move(append.stop), std::move(append.held)});
}

void appender_state::on_replies(append_replies& message) {
  for (auto& reply : message.replies) {
    const auto found = flying.find(number_of(reply.correlation));
    if (found == flying.end())
      continue; // Its deadline was first.
    auto done = std::move(found->second);
    flying.erase(found);
    landed(done);
    if (reply.outcome) {
      done.answer.deliver(*reply.outcome);
      continue;
    }
    if (const auto* used = lane_with(message.call))
      drop_node(used->generation, reply.outcome.error());
    policy::correct_deleted(reply.outcome.error(), done.expected);
    done.answer.deliver(to_caf(std::move(reply.outcome.error())));
  }
  drop_idle_lanes();
  pump();
}

void appender_state::retire(lane& used) {
  if (!used.unsent.empty())
    used.write();
  earlier.push_back(std::exchange(used, {}));
  drop_idle_lanes();
}

appender_state::lane* appender_state::lane_with(std::uint64_t number) {
  for (auto& each : lanes)
    if (each.call && each.number == number)
      return &each;
  const auto found = std::find_if(earlier.begin(), earlier.end(), [&](const lane& each) { return each.number == number; });
  return found == earlier.end() ? nullptr : &*found;
}

void appender_state::landed(const in_flight& append) {
  if (auto* used = lane_with(append.lane))
    --used->flying;
}

void appender_state::drop_idle_lanes() {
  std::erase_if(earlier, [](const lane& each) { return each.flying == 0; });
}

void appender_state::on_node_changed() {
  if (!current)
    return;
  any_caf::request(self, context->connection->get(), caf::infinite, get_node{.wait = false})
    .then([this](const node_ptr& found) { current = found; }, [this](const caf::error&) { current.reset(); });
}

void appender_state::on_call_ended(append_call_ended& message) {
  auto* ended = lane_with(message.call);
  if (!ended)
    return;
  const auto whose = std::exchange(*ended, {}).generation;
  drop_idle_lanes();
  auto cause = message.outcome ? error{.code = errc::unavailable,
                                       .message = "the server ended the call with the appends",
                                       .retry_can_help = true,
                                       .outcome_unknown = true}
                               : std::move(message.outcome.error());
  if (cause.code == errc::not_leader)
    cause.outcome_unknown = true; // True of the one that made the server say so, not of those before it.
  end_some(flying, [&](const in_flight& each) -> std::optional<error> {
    if (each.lane != message.call)
      return std::nullopt;
    return cause;
  });
  drop_node(whose, cause);
  pump();
}

void appender_state::on_single_done(single_append_done& message) {
  const auto found = singles.find(message.append);
  if (found == singles.end())
    return;
  auto done = std::move(found->second);
  singles.erase(found);
  if (message.outcome) {
    done.answer.deliver(*message.outcome);
  } else {
    drop_node(done.generation, message.outcome.error(), done.has_credentials);
    policy::correct_deleted(message.outcome.error(), done.expected);
    done.answer.deliver(to_caf(std::move(message.outcome.error())));
  }
  pump();
}

void appender_state::drop_node(generation whose, const error& cause, bool had_its_own) {
  report(self, *context, whose, cause, had_its_own);
  if (policy::is_node_lost(cause) && current && current->generation == whose)
    current.reset();
}

void appender_state::watch(const policy::time_budget& budget, time_point now) {
  if (!budget.limited() || (next_check && *next_check <= budget.end()))
    return;
  next_check = budget.end();
  any_caf::send_later(self, *budget.left(now), deadlines_due{});
}

void appender_state::on_deadlines_due() {
  const auto now = self->clock().now();
  if (next_check && *next_check > now)
    return; // An earlier check was asked for meanwhile, and a later one is on its way.
  next_check.reset();
  end_some(waiting, [&](const queued& each) -> std::optional<error> {
    if (each.budget.is_over(now))
      return current ? overdue(false) : no_node_in_time(context->connection->trouble());
    watch(each.budget, now);
    return std::nullopt;
  });
  end_some(flying, [&](const in_flight& each) -> std::optional<error> {
    if (!each.budget.is_over(now)) {
      watch(each.budget, now);
      return std::nullopt;
    }
    landed(each);
    return overdue(true);
  });
  drop_idle_lanes();
  pump();
}

void appender_state::on_stop_due() {
  stops.look();
  end_some(waiting, [](const queued& each) { return each.stop.is_stopped() ? std::optional{stopped(false)} : std::nullopt; });
  end_some(flying, [&](const in_flight& each) -> std::optional<error> {
    if (!each.stop.is_stopped())
      return std::nullopt;
    landed(each);
    return stopped(true);
  });
  end_some(singles, [&](const single& each) -> std::optional<error> {
    if (!each.stop.is_stopped())
      return std::nullopt;
    return stopped(true);
  });
  drop_idle_lanes();
  pump();
}

appender_actor::behavior_type appender(appender_actor::stateful_pointer<appender_state> self, worker_context_ptr context) {
  return any_caf::state_of(self).start(std::move(context));
}

} // namespace kdb::inline v0
