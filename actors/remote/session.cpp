// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/session.hpp"

#include <caf/send.hpp>

#include <utility>

#include "actors/remote/caf_io.hpp"
#include "actors/remote/relay.hpp"

namespace kdb::inline v0::remote {

session_state::~session_state() {
  for (auto& [id, each] : streams)
    release(each);
}

caf::behavior session_state::start(session_parts given) {
  parts = std::move(given);
  ends = {self, [this](caf::down_msg&) { self->quit(caf::exit_reason::user_shutdown); }};
  ends.watch(parts.link);
  any_caf::send(self, parts.link, bare_frame(frame_kind::welcome));
  return any_caf::behavior_with_exit<caf::behavior>(
    self,
    [this](caf::exit_msg& message) {
      if (any_caf::is_local(message, self->system()))
        end({.code = errc::closed, .message = "the process that publishes the client is ending"});
    },
    [this](const std::string& bytes) { on_frame(bytes); }, [this](send_frame& frame) { tell(std::move(frame.bytes)); },
    [this](const stream_over& over) { streams.erase(over.id); }, [this](const gateway_over& over) { end(over.cause); });
}

void session_state::tell(std::string frame) {
  any_caf::send(self, parts.link, std::move(frame));
}

void session_state::fail(std::uint64_t id, const error& cause) {
  running.erase(id);
  tell(make_frame(frame_kind::failure, id, cause));
}

void session_state::end(const error& cause) {
  if (std::exchange(ended, true))
    return;
  tell(make_frame(frame_kind::farewell, 0, cause));
  self->quit(caf::exit_reason::user_shutdown); // Without the error: CAF can't send one of ours.
}

void session_state::on_frame(const std::string& bytes) {
  decoder in{bytes};
  const auto header = read_header(in);
  if (!header)
    return end(bad_frame_error("a frame"));
  if (header->version != protocol_version) {
    tell(other_version_frame(header->version));
    return;
  }
  const auto id = header->id;
  switch (header->kind) {
    case frame_kind::request: return on_request(id, in);
    case frame_kind::credit: return on_credit(id, in);
    case frame_kind::taken:
    case frame_kind::outcomes:
    case frame_kind::refused: return on_relayed(bytes, header->kind, id);
    case frame_kind::answer_events: return on_answer_events(id, in);
    case frame_kind::cancel: return on_cancel(id);
    case frame_kind::stop:
      if (const auto found = running.find(id); found != running.end() && found->second)
        found->second->request_stop();
      else if (const auto open = streams.find(id); open != streams.end() && open->second.stop)
        open->second.stop->request_stop();
      return;
    case frame_kind::goodbye: return self->quit(caf::exit_reason::user_shutdown);
    default: return end(bad_frame_error("a frame"));
  }
}

void session_state::on_request(std::uint64_t id, decoder& in) {
  std::string_view operation;
  if (running.contains(id) || streams.contains(id) || !in.view(operation))
    return end(bad_frame_error("a request"));
  if (running.size() + streams.size() >= most_requests)
    return fail(id, {.code = errc::too_busy,
                     .message = std::to_string(most_requests) + " requests of this process run already",
                     .retry_can_help = true});
  if (!run_operation(operation, id, in) && !open_stream(operation, id, in))
    fail(id, {.code = errc::unsupported, .message = "the process that publishes the client has no such operation"});
}

// -- readers and watches ------------------------------------------------------------------------------

template <class Handle>
void session_state::opened(std::uint64_t id, Handle source, caf::actor relay) {
  const auto begun = running.find(id);
  if (begun == running.end())
    return;
  streams.emplace(id, stream{.source = std::move(source), .relay = std::move(relay), .stop = std::move(begun->second)});
  succeed(id, std::monostate{});
}

template <class Request, class Handle>
void session_state::open_reader(std::string_view request_name, std::uint64_t id, decoder& in) {
  auto request = read_request<Request>(request_name, id, in);
  if (!request)
    return;
  any_caf::request(self, parts.client, caf::infinite, std::move(*request))
    .then([this, id](const Handle& source) { opened(id, source, {}); },
          [this, id](const caf::error& cause) { fail(id, error::from(cause)); });
}

void session_state::on_credit(std::uint64_t id, decoder& in) {
  std::uint32_t number = 0;
  if (!in.number(number) || !in.is_done() || number > most_credit)
    return end(bad_frame_error("a request for batches"));
  const auto found = streams.find(id);
  if (found == streams.end())
    return; // It has ended meanwhile.
  found->second.asked += number;
  if (found->second.asked > most_credit)
    return end(bad_frame_error("a request for batches"));
  for (; number > 0; --number) {
    if (const auto* reader = std::get_if<reader_actor>(&found->second.source))
      ask_next(id, *reader);
    else if (const auto* watch = std::get_if<statistics_watcher_actor>(&found->second.source))
      ask_next(id, *watch);
  }
}

template <class Handle>
void session_state::ask_next(std::uint64_t id, const Handle& source) {
  using item = std::conditional_t<std::is_same_v<Handle, reader_actor>, event_batch, server_statistics>;
  any_caf::request(self, source, caf::infinite, next{})
    .then(
      [this, id](const item& next_item) {
        const auto found = streams.find(id);
        if (found == streams.end())
          return;
        --found->second.asked;
        tell(make_frame(frame_kind::batch, id, next_item));
        if constexpr (std::is_same_v<item, event_batch>)
          if (next_item.empty())
            streams.erase(found);
      },
      [this, id](const caf::error& cause) {
        if (streams.erase(id) > 0)
          fail(id, error::from(cause));
      });
}

// -- subscriptions, consumers, observers ----------------------------------------------------------------

template <class Request, class Handle>
void session_state::open_subscription(std::string_view request_name, std::uint64_t id, decoder& in) {
  auto request = read_request<Request>(request_name, id, in);
  if (!request)
    return;
  const caf::actor receiver = self->spawn(relay, id, caf::actor{self});
  request->subscriber = subscriber{receiver};
  any_caf::request(self, parts.client, caf::infinite, std::move(*request))
    .then([this, id, receiver](const Handle& source) { opened(id, source, receiver); },
          [this, id, receiver](const caf::error& cause) {
            caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
            fail(id, error::from(cause));
          });
}

void session_state::on_relayed(const std::string& bytes, frame_kind kind, std::uint64_t id) {
  const auto found = streams.find(id);
  if (found == streams.end() || !found->second.relay)
    return;
  any_caf::send(self, found->second.relay, frame_arrived{kind, id, bytes});
  if (kind == frame_kind::refused)
    if (const auto* subscription = std::get_if<subscription_actor>(&found->second.source))
      any_caf::anon_send(*subscription, cancel{});
}

template <class Request>
void session_state::answer_consumer(const consumer_actor& consumer, std::uint64_t id, decoder& in) {
  auto request = decoded_last<Request>(in);
  if (!request)
    return fail(id, bad_frame_error("the answers to events"));
  any_caf::request(self, consumer, caf::infinite, std::move(*request))
    .then([this, id](const ack_result& answer) { succeed(id, answer); },
          [this, id](const caf::error& cause) { fail(id, error::from(cause)); });
}

void session_state::on_answer_events(std::uint64_t id, decoder& in) {
  std::uint64_t stream_id = 0;
  std::string_view request;
  if (!in.number(stream_id) || !in.view(request))
    return end(bad_frame_error("the answers to events"));
  const auto found = streams.find(stream_id);
  const auto* consumer = found == streams.end() ? nullptr : std::get_if<consumer_actor>(&found->second.source);
  if (consumer == nullptr)
    return fail(id, {.code = errc::closed, .message = "the consumer has ended"});
  if (request == "ack_events")
    answer_consumer<ack_events>(*consumer, id, in);
  else if (request == "nack_events")
    answer_consumer<nack_events>(*consumer, id, in);
  else
    answer_consumer<answer_batch>(*consumer, id, in);
}

void session_state::on_cancel(std::uint64_t id) {
  const auto found = streams.find(id);
  if (found == streams.end())
    return;
  const auto& source = found->second.source;
  if (std::holds_alternative<subscription_actor>(source) || std::holds_alternative<consumer_actor>(source)) {
    cancel_source(found->second); // It tells its end, to its relay.
    return;
  }
  release(found->second);
  streams.erase(found);
}

void session_state::cancel_source(const stream& of) {
  std::visit(
    [](const auto& source) {
      if constexpr (!std::is_same_v<std::decay_t<decltype(source)>, std::monostate>)
        any_caf::anon_send(source, cancel{}); // Nobody waits for the answer.
    },
    of.source);
}

void session_state::release(const stream& ended) {
  cancel_source(ended);
  if (ended.relay)
    caf::anon_send_exit(ended.relay, caf::exit_reason::user_shutdown);
}

bool session_state::open_stream(std::string_view request, std::uint64_t id, decoder& in) {
  if (request == "read_stream") {
    open_reader<read_stream, reader_actor>(request, id, in);
  } else if (request == "read_all") {
    open_reader<read_all, reader_actor>(request, id, in);
  } else if (request == "watch_statistics") {
    open_reader<watch_statistics, statistics_watcher_actor>(request, id, in);
  } else if (request == "subscribe_to_stream") {
    open_subscription<subscribe_to_stream, subscription_actor>(request, id, in);
  } else if (request == "subscribe_to_all") {
    open_subscription<subscribe_to_all, subscription_actor>(request, id, in);
  } else if (request == "consume") {
    open_subscription<consume, consumer_actor>(request, id, in);
  } else if (request == "observe") {
    const caf::actor observer = self->spawn(relay, id, caf::actor{self});
    streams.emplace(id, stream{.source = {}, .relay = observer});
    any_caf::anon_send(parts.client, observe{observer}); // The changes are the answer.
  } else {
    return false;
  }
  return true;
}

caf::behavior session(caf::stateful_actor<session_state>* self, session_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

} // namespace kdb::inline v0::remote
