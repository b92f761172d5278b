// SPDX-License-Identifier: Apache-2.0

// Reading as a host actor does it: one request for `next` at a time. The reader keeps batches ready, so that asking for more at once
// gains nothing.

#include "tests/bench/workers/host.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace kdb::bench {

namespace {

struct reading_state {
  reader_actor reader;
  seen_events seen;
};
using reading_self = caf::stateful_actor<reading_state>;

void ask(reading_self* self, outcome<std::uint64_t> result);

void take(reading_self* self, const event_batch& batch, const outcome<std::uint64_t>& result) {
  if (batch.empty()) {
    result.done(any_caf::state_of(self).seen.events);
    self->quit();
    return;
  }
  any_caf::state_of(self).seen.take(batch);
  ask(self, result);
}

void ask(reading_self* self, outcome<std::uint64_t> result) {
  any_caf::request(self, any_caf::state_of(self).reader, caf::infinite, next{})
    .then([self, result](const event_batch& batch) { take(self, batch, result); },
          [self, result](const caf::error& why) {
            result.failed(why);
            self->quit();
          });
}

read_stream stream_of(const work_options& options) {
  read_stream what{.stream = options.stream};
  what.options.limit = options.count;
  return what;
}

std::optional<event_filter> filter_of(const work_options& options) {
  if (options.filter == "types")
    return event_filter::type_prefixes({"order-"});
  if (options.filter == "system")
    return event_filter::exclude_system_events();
  if (options.filter == "streams")
    return event_filter::stream_prefixes({options.stream});
  return std::nullopt;
}

read_all all_of(const work_options& options) {
  read_all what;
  what.options.limit = options.count;
  what.options.filter = filter_of(options);
  return what;
}

template <class Request>
caf::behavior reading_actor(reading_self* self, client_actor client, Request what, outcome<std::uint64_t> result) {
  any_caf::request(self, client, caf::infinite, std::move(what))
    .then(
      [self, result](reader_actor reader) {
        any_caf::state_of(self).reader = std::move(reader);
        ask(self, result);
      },
      [self, result](const caf::error& why) {
        result.failed(why);
        self->quit();
      });
  return {[](int) {}};
}

template <class Request>
pass read_once(host& in, const work_options& options, Request what) {
  stopwatch watch;
  outcome<std::uint64_t> result;
  auto events = result.future();
  in.system().spawn(reading_actor<Request>, in.client(), std::move(what), result);
  const auto count = events.get();
  auto timed = watch.stop(static_cast<double>(count));
  if (count != options.count)
    throw std::runtime_error{"expected " + std::to_string(options.count) + " events, got " + std::to_string(count)};
  return timed;
}

} // namespace

worker make_actors_read(const work_options& options) {
  auto in = std::make_shared<host>(options);
  return [in, options] { return read_once(*in, options, stream_of(options)); };
}

worker make_actors_read_all(const work_options& options) {
  auto in = std::make_shared<host>(options);
  return [in, options] { return read_once(*in, options, all_of(options)); };
}

} // namespace kdb::bench
