// SPDX-License-Identifier: Apache-2.0

// The same operations through the blocking client.

#include "tests/bench/workers/worker.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>

#include <kdb/client.hpp>

#include "tests/bench/workers/raw_channel.hpp"

namespace kdb::bench {

namespace {

using clock = std::chrono::steady_clock;

client connect(const work_options& options) {
  auto made = client::connect("kurrentdb://" + options.target + "?tls=false");
  if (!made)
    throw std::runtime_error{to_string(made.error())};
  if (auto up = made->wait_connected(std::chrono::seconds{10}); !up)
    throw std::runtime_error{to_string(up.error())};
  return std::move(*made);
}

pass read_once(client& from, const work_options& options) {
  stopwatch watch;
  std::uint64_t events = 0, bytes = 0;
  auto reading = from.read_stream(options.stream, {.limit = options.count});
  for (auto& event : reading.events()) {
    ++events;
    bytes += event.data().size();
  }
  auto end = reading.finish();
  auto result = watch.stop(static_cast<double>(events));
  if (!end || events != options.count)
    throw std::runtime_error{"read " + std::to_string(events) + " events" + (end ? "" : ": " + to_string(end.error()))};
  return result;
}

} // namespace

worker make_client_read(const work_options& options) {
  auto from = std::make_shared<client>(connect(options));
  return [from, options] { return read_once(*from, options); };
}

worker make_client_append_single(const work_options& options) {
  auto to = std::make_shared<client>(connect(options));
  return [to, options] {
    std::vector<double> latencies;
    stopwatch watch;
    for (std::uint64_t i = 0; i < options.count; ++i) {
      const auto stream = options.stream + "-" + std::to_string(i % options.streams);
      const auto begin = clock::now();
      auto done = to->append_to_stream(stream, stream_state::any, {new_event::json("order-placed", event_data())});
      if (!done)
        throw std::runtime_error{to_string(done.error())};
      latencies.push_back(std::chrono::duration<double, std::micro>(clock::now() - begin).count());
    }
    auto result = watch.stop(static_cast<double>(options.count));
    put_percentiles(result, std::move(latencies));
    return result;
  };
}

} // namespace kdb::bench
