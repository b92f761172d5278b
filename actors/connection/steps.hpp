// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/runtime/protocol.hpp"
#include "libkdb/policy/backoff.hpp"
#include "libkdb/policy/node_choice.hpp"

// Which node now: the state machine of the connection, without an actor, a clock or a network in it.
namespace kdb::inline v0::connecting {

// -- phases --------------------------------------------------------------------------

/// No node, and nobody wants one.
struct idle {};
/// A pause after a round that failed, or after a node that was lost as soon as it was found.
struct resting {
  std::uint64_t wait = 0;
  bool wanted = false; ///< A round begins after it.
};
/// Discovery was asked for a candidate.
struct discovering {
  unsigned attempt = 1;
};
/// A candidate was asked what it offers.
struct probing {
  unsigned attempt = 1;
  std::uint64_t probe = 0;
  endpoint where{};
  bool redirected = false; ///< Another node named it as the leader.
  kdb::generation generation{};
};
/// Between two attempts.
struct waiting {
  unsigned attempt = 1;
  std::uint64_t wait = 0;
};
/// A node is in use.
struct in_use {
  node_ptr current;
  bool redirected = false;
  std::uint64_t settling = 0; ///< The wait after which it counts as a success; 0 once it does.
  bool checking = false;      ///< It was asked for its gossip.
};
/// For good.
struct closed {};

using phase = std::variant<idle, resting, discovering, probing, waiting, in_use, closed>;

std::string_view to_string(const phase& now);

// -- what happens --------------------------------------------------------------------

struct asked {}; ///< Somebody wants a node.
struct candidate {
  rpc::address where;
};
struct no_candidate {
  error why;
};
struct probed {
  std::uint64_t probe = 0;
  result<node_ptr> outcome;
};
struct waited {
  std::uint64_t wait = 0;
};
/// A call to the node has failed.
struct failed {
  kdb::generation generation{};
  error why;
  bool unanswered = false; ///< As in `call_failed`.
};
struct checked {
  kdb::generation generation{};
  result<std::vector<cluster_member>> members;
};
/// The node that is in use, or asked what it offers, has sent nothing for a while.
struct silent {
  kdb::generation generation{};
};
/// Another member has said what it knows of the cluster.
struct others_answered {
  kdb::generation generation{};
  result<std::vector<cluster_member>> members;
};
/// Ends it: asks are refused with `why` from then on.
struct shut {
  error why{.code = errc::closed, .message = "the client is closed"};
};

using event = std::variant<asked, candidate, no_candidate, probed, waited, failed, checked, silent, others_answered, shut>;

// -- what is to be done ----------------------------------------------------------------

struct discover {
  unsigned attempt = 1;
  std::vector<endpoint> avoid{};
};
struct probe {
  std::uint64_t id = 0;
  rpc::address where;
  kdb::generation generation{};
};
struct wait {
  std::uint64_t id = 0;
  std::chrono::milliseconds duration{};
};
/// Ask the node for its gossip.
struct check {
  node_ptr current;
};
/// Ask another member than this one for its gossip.
struct ask_another {
  endpoint besides;
  kdb::generation generation{};
};
/// End the calls to the node that is left: they would wait for it.
struct abandon {
  std::string message;
};
/// To everybody who waits for a node.
struct answer {
  node_ptr current;
};
/// Likewise.
struct refuse {
  error why;
};
/// To those who observe the client.
struct announce {
  connection_change what;
};

using effect = std::variant<discover, probe, wait, check, ask_another, abandon, answer, refuse, announce>;

/// The rules that come from the settings, and the chance.
struct rules {
  int max_attempts = 10; ///< -1: for ever.
  std::chrono::milliseconds interval{100};
  /// What a node has to be to stay in use when there is doubt.
  policy::node_wish wish{node_preference::random, false};
  /// Pauses between rounds.
  policy::backoff_limits between_rounds{};
  /// In use for that long, a node was worth the attempt.
  std::chrono::milliseconds settled_after{1000};
  /// Random numbers in [0, 1).
  std::function<double()> draw = [] { return 0.5; };
  /// Generations count from here: those of an earlier connection are stale.
  std::uint64_t first_generation = 1;
};

/// One connection's state. `step` is the only way it changes.
class steps {
public:
  explicit steps(rules given) : rules_{std::move(given)}, next_generation_{rules_.first_generation} {}

  std::vector<effect> step(event event);
  const phase& now() const { return phase_; }

private:
  std::vector<effect> on(asked);
  std::vector<effect> on(candidate event);
  std::vector<effect> on(no_candidate event);
  std::vector<effect> on(probed event);
  std::vector<effect> on(waited event);
  std::vector<effect> on(failed event);
  std::vector<effect> on(checked event);
  std::vector<effect> on(const silent& event);
  std::vector<effect> on(const others_answered& event);
  std::vector<effect> on(shut event);

  std::vector<effect> begin_attempt(unsigned attempt);
  std::vector<effect> begin_probe(unsigned attempt, rpc::address where, bool redirected);
  std::vector<effect> attempt_failed(unsigned attempt, error cause);
  std::vector<effect> leave(error cause);
  wait rest(bool wanted);
  void avoid(const endpoint& where);

  rules rules_;
  phase phase_ = idle{};
  std::uint64_t last_id_ = 0; // Of probes and waits: an answer to an earlier one is stale.
  std::uint64_t next_generation_;
  std::vector<endpoint> failed_; // Since a node was last in use for a while.
  unsigned setbacks_ = 0;        // Failed rounds and nodes lost at once, likewise.
  error end_;                    // Why it is closed.
};

} // namespace kdb::inline v0::connecting
