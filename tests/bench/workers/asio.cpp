// SPDX-License-Identifier: Apache-2.0

// The same operations through the Asio client, with callbacks on a thread that runs its executor.

#include "tests/bench/workers/worker.hpp"

#include <future>
#include <memory>
#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <kdb/async_client.hpp>

#include "tests/bench/workers/raw_channel.hpp"

namespace kdb::bench {

namespace {

namespace asio = boost::asio;

async_client connect(asio::io_context& context, const work_options& options) {
  auto made = async_client::connect(context.get_executor(), "kurrentdb://" + options.target + "?tls=false");
  if (!made)
    throw std::runtime_error{to_string(made.error())};
  auto up = made->wait_connected(std::chrono::seconds{10}, asio::use_future);
  context.run();
  context.restart();
  if (auto outcome = up.get(); !outcome)
    throw std::runtime_error{to_string(outcome.error())};
  return std::move(*made);
}

/// A client and the executor that the worker's own thread runs during a pass.
struct program {
  explicit program(const work_options& given) : options{given}, client{connect(context, given)} {}

  /// Runs what has been started, and what follows from it, to its end.
  void run() {
    context.run();
    context.restart();
    if (!problem.empty())
      throw std::runtime_error{problem};
  }

  work_options options;
  asio::io_context context;
  async_client client;
  std::string problem{};
};

struct seen_events {
  std::uint64_t events = 0, bytes = 0;
};

void read_next(program& in, async_reading& reading, seen_events& seen) {
  reading.next([&](result<event_batch> batch) {
    if (!batch) {
      in.problem = to_string(batch.error());
      return;
    }
    if (batch->empty())
      return;
    for (auto& event : batch->events()) {
      ++seen.events;
      seen.bytes += event.data().size();
    }
    read_next(in, reading, seen);
  });
}

pass read_once(program& in) {
  stopwatch watch;
  seen_events seen;
  auto reading = in.client.read_stream(in.options.stream, {.limit = in.options.count});
  read_next(in, reading, seen);
  in.run();
  auto result = watch.stop(static_cast<double>(seen.events));
  if (seen.events != in.options.count)
    throw std::runtime_error{"read " + std::to_string(seen.events) + " events"};
  return result;
}

struct appends {
  std::vector<std::string> streams{};
  std::uint64_t asked = 0, done = 0;
};

void append_next(program& in, appends& all) {
  std::vector<new_event> events;
  events.push_back(new_event::json("order-placed", event_data()));
  const auto& stream = all.streams[all.asked++ % all.streams.size()];
  in.client.append_to_stream(stream, stream_state::any, std::move(events), [&](const result<append_result>& outcome) {
    if (!outcome)
      in.problem = to_string(outcome.error());
    ++all.done;
    if (all.asked < in.options.count)
      append_next(in, all);
  });
}

pass append_once(program& in) {
  stopwatch watch;
  appends all;
  for (std::uint64_t i = 0; i < in.options.streams; ++i)
    all.streams.push_back(in.options.stream + "-" + std::to_string(i));
  while (all.asked < std::min(in.options.count, in.options.in_flight))
    append_next(in, all);
  in.run();
  return watch.stop(static_cast<double>(all.done));
}

} // namespace

worker make_asio_read(const work_options& options) {
  auto in = std::make_shared<program>(options);
  return [in] { return read_once(*in); };
}

worker make_asio_append(const work_options& options) {
  auto in = std::make_shared<program>(options);
  return [in] { return append_once(*in); };
}

} // namespace kdb::bench
