#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <protocol.hpp>

// Which node now: the state machine of the connection, without an actor, a clock or a network in it.
namespace kdb::connecting {

// -- phases --------------------------------------------------------------------------

/// No node, and nobody wants one.
struct idle {};
/// Discovery was asked for a candidate.
struct discovering {
  unsigned attempt = 1;
};
/// A candidate was asked what it offers.
struct probing {
  unsigned attempt = 1;
  std::uint64_t probe = 0;
};
/// Between two attempts.
struct waiting {
  unsigned attempt = 1;
  std::uint64_t wait = 0;
};
/// A node is in use.
struct in_use {
  node_ptr current;
};
/// For good.
struct closed {};

using phase = std::variant<idle, discovering, probing, waiting, in_use, closed>;

std::string_view to_string(const phase& now);

// -- what happens --------------------------------------------------------------------

struct asked {}; ///< Somebody wants a node.
struct candidate {
  endpoint where;
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
struct lost {
  kdb::generation generation{};
  error why;
};
struct shut {};

using event = std::variant<asked, candidate, no_candidate, probed, waited, lost, shut>;

// -- what is to be done ----------------------------------------------------------------

struct discover {
  unsigned attempt = 1;
};
struct probe {
  std::uint64_t id = 0;
  endpoint where;
  kdb::generation generation{};
};
struct wait {
  std::uint64_t id = 0;
  std::chrono::milliseconds duration{};
};
/// To everybody who waits for a node.
struct answer {
  node_ptr current;
};
/// Likewise.
struct refuse {
  error why;
};

using effect = std::variant<discover, probe, wait, answer, refuse>;

/// The rules that come from the settings.
struct rules {
  int max_attempts = 10; ///< -1: for ever.
  std::chrono::milliseconds interval{100};
};

/// One connection's state. `step` is the only way it changes.
class steps {
public:
  explicit steps(rules given) : rules_{given} {}

  std::vector<effect> step(event what);
  const phase& now() const { return phase_; }

private:
  std::vector<effect> on(asked);
  std::vector<effect> on(candidate what);
  std::vector<effect> on(no_candidate what);
  std::vector<effect> on(probed what);
  std::vector<effect> on(waited what);
  std::vector<effect> on(lost what);
  std::vector<effect> on(shut);
  std::vector<effect> attempt_failed(unsigned attempt, error why);

  rules rules_;
  phase phase_ = idle{};
  std::uint64_t last_id_ = 0;         // Of probes and waits: an answer to an earlier one is stale.
  std::uint64_t last_generation_ = 0;
};

} // namespace kdb::connecting
