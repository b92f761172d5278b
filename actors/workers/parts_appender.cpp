// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/parts_appender.hpp"

#include <iterator>
#include <utility>

#include "libkdb/policy/parts.hpp"

namespace kdb::inline v0 {

parts_appender_state::~parts_appender_state() {
  if (!answer.pending())
    return;
  done.stopped = error{.code = errc::closed, .message = "the client was closed between the parts", .outcome_unknown = true};
  answer.deliver(std::move(done));
}

parts_appender_actor::behavior_type parts_appender_state::start(untyped_client given) {
  client = std::move(given);
  return {
    [this](append_in_parts& request) { return on_append(request); },
  };
}

caf::result<append_in_parts_result> parts_appender_state::on_append(append_in_parts& request) {
  answer = self->make_response_promise<append_in_parts_result>();
  list = std::move(request);
  if (auto fine = policy::check_append_in_parts(list.stream, list.expected, list.events, list.options); !fine) {
    stop(std::move(fine.error()));
    return answer;
  }
  ends = policy::part_ends(list.events, list.options.part_bytes);
  append_next();
  return answer;
}

void parts_appender_state::append_next() {
  const auto at = list.events.begin();
  const auto begin = at + static_cast<std::ptrdiff_t>(done.events), end = at + static_cast<std::ptrdiff_t>(ends[done.parts]);
  append_to_stream part{.stream = list.stream,
                        .expected = list.expected,
                        .events = {std::make_move_iterator(begin), std::make_move_iterator(end)},
                        .options = {.call = list.options.call}};
  // The client answers in every case, and each part has a deadline of its own.
  any_caf::request(self, client, caf::infinite, std::move(part))
    .then([this](const append_result& written) { appended(written); },
          [this](const caf::error& cause) { stop(error::from(cause)); });
}

void parts_appender_state::appended(const append_result& part) {
  list.expected = policy::expected_after(list.expected, part);
  done.events = ends[done.parts];
  ++done.parts;
  done.last = part;
  if (done.parts < ends.size()) {
    append_next();
    return;
  }
  answer.deliver(std::move(done));
  self->quit();
}

void parts_appender_state::stop(error cause) {
  done.stopped = std::move(cause);
  answer.deliver(std::move(done));
  self->quit();
}

parts_appender_actor::behavior_type parts_appender(parts_appender_actor::stateful_pointer<parts_appender_state> self,
                                                   untyped_client client) {
  return any_caf::state_of(self).start(std::move(client));
}

} // namespace kdb::inline v0
