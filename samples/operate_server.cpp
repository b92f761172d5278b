// SPDX-License-Identifier: Apache-2.0

// operate_server: the operations that administer a node, on a development node of its own, because the last one ends a server.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

int main() {
  kdb::devnode node;
  auto db = kdb::client::connect(node.connection_string()).value();
  // docs: watch
  auto watch = db.watch_statistics({.refresh_period = 100ms});
  int samples = 0;
  for (const auto& statistics : watch.each()) {
    std::cout << "memory: " << statistics.values.at("proc-mem") << "\n";
    if (++samples == 3)
      watch.cancel();
  }
  auto broken_off = watch.finish(); // Why it broke off; nothing after `cancel`.
  // docs: end
  // docs: operations
  auto started = db.start_scavenge({.threads = 2}); // Its answer has an id: {id, scavenge_state::started}.
  auto stopped = db.stop_scavenge(started->id, {.deadline = 5s});
  auto resigned = db.resign_node();        // A leader resigns, and another node is elected.
  auto priority = db.set_node_priority(1); // Among nodes with the same log, the highest priority wins the election.
  auto merged = db.merge_indexes();
  auto now = db.get_statistics();   // {{"proc-mem", "…"}, …}
  auto ended = db.shut_down_node(); // The reply arrives before the node stops.
  // docs: end
  // A development node has finished a scavenge when it answers, and can't be shut down by a client.
  std::cout << "stop: " << stopped.error().message << "\nshut down: " << ended.error().message << "\n";
  return broken_off && samples == 3 && started && !stopped && resigned && priority && merged && now && !now->values.empty() ? 0
                                                                                                                            : 1;
}
