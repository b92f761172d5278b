// SPDX-License-Identifier: Apache-2.0

// testing: how tests use the development node: one for each test, a bad network, a cluster that loses its leader.

#include <kdb/client.hpp>
#include <kdb/devcluster.hpp>
#include <kdb/devnode.hpp>
#include <kdb/tcp_proxy.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

namespace {

bool place_order(const kdb::client& db, const std::string& stream) {
  return db
    .append_to_stream(stream, kdb::stream_state::no_stream, {kdb::new_event::json("order-placed", "{}")}, {.call = {.retry = 20}})
    .has_value();
}

// docs: node
bool an_order_is_written_once() {
  kdb::devnode node; // A server of its own, empty, on a free port. It starts in milliseconds.
  auto db = kdb::client::connect(node.connection_string()).value();
  return place_order(db, "order-1") && !place_order(db, "order-1");
}
// docs: end

// docs: network
bool a_silent_network_ends_in_a_typed_error() {
  kdb::devnode node;
  kdb::tcp_proxy network{node.port()};
  auto db = kdb::client::connect(network.connection_string()).value();
  if (!db.wait_connected(5s))
    return false;
  network.stall(); // Connections stay open, but nothing is passed on.
  auto lost =
    db.append_to_stream("order-1", kdb::stream_state::any, {kdb::new_event::json("paid", "{}")}, {.call = {.deadline = 500ms}});
  network.resume();
  return !lost && lost.error().code == kdb::errc::deadline_exceeded && lost.error().outcome_unknown;
}
// docs: end

// docs: cluster
bool an_order_survives_the_loss_of_the_leader() {
  kdb::devcluster cluster{{.election = 200ms}};
  auto db = kdb::client::connect(cluster.connection_string()).value();
  if (!place_order(db, "order-1"))
    return false;
  cluster.kill(*cluster.leader());
  return place_order(db, "order-2") && db.read_stream_to_end("order-1").has_value(); // The client finds the next leader.
}
// docs: end

} // namespace

int main() {
  for (auto* test : {an_order_is_written_once, a_silent_network_ends_in_a_typed_error, an_order_survives_the_loss_of_the_leader})
    if (!test()) {
      std::cerr << "a test failed\n";
      return 1;
    }
  std::cout << "all passed\n";
  return 0;
}
