// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/portal.hpp"

#include <algorithm>

#include "actors/remote/link.hpp"
#include "actors/remote/remote_reader.hpp"
#include "actors/remote/remote_subscription.hpp"

namespace kdb::inline v0::remote {

namespace {

error closed_error() {
  return {.code = errc::closed, .message = "the client is closed"};
}

error no_subscriber(std::string_view taker) {
  return {.code = errc::invalid_argument,
          .message = std::string{taker} + " needs a subscriber",
          .detail = bad_argument{"subscriber", "the handle of an actor"}};
}

} // namespace

portal_state::~portal_state() {
  // Killed, or nobody holds it any more: the link ends with this actor, and the session with the link.
  shut(cause.value_or(closed_error()), !cause);
  tell_observers(client_closed{cause});
  for (auto& promise : closers)
    any_caf::deliver_nothing(promise);
}

caf::behavior portal_state::start(portal_parts given) {
  parts = std::move(given);
  ends = {self, [this](caf::down_msg& message) {
            if (link && message.source == link.address())
              on_lost(lost_error(parts.peer, false));
            else
              std::erase_if(observers, [&](const caf::actor& each) { return each.address() == message.source; });
          }};
  link = self->spawn(remote::link, caf::actor{self}, parts.gateway, parts.peer);
  ends.watch(link);
  caf::message_handler own{
    [this](read_stream& request) { return on_read("read_stream", request); },
    [this](read_all& request) { return on_read("read_all", request); },
    [this](subscribe_to_stream& request) { return on_subscribe("subscribe_to_stream", request, false); },
    [this](subscribe_to_all& request) { return on_subscribe("subscribe_to_all", request, true); },
    [this](consume& request) { return on_consume(request); },
    [this](watch_statistics& request) { return on_watch(request); },
    [this](const observe& request) { on_observe(request); },
    [this](const close&) { return on_close(); },
    [this](const await_portal&) { return on_await(); },
    [this](const portal_opened&) { on_opened(); },
    [this](frame_arrived& frame) { on_frame(frame); },
    [this](send_frame& frame) { tell(std::move(frame.bytes)); },
    [this](session_lost& lost) { on_lost(std::move(lost.cause)); },
    [this](const stream_over& over) { on_stream_over(over.id); },
    [this](const stop_wanted& wanted) { on_stop(wanted.id); },
    [this](const answer_overdue& overdue) { on_overdue(overdue.id); },
    [this](answer_events& request) { return on_answer_events(request); },
  };
  return any_caf::behavior_with_exit<caf::behavior>(
    self,
    [this](caf::exit_msg& message) {
      exit_reason = std::move(message.reason);
      shut(closed_error(), true);
      quit_when_done();
    },
    own.or_else(operation_handlers()));
}

// -- requests -----------------------------------------------------------------------------------------

result<std::string> portal_state::checked(encoder out, std::string_view request_name, bool with_password) const {
  if (closing)
    return unexpected{cause.value_or(closed_error())};
  if (out.refusal)
    return unexpected{std::move(*out.refusal)};
  if ((with_password || out.has_credentials) && !parts.sends_secrets)
    return unexpected{clear_text_error(with_password ? "password" : "call.credentials")};
  if (out.bytes.size() > largest_frame)
    return unexpected{too_large_error("the request " + std::string{request_name}, out.bytes.size())};
  return std::move(out.bytes);
}

void portal_state::expect(pending_request request, std::optional<std::chrono::milliseconds> deadline) {
  pending.emplace(last_id, std::move(request));
  constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365}; // Beyond that there is none.
  if (deadline && deadline->count() > 0 && *deadline < longest)
    any_caf::send_later(self, *deadline + grace, answer_overdue{last_id});
}

void portal_state::watch(const std::stop_token& stop) {
  if (!stop.stop_possible())
    return;
  stops.emplace(last_id, std::make_unique<std::stop_callback<std::function<void()>>>(
                           stop, [portal = portal_ref{caf::actor{self}}, id = last_id] { portal.tell(stop_wanted{id}); }));
}

void portal_state::forget(std::uint64_t id) {
  pending.erase(id);
  if (!streams.contains(id))
    stops.erase(id);
}

