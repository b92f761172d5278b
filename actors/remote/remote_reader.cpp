// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/remote_reader.hpp"

#include <utility>

namespace kdb::inline v0::remote {

// -- reader -------------------------------------------------------------------------------------------

remote_reader_state::~remote_reader_state() {
  portal.tell(stream_over{id});
}

remote_reader_self::behavior_type remote_reader_state::start(std::uint64_t given_id, portal_ref given_portal,
                                                             const caf::strong_actor_ptr& owner) {
  id = given_id;
  portal = std::move(given_portal);
  owner_end = {self, [this](caf::down_msg&) { self->quit(); }};
  if (owner)
    owner_end.watch(owner);
  ask_for(batches_ahead);
  return {
    [this](const next&) { return on_next(); },
    [this](const cancel&) { self->quit(); },
    [this](const frame_arrived& frame) { on_frame(frame); },
    [this](const portal_over& over) { on_portal_over(over); },
  };
}

caf::result<event_batch> remote_reader_state::on_next() {
  auto promise = self->make_response_promise<event_batch>();
  batches.waiting.push_back(promise);
  serve();
  return promise;
}

void remote_reader_state::on_frame(const frame_arrived& frame) {
  if (batches.end)
    return;
  if (frame.kind == frame_kind::failure) {
    batches.end = unexpected{content_as<error>(frame.bytes).value_or(bad_frame_error("an error"))};
  } else if (auto batch = content_as<event_batch>(frame.bytes); !batch) {
    batches.end = unexpected{bad_frame_error("a batch")};
    portal.tell(send_frame{bare_frame(frame_kind::cancel, id)});
  } else if (batch->empty()) {
    batches.end = result<void>{};
  } else {
    batches.ready.push_back(std::move(*batch));
  }
  serve();
}

void remote_reader_state::on_portal_over(const portal_over& over) {
  if (!batches.end)
    batches.end = unexpected{over.is_closed ? reading_ended() : over.cause};
  serve();
  if (over.is_closed)
    self->quit();
}

void remote_reader_state::ask_for(std::uint32_t count) {
  auto frame = begin_frame(frame_kind::credit, id);
  frame.number(count);
  portal.tell(send_frame{std::move(frame.bytes)});
}

void remote_reader_state::serve() {
  const auto taken_one = [this](const event_batch&) {
    if (++taken >= batches_ahead / 4 && !batches.end)
      ask_for(std::exchange(taken, 0));
  };
  if (batches.serve(taken_one))
    self->quit();
}

remote_reader_self::behavior_type remote_reader(remote_reader_self::stateful_pointer<remote_reader_state> self, std::uint64_t id,
                                                portal_ref portal, const caf::strong_actor_ptr& owner) {
  return any_caf::state_of(self).start(id, std::move(portal), owner);
}

// -- watch --------------------------------------------------------------------------------------------

remote_watcher_state::~remote_watcher_state() {
  finish({.code = errc::closed, .message = "the client was closed, and the watch of statistics with it"});
  portal.tell(stream_over{id});
}

remote_watcher_self::behavior_type remote_watcher_state::start(std::uint64_t given_id, portal_ref given_portal) {
  id = given_id;
  portal = std::move(given_portal);
  return {
    [this](const next&) { return on_next(); },
    [this](const cancel&) {
      finish({.code = errc::cancelled, .message = "the watch of statistics was cancelled"});
      portal.tell(send_frame{bare_frame(frame_kind::cancel, id)});
    },
    [this](const frame_arrived& frame) { on_frame(frame); },
    [this](const portal_over& over) {
      finish(over.cause);
      if (over.is_closed)
        self->quit();
    },
  };
}

caf::result<server_statistics> remote_watcher_state::on_next() {
  if (end)
    return to_caf(*end);
  auto promise = self->make_response_promise<server_statistics>();
  waiting.push_back(promise);
  // One at a time: several would only come one after the other.
  if (waiting.size() == 1)
    portal.tell(send_frame{make_frame(frame_kind::credit, id, std::uint32_t{1})});
  return promise;
}

void remote_watcher_state::on_frame(const frame_arrived& frame) {
  if (end)
    return;
  if (frame.kind == frame_kind::failure)
    return finish(content_as<error>(frame.bytes).value_or(bad_frame_error("an error")));
  auto sample = content_as<server_statistics>(frame.bytes);
  if (!sample)
    return finish(bad_frame_error("statistics"));
  if (waiting.empty())
    return;
  waiting.front().deliver(std::move(*sample));
  waiting.pop_front();
  if (!waiting.empty())
    portal.tell(send_frame{make_frame(frame_kind::credit, id, std::uint32_t{1})});
}

void remote_watcher_state::finish(error cause) {
  if (!end)
    end = std::move(cause);
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(to_caf(*end));
}

remote_watcher_self::behavior_type remote_watcher(remote_watcher_self::stateful_pointer<remote_watcher_state> self,
                                                  std::uint64_t id, portal_ref portal) {
  return any_caf::state_of(self).start(id, std::move(portal));
}

} // namespace kdb::inline v0::remote
