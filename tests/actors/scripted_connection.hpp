// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "actors/runtime/protocol.hpp"
#include "actors/workers/worker_context.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/scripted_transport.hpp"

namespace kdb::test {

/// The script of a connection: requests for a node wait until the test answers them, unless `at_once` holds an answer.
struct connection_script {
  std::deque<caf::typed_response_promise<node_ptr>> asked;
  std::vector<call_failed> losses;
  std::optional<result<node_ptr>> at_once;
  unsigned asks = 0;
};

using scripted_connection = connection_actor::extend<accepts<step>>;

/// The environment of a worker: settings, a scripted connection, and scripted transports.
class worker_fixture : public actor_fixture {
public:
  explicit worker_fixture(settings how = default_settings());
  ~worker_fixture();

  static settings default_settings();

  /// A node of that generation over a fresh transport.
  node_ptr make_node(std::uint64_t generation, bool batch_append = true);
  /// From now on the connection answers at once with this node.
  void use(node_ptr node) { link->at_once = result<node_ptr>{std::move(node)}; }
  /// Answers all waiting requests for a node.
  void answer_asks(result<node_ptr> outcome);

  std::shared_ptr<connection_script> link = std::make_shared<connection_script>();
  scripted_connection connection;
  worker_context_ptr context;
  std::vector<std::shared_ptr<scripted_transport>> transports;
  /// The latest.
  scripted_transport& calls() { return *transports.back(); }
};

/// The same environment with a log.
inline worker_context_ptr with_log(const worker_context& surroundings, logger_ptr log) {
  return std::make_shared<const worker_context>(
    worker_context{surroundings.settings, surroundings.connection, std::move(log), surroundings.credentials});
}

} // namespace kdb::test
