// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/node_round.hpp"

#include <atomic>
#include <exception>
#include <iostream>
#include <thread>
#include <vector>

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include "tests/fixtures/wait.hpp"
#include "tests/hostile/hostile_client.hpp"

namespace kdb::hostile {

namespace {

using namespace std::chrono_literals;
using fixtures::soon;

struct counters {
  std::atomic<std::size_t> calls{0}, connections{0}, good{0};
};

void attack(std::uint16_t port, const corpus& recorded, std::uint64_t seed, const std::atomic<bool>& over, counters& counts,
            findings& book) {
  chance any{seed};
  while (!over) {
    try {
      hostile_client peer{port, recorded, any.number()};
      ++counts.connections;
      for (auto left = any.below(2000); left > 0 && !over && peer.step(); --left)
        ;
      counts.calls += peer.calls();
    } catch (const std::exception& why) {
      book.add(why.what());
      return;
    }
  }
}

/// Appends and reads back: a busy node may be slow, and no more than that.
void work(const std::string& where, const std::atomic<bool>& over, watch& watching, counters& counts, findings& book) {
  auto how = settings::from_connection_string(where).value();
  how.credentials_in_clear = true; // Without TLS the node does not ask for it in its connection string.
  auto good = client::connect(how);
  const call_options in_time{.deadline = fixtures::patience};
  for (std::uint64_t i = 0; !over; ++i) {
    const auto stream = "good-" + std::to_string(i % 10);
    const watch::guard guard{watching, "the good client"};
    const auto appended = good->append_to_stream(stream, stream_state::any, {new_event::json("t", "{}")}, {.call = in_time});
    if (over)
      return; // The node may be stopping.
    if (!appended) {
      book.add("the good client can't append: " + to_string(appended.error()));
      return;
    }
    const auto read = good->read_stream_to_end(stream, {.direction = backwards, .limit = 1, .call = in_time});
    if (over)
      return;
    if (!read || read->size() != 1) {
      book.add("the good client can't read: " + (read ? std::string{"nothing there"} : to_string(read.error())));
      return;
    }
    ++counts.good;
  }
}

} // namespace

void run_node_round(const corpus& recorded, std::uint64_t seed, const round_options& how, watch& watching, findings& book) {
  chance any{seed};
  // With access control for some: the recorded requests bring credentials of both kinds, good and bad.
  devnode node{{.authentication = any.one_in(2)}};
  counters counts;
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  threads.emplace_back(work, node.connection_string(), std::cref(over), std::ref(watching), std::ref(counts), std::ref(book));
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(attack, node.port(), std::cref(recorded), any.number(), std::cref(over), std::ref(counts),
                         std::ref(book));
  std::this_thread::sleep_for(how.duration);
  for (const fixtures::stopwatch waited; counts.good == 0 && waited.elapsed() < fixtures::patience;)
    std::this_thread::sleep_for(20ms);
  if (any.one_in(2)) { // Else it stops under fire.
    over = true;
    for (auto& each : threads)
      each.join();
    threads.clear();
  }
  if (counts.good == 0)
    book.add("the good client got nothing done");
  const auto done = counts.good.load();
  over = true;
  {
    const watch::guard guard{watching, "the node's stop"};
    node.stop();
    if (guard.elapsed() > soon + how.grace)
      book.add("the node took " + std::to_string(guard.elapsed().count()) + " ms to stop");
  }
  for (auto& each : threads)
    each.join();
  if (how.verbose)
    std::cout << "  " << counts.calls << " hostile calls on " << counts.connections << " connections, " << done << " good ones\n";
}

} // namespace kdb::hostile
