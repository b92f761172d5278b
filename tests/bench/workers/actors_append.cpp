// SPDX-License-Identifier: Apache-2.0

// Appending as host actors do it.

#include "tests/bench/workers/host.hpp"

#include <algorithm>
#include <chrono>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace kdb::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint64_t host_actors = 4;

double micros_since(clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(clock::now() - begin).count();
}

/// What is asked for again and again.
struct one_event {
  using answer = append_result;

  static append_to_stream request(const std::string& stream, const std::string& data) {
    append_to_stream what{.stream = stream};
    what.events.push_back(event_to_append(data));
    return what;
  }
};

struct one_record {
  using answer = records_result;

  static append_records request(const std::string& stream, const std::string& data) {
    append_records what;
    what.records.push_back({stream, {.schema_name = "order-placed", .data = data}});
    return what;
  }
};

/// What is appended, and where to: made before the passes, as the raw loops do.
struct material {
  explicit material(const work_options& options) : data{event_data(options.size)} {
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(options.streams, 1); ++i)
      streams.push_back(options.stream + "-" + std::to_string(i));
  }
  std::string data;
  std::vector<std::string> streams;
};

/// One host actor: `count` appends of one event, `in_flight` of them at a time, to its share of the streams.
struct appending_state {
  client_actor client;
  std::shared_ptr<const material> from;
  std::uint64_t first = 0, share = 1; // Of the streams.
  std::uint64_t count = 0, asked = 0, done = 0;
  bool timed = false;
  std::vector<double> latencies;
};
using appending_self = caf::stateful_actor<appending_state>;
using latencies = std::vector<double>;

template <class Kind>
void append_next(appending_self* self, outcome<latencies> result) {
  auto& state = any_caf::state_of(self);
  const auto begin = state.timed ? clock::now() : clock::time_point{};
  const auto& streams = state.from->streams;
  const auto& stream = streams[(state.first + state.asked++ % state.share) % streams.size()];
  any_caf::request(self, state.client, caf::infinite, Kind::request(stream, state.from->data))
    .then(
      [self, result, begin](const typename Kind::answer&) {
        auto& now = any_caf::state_of(self);
        if (now.timed)
          now.latencies.push_back(micros_since(begin));
        if (now.asked < now.count)
          append_next<Kind>(self, result);
        if (++now.done == now.count) {
          result.done(std::move(now.latencies));
          self->quit();
        }
      },
      [self, result](const caf::error& why) {
        result.failed(why);
        self->quit();
      });
}

struct appending {
  std::shared_ptr<const material> from;
  std::uint64_t number = 0, actors = 1, count = 0, in_flight = 0;
  bool timed = false;
};

template <class Kind>
caf::behavior appending_actor(appending_self* self, client_actor client, appending what, outcome<latencies> result) {
  auto& state = any_caf::state_of(self);
  state.client = std::move(client);
  state.count = what.count;
  state.timed = what.timed;
  state.from = what.from;
  state.share = (what.from->streams.size() + what.actors - 1) / what.actors;
  state.first = what.number * state.share;
  while (state.asked < std::min(what.count, what.in_flight))
    append_next<Kind>(self, result);
  return {[](int) {}};
}

template <class Kind>
pass append_once(host& in, const work_options& options, const std::shared_ptr<const material>& from, std::uint64_t actors,
                 bool timed) {
  stopwatch watch;
  std::vector<std::future<latencies>> ends;
  for (std::uint64_t i = 0; i < actors; ++i) {
    outcome<latencies> result;
    ends.push_back(result.future());
    const appending what{from, i, actors, options.count / actors, options.in_flight / actors, timed};
    in.system().spawn(appending_actor<Kind>, in.client(), what, result);
  }
  latencies all;
  for (auto& end : ends)
    for (auto micros : end.get())
      all.push_back(micros);
  auto result = watch.stop(static_cast<double>(options.count / actors * actors));
  put_percentiles(result, std::move(all));
  return result;
}

template <class Kind>
worker append_with_hosts(const work_options& options, std::uint64_t actors, bool timed) {
  auto in = std::make_shared<host>(options);
  auto from = std::make_shared<const material>(options);
  return [=] { return append_once<Kind>(*in, options, from, actors, timed); };
}

} // namespace

worker make_actors_append(const work_options& options) {
  return append_with_hosts<one_event>(options, std::clamp<std::uint64_t>(options.in_flight, 1, host_actors), false);
}

worker make_actors_records(const work_options& options) {
  return append_with_hosts<one_record>(options, host_actors, false);
}

worker make_actors_append_single(const work_options& options) {
  auto single = options;
  single.in_flight = 1;
  return append_with_hosts<one_event>(single, 1, true);
}

} // namespace kdb::bench