void portal_state::fail(pending_request& request, error reason) {
  if (request.reports_failures)
    request.answer.deliver(append_in_parts_result{.stopped = std::move(reason)});
  else
    request.answer.deliver(to_caf(std::move(reason)));
}

void portal_state::on_stop(std::uint64_t id) {
  if (pending.contains(id) || streams.contains(id))
    tell(bare_frame(frame_kind::stop, id));
}

void portal_state::on_overdue(std::uint64_t id) {
  const auto found = pending.find(id);
  if (found == pending.end())
    return;
  fail(found->second, {.code = errc::deadline_exceeded,
                       .message = "the deadline has passed, and " + parts.peer + ", which publishes the client, did not answer",
                       .retry_can_help = true,
                       .outcome_unknown = found->second.is_write});
  forget(id);
}

caf::result<reader_actor> portal_state::on_read(std::string_view request_name, auto& request) {
  return on_open<reader_actor>(
    request_name, request,
    [this, owner = self->current_sender()](std::uint64_t id) {
      return caf::actor_cast<caf::strong_actor_ptr>(self->spawn(remote_reader, id, portal_ref{caf::actor{self}}, owner));
    },
    false);
}

caf::result<subscription_actor> portal_state::on_subscribe(std::string_view request_name, auto& request, bool of_all) {
  if (!request.subscriber.handle())
    return to_caf(no_subscriber("a subscription"));
  return on_open<subscription_actor>(
    request_name, request,
    [this, of_all, receiver = request.subscriber.handle()](std::uint64_t id) {
      return caf::actor_cast<caf::strong_actor_ptr>(
        self->spawn(remote_subscription, id, portal_ref{caf::actor{self}}, receiver, of_all));
    },
    true);
}

caf::result<consumer_actor> portal_state::on_consume(consume& request) {
  if (!request.subscriber.handle())
    return to_caf(no_subscriber("a consumer"));
  return on_open<consumer_actor>(
    "consume", request,
    [this, receiver = request.subscriber.handle()](std::uint64_t id) {
      return caf::actor_cast<caf::strong_actor_ptr>(self->spawn(remote_consumer, id, portal_ref{caf::actor{self}}, receiver));
    },
    true);
}

caf::result<statistics_watcher_actor> portal_state::on_watch(watch_statistics& request) {
  return on_open<statistics_watcher_actor>(
    "watch_statistics", request,
    [this](std::uint64_t id) {
      return caf::actor_cast<caf::strong_actor_ptr>(self->spawn(remote_watcher, id, portal_ref{caf::actor{self}}));
    },
    false);
}

caf::result<ack_result> portal_state::on_answer_events(answer_events& request) {
  if (closing)
    return to_caf(cause.value_or(closed_error()));
  auto out = begin_frame(frame_kind::answer_events, ++last_id);
  out.number(request.stream);
  out.text(request.name);
  out.bytes += request.content;
  expect(
    pending_request{
      .answer = self->make_response_promise(), .is_write = true, .deliver = &deliver<ack_result>, .client = caf::actor{self}},
    {});
  tell(std::move(out.bytes));
  return caf::delegated<ack_result>{};
}

// -- observers ----------------------------------------------------------------------------------------

void portal_state::on_observe(const observe& request) {
  if (!request.observer)
    return;
  if (last_change)
    any_caf::anon_send(request.observer, *last_change);
  if (std::find(observers.begin(), observers.end(), request.observer) != observers.end())
    return;
  ends.watch(request.observer);
  observers.push_back(request.observer);
  if (std::exchange(observes, true) || closing)
    return;
  auto out = begin_frame(frame_kind::request, ++last_id);
  out.text("observe");
  tell(std::move(out.bytes));
}

void portal_state::on_change(connection_change change) {
  if (std::holds_alternative<client_closed>(change))
    return; // The session ends, too, and says why.
  last_change = std::move(change);
  tell_observers(*last_change);
}

void portal_state::tell_observers(const connection_change& change) {
  for (const auto& each : observers)
    any_caf::anon_send(each, change);
  if (std::holds_alternative<client_closed>(change))
    observers.clear();
}

