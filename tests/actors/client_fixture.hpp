// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "actors/client/client.hpp"
#include "actors/runtime/signals.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/scripted_transport.hpp"

namespace kdb::test {

/// A whole client over scripted transports.
struct client_fixture : actor_fixture {
  explicit client_fixture(std::function<void(settings&)> adjust = [](settings&) {}) {
    how.endpoints = {{"127.0.0.1", 2113}};
    how.tls.enabled = false;
    how.max_discover_attempts = 1;
    adjust(how);
    tested = keep(caf::actor_cast<client_actor>(
      sys.spawn(client_behavior, client_parts{.settings = how,
                                              .engine = nullptr,
                                              .transports =
                                                [this](const rpc::address&) {
                                                  transports.push_back(std::make_shared<scripted_transport>());
                                                  return transports.back();
                                                },
                                              .look_up = {},
                                              .log = nullptr,
                                              .signals = make_signals(how)})));
    observer = keep(sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const connection_change& what) { changes.push_back(what); }};
    }));
    receiver = keep(sys.spawn(
      [](caf::event_based_actor* me, client_fixture* test) -> caf::behavior {
        return behavior_that_drops_others(
          me, [test](const event_batch&) { ++test->batches; },
          [test](const subscription_ended& end) { test->ends.push_back(end); });
      },
      this));
    drain();
  }
  ~client_fixture() {
    caf::anon_send_exit(tested, caf::exit_reason::user_shutdown);
    drain();
    tested = nullptr;
    receiver = nullptr;
    observer = nullptr;
    for (const auto& each : transports)
      each->forget_calls();
  }

  answer<append_result> append() {
    return ask<append_result>(tested, append_to_stream{.stream = "s", .events = {new_event::json("t", "{}")}});
  }
  answer<reader_actor> read() { return ask<reader_actor>(tested, read_stream{.stream = "s"}); }
  answer<subscription_actor> subscribe() {
    return ask<subscription_actor>(tested, subscribe_to_stream{.stream = "s", .subscriber = receiver});
  }
  answer<void> close() { return ask<void>(tested, kdb::close{}); }

  scripted_transport& calls() { return *transports.back(); }
  void node_answers() {
    calls().exchanges.at(0)->end(std::vector{features_message()});
    drain();
  }
  void node_fails(errc code = errc::unavailable) {
    calls().exchanges.at(0)->end(unexpected{failure_of(code)});
    drain();
  }
  /// Connects the client to a node, with a call for appends.
  void connect() {
    const auto done = append();
    node_answers();
    reply(0);
    BOOST_REQUIRE(done.succeeded());
  }
  void reply(std::size_t append) {
    auto& call = *calls().appends.at(0);
    call.reply(call.correlations().at(append), append_result{stream_revision{append}, std::nullopt});
    drain();
  }
  /// A worker, by its name.
  caf::strong_actor_ptr worker(std::string_view name) {
    auto& state = any_caf::state_of(caf::actor_cast<caf::stateful_actor<client_state>*>(tested));
    for (const auto& [address, unused] : state.children)
      if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(address))
        if (caf::actor_cast<caf::local_actor*>(alive)->name() == name)
          return alive;
    return nullptr;
  }

  settings how;
  client_actor tested;
  caf::actor receiver;
  caf::actor observer;
  std::vector<connection_change> changes;
  std::size_t batches = 0;
  std::vector<subscription_ended> ends;
  std::vector<std::shared_ptr<scripted_transport>> transports;
};

} // namespace kdb::test
