// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/whole_reader.hpp"

#include <utility>

namespace kdb::inline v0 {

whole_reader_state::~whole_reader_state() {
  if (answer.pending())
    answer.deliver(to_caf({.code = errc::closed, .message = "the client was closed before the end of the read"}));
}

whole_reader_actor::behavior_type whole_reader_state::start(untyped_client given) {
  client = std::move(given);
  asker_end = {self, [this](caf::down_msg&) { self->quit(); }};
  return {
    [this](read_stream_to_end& request) { return on_read(request); },
  };
}

caf::result<event_list> whole_reader_state::on_read(read_stream_to_end& request) {
  if (const auto& asker = self->current_sender()) // The promise takes it away.
    asker_end.watch(asker);
  answer = self->make_response_promise<event_list>();
  all.emplace(request.max_bytes);
  // Both answer in every case, and the read has a deadline of its own.
  any_caf::request(self, client, caf::infinite, read_stream{std::move(request.stream), std::move(request.options)})
    .then(
      [this](const reader_actor& started) {
        source = started;
        ask();
      },
      [this](const caf::error& cause) { fail(error::from(cause)); });
  client = nullptr;
  return answer;
}

void whole_reader_state::ask() {
  any_caf::request(self, source, caf::infinite, next{})
    .then([this](event_batch& batch) { arrived(batch); }, [this](const caf::error& cause) { fail(error::from(cause)); });
}

void whole_reader_state::arrived(event_batch& batch) {
  if (batch.empty()) {
    answer.deliver(all->finish());
    self->quit();
    return;
  }
  if (auto kept = all->add(std::move(batch)); !kept)
    fail(std::move(kept.error()));
  else
    ask();
}

void whole_reader_state::fail(error cause) {
  answer.deliver(to_caf(std::move(cause)));
  self->quit();
}

whole_reader_actor::behavior_type whole_reader(whole_reader_actor::stateful_pointer<whole_reader_state> self,
                                               untyped_client client) {
  return any_caf::state_of(self).start(std::move(client));
}

} // namespace kdb::inline v0