// -- frames -------------------------------------------------------------------------------------------

void portal_state::tell(std::string frame) {
  any_caf::anon_send(link, send_frame{std::move(frame)});
}

void portal_state::tell_stream(std::uint64_t id, frame_arrived frame) {
  const auto found = streams.find(id);
  if (found == streams.end())
    return;
  if (const auto alive = found->second.actor.lock())
    any_caf::anon_send(caf::actor_cast<caf::actor>(alive), std::move(frame));
}

void portal_state::on_frame(frame_arrived& frame) {
  switch (frame.kind) {
    case frame_kind::answer: return on_answer(frame);
    case frame_kind::failure:
      if (const auto found = pending.find(frame.id); found != pending.end()) {
        fail(found->second, content_as<error>(frame.bytes).value_or(bad_frame_error("an error")));
        return forget(frame.id);
      }
      [[fallthrough]];
    case frame_kind::batch:
    case frame_kind::ended: return tell_stream(frame.id, std::move(frame));
    case frame_kind::change:
      if (auto change = content_as<connection_change>(frame.bytes))
        on_change(std::move(*change));
      return;
    default: return;
  }
}

void portal_state::on_answer(const frame_arrived& frame) {
  const auto found = pending.find(frame.id);
  if (found == pending.end()) {
    tell(bare_frame(frame_kind::cancel, frame.id)); // If it is a stream, nobody wants it any more.
    return;
  }
  auto in = content_of(frame.bytes);
  if (!found->second.deliver(found->second.answer, in)) {
    auto bad = bad_frame_error("an answer");
    bad.outcome_unknown = found->second.is_write;
    fail(found->second, std::move(bad));
  }
  forget(frame.id);
}

void portal_state::on_stream_over(std::uint64_t id) {
  if (streams.erase(id) > 0)
    tell(bare_frame(frame_kind::cancel, id));
  stops.erase(id);
  quit_when_done();
}

// -- beginning and end --------------------------------------------------------------------------------

caf::result<void> portal_state::on_await() {
  if (closing)
    return to_caf(cause.value_or(closed_error()));
  if (is_open)
    return caf::unit;
  auto promise = self->make_response_promise<void>();
  waiting.push_back(promise);
  return promise;
}

void portal_state::on_opened() {
  is_open = true;
  for (auto& promise : std::exchange(waiting, {}))
    any_caf::deliver_nothing(promise);
}

caf::result<void> portal_state::on_close() {
  auto promise = self->make_response_promise<void>();
  closers.push_back(promise);
  shut(closed_error(), true);
  quit_when_done();
  return promise;
}

void portal_state::on_lost(error lost) {
  if (closing)
    return;
  cause = std::move(lost);
  exit_reason = to_caf(*cause);
  // The end of the client that is published: its streams say the same, and may come first.
  shut(*cause, cause->code == errc::closed);
  tell_observers(client_closed{cause});
  self->quit(exit_reason);
}

void portal_state::shut(const error& reason, bool is_closed) {
  if (std::exchange(closing, true))
    return;
  for (auto& [id, request] : pending) {
    auto told = reason;
    told.outcome_unknown = request.is_write;
    fail(request, std::move(told));
  }
  pending.clear();
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(to_caf(reason));
  stops.clear();
  for (const auto& [id, each] : streams)
    if (const auto alive = each.actor.lock())
      any_caf::anon_send(caf::actor_cast<caf::actor>(alive), portal_over{reason, is_closed});
}

void portal_state::quit_when_done() {
  std::erase_if(streams, [](const auto& each) { return !each.second.actor.lock(); });
  if (!closing || !streams.empty())
    return;
  if (link)
    tell(bare_frame(frame_kind::goodbye));
  tell_observers(client_closed{exit_reason && exit_reason != caf::exit_reason::normal ? std::optional{error::from(exit_reason)}
                                                                                      : std::nullopt});
  for (auto& promise : std::exchange(closers, {}))
    any_caf::deliver_nothing(promise);
  self->quit(exit_reason);
}

caf::behavior portal(caf::stateful_actor<portal_state>* self, portal_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

} // namespace kdb::inline v0::remote
