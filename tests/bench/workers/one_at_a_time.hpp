// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "tests/bench/workers/host.hpp"

namespace kdb::bench {

/// Asks an actor that appends and receives what it appended for one pass.
struct start_pass {
  std::uint64_t count = 0;
  outcome<std::vector<double>> result{};
};

struct live_state {
  client_actor client;
  std::string stream;
  start_pass current;
  std::chrono::steady_clock::time_point begin;
  std::vector<double> latencies;
  std::size_t copies = 1; // Of each event: as many subscriptions deliver it.
  std::size_t seen = 0;   // Of the last event.
  bool answered = false, delivered = false;
};
using live_self = caf::stateful_actor<live_state>;

/// Begins the pass: one append after the other, each when the one before is both answered and delivered, as the raw loop does.
void begin_pass(live_self* self, start_pass& given);

/// So many events have come for what was appended last. The last of its copies counts.
void note_delivered(live_self* self, std::size_t events);

/// Has the actor make one pass, and waits for it.
pass run_pass(const caf::actor& actor, std::uint64_t count);

} // namespace kdb::bench

KDB_ACTOR_MESSAGES(bench_passes, 1560, kdb::bench::start_pass)
