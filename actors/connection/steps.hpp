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

// The state machine of the connection, which chooses the node in use. No actor, no clock, no network.
namespace kdb::inline v0::connecting {

// -- phases --------------------------------------------------------------------------

/// No node is in use, and none is wanted.
struct idle {};
/// A pause after a round that failed, or after a node that was lost as soon as it was found.
struct resting {
  std::uint64_t wait = 0;
  bool wanted = false; ///< A round begins after the pause.
};
/// Discovery was asked for a candidate.
struct discovering {
  unsigned attempt = 1;
};
/// A candidate was asked for its features.
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
  std::uint64_t settling = 0; ///< The wait after which the node counts as a success; 0 after that.
  bool checking = false;      ///< It was asked for its gossip.
};
/// Closed for ever.
struct closed {};

using phase = std::variant<idle, resting, discovering, probing, waiting, in_use, closed>;

std::string_view to_string(const phase& now);

// -- what happens --------------------------------------------------------------------

struct asked {}; ///< Somebody wants a node.
struct candidate {
  rpc::address where;
};
struct no_candidate {
  error cause;
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
  error cause;
  bool unanswered = false; ///< As in `call_failed`.
};
struct checked {
  kdb::generation generation{};
  result<std::vector<cluster_member>> members;
};
/// The node in use, or the candidate that was asked for its features, has sent nothing for a while.
struct silent {
  kdb::generation generation{};
};
/// Another member has answered with its gossip.
struct others_answered {
  kdb::generation generation{};
  result<std::vector<cluster_member>> members;
};
/// Closes the connection. Later requests for a node are refused with `cause`.
struct shut {
  error cause{.code = errc::closed, .message = "the client is closed"};
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
/// End the calls to the node that the client leaves, because they would wait for it.
struct abandon {
  std::string message;
};
/// Answer all requests for a node.
struct answer {
  node_ptr current;
};
/// Refuse all requests for a node.
struct refuse {
  error cause;
};
/// Tell the observers of the client.
struct announce {
  connection_change change;
};

using effect = std::variant<discover, probe, wait, check, ask_another, abandon, answer, refuse, announce>;

/// The rules from the settings, and the source of random numbers.
struct rules {
  int max_attempts = 10; ///< -1: for ever.
  std::chrono::milliseconds interval{100};
  /// The kind of node that may stay in use after a check.
  policy::node_wish wish{node_preference::random, false};
  /// Pauses between rounds.
  policy::backoff_limits between_rounds{};
  /// A node that was in use for this long counts as a success.
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

  std::vector<effect> step(event happened);
  const phase& now() const { return phase_; }

private:
  std::vector<effect> on(asked);
  std::vector<effect> on(candidate happened);
  std::vector<effect> on(no_candidate happened);
  std::vector<effect> on(probed happened);
  std::vector<effect> on(waited happened);
  std::vector<effect> on(failed happened);
  std::vector<effect> on(checked happened);
  std::vector<effect> on(const silent& happened);
  std::vector<effect> on(const others_answered& happened);
  std::vector<effect> on(shut happened);

  std::vector<effect> begin_attempt(unsigned attempt);
  std::vector<effect> begin_probe(unsigned attempt, rpc::address where, bool redirected);
  std::vector<effect> attempt_failed(unsigned attempt, error cause);
  std::vector<effect> leave(error cause);
  wait rest(bool wanted);
  void avoid(const endpoint& where);

  rules rules_;
  phase phase_ = idle{};
  std::uint64_t last_id_ = 0; // Numbers probes and waits: an answer to an earlier one is stale.
  std::uint64_t next_generation_;
  std::vector<endpoint> failed_; // Since a node was last in use for a while.
  unsigned setbacks_ = 0;        // Failed rounds and nodes lost at once, likewise.
  error end_;                    // Why it is closed.
};

} // namespace kdb::inline v0::connecting
