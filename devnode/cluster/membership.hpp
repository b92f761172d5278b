// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/cluster/node_state.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kdb::inline v0::development {

/// How a cluster is made up and how fast it is.
struct membership_settings {
  std::size_t voters = 3;
  std::size_t read_only = 0; ///< Replicas that take no part in elections. Their numbers follow the voters'.
  /// From the loss of a leader to its successor's first write. All other times are parts of it.
  std::chrono::milliseconds election{1000};
  /// From SIGTERM to the end of the process.
  std::chrono::milliseconds drain{1000};
  /// Whether the nodes start from nothing, without a leader, instead of as a cluster that is at work.
  bool cold_start = false;
};

/// What a node believes about another one, or knows about itself.
struct member_view {
  node_state state = node_state::manager;
  bool alive = true;
  std::chrono::milliseconds seen{0}; ///< When that was so.

  friend bool operator==(const member_view&, const member_view&) = default;
};

/// Who leads, who follows, and what each node believes about the others, in the course of elections and failures: decisions only, no clock
/// and no I/O. Times are given and never go back; things that take time happen in `advance`.
///
/// An election with the time T: a killed leader is noticed at once; at T/2 the winner is PreLeader and the others PreReplica;
/// at T it leads; at 5T/4 the others follow. One that hangs is noticed after T/2. One that resigns is ResigningLeader for T/2, until the vote.
/// Gossip goes round every T/2. A node that returns discovers the leader until 3T/4, follows at 3T/2 and has the whole log at 7T/4.
class membership {
public:
  using time = std::chrono::milliseconds;

  explicit membership(membership_settings settings);

  std::size_t size() const { return nodes_.size(); }
  bool votes(std::size_t node) const { return node < settings_.voters; }

  // -- events ---

  void kill(std::size_t node, time now);
  void start(std::size_t node, time now);
  /// Stops answering and hearing, as a frozen process does.
  void hang(std::size_t node, time now);
  void thaw(std::size_t node, time now);
  /// Begins to shut down. It keeps its role until `advance` ends it.
  void drain(std::size_t node, time now);
  /// False if it does not lead.
  bool resign(std::size_t node, time now);
  /// Nobody leads until `elect`.
  void leaderless(time now);
  void elect(time now);
  void set_priority(std::size_t node, int priority) { nodes_[node].priority = priority; }

  /// Tells how long a node's log is; counts in elections.
  void set_log_size(std::size_t node, std::uint64_t size) { nodes_[node].log_size = size; }

  /// Tells that a node that is synchronized has the leader's whole log; counts in elections, before the length.
  void has_log_of_leader(std::size_t node);

  /// Lets happen what is due.
  void advance(time now);
  std::optional<time> next_due() const;
  /// How far `advance` has come.
  time now() const { return now_; }

  // -- what is so now ---

  node_state state(std::size_t node) const { return nodes_[node].state; }
  bool running(std::size_t node) const { return nodes_[node].running; }
  bool hanging(std::size_t node) const { return nodes_[node].hanging; }
  bool draining(std::size_t node) const { return nodes_[node].draining; }

  /// Whether it has all of the leader's log, and gets what is added at once.
  bool synchronized(std::size_t node) const { return nodes_[node].synchronized; }

  /// The node that takes writes, hanging or not.
  std::optional<std::size_t> leader() const;

  /// The leader as this node knows it; it may be dead.
  std::optional<std::size_t> known_leader(std::size_t node) const { return nodes_[node].knows; }

  /// Whether writes are kept by a majority.
  bool commits() const;

  /// Whether what this node forwards to the leader that it knows is done.
  bool forwards(std::size_t node) const;

  /// What this node's gossip says, by number.
  const std::vector<member_view>& gossip(std::size_t node) const { return nodes_[node].views; }

private:
  enum class task { gossip, notice, quorum, vote, lead, follow, resigned, stop, rise, look, catch_up, copy, arrive, synchronize };

  struct role {
    node_state state = node_state::follower;
    bool running = true;
    bool hanging = false;
    bool draining = false;
    bool synchronized = true;
    std::optional<std::size_t> knows;
    int priority = 0;
    std::uint64_t log_size = 0;
    std::uint64_t epoch = 0;  // of the leader whose log it has had in whole
    std::uint64_t life = 0;   // grows when what was planned for the node is void
    std::uint64_t starts = 0; // how often it was started
    std::vector<member_view> views;
  };

  struct planned {
    time due;
    std::uint64_t order;
    task what;
    std::size_t node;
    std::uint64_t valid; // the term, or the node's life or starts: another one by now, and nothing happens
  };

  bool read_only(std::size_t node) const { return !votes(node); }
  bool reachable(std::size_t node) const { return nodes_[node].running && !nodes_[node].hanging; }
  /// In elections and among those that a leader needs: a node that initializes listens to nobody yet.
  bool takes_part(std::size_t node) const { return reachable(node) && nodes_[node].state != node_state::initializing; }
  bool quorum() const;
  time part(int quarters) const { return settings_.election * quarters / 4; }

  void plan(task task, std::size_t node, time due) { plan(task, node, due, term_); }
  void plan(task task, std::size_t node, time due, std::uint64_t valid);
  void plan_of_node(task task, std::size_t node, time due) { plan(task, node, due, nodes_[node].life); }
  void happen(const planned& next);
  void happen_to_node(task task, std::size_t node);

  void enter(std::size_t node, node_state state);
  void lost(std::size_t node);
  void call_election(time due);
  void vote();
  void lead();
  void follow(std::size_t node);
  void look(std::size_t node);
  void lose_leader();
  void gossip();
  void notice(std::size_t node);
  bool stands_back(std::size_t node) const;
  std::optional<std::size_t> winner() const;

  membership_settings settings_;
  std::vector<role> nodes_;
  std::vector<planned> agenda_; // in order
  time now_{0};
  std::uint64_t planned_ = 0;
  std::uint64_t term_ = 0;
  std::uint64_t epochs_ = 0;          // leaders there were
  std::optional<std::size_t> leader_; // elected: PreLeader, Leader or ResigningLeader
  std::optional<std::size_t> resigned_;
  bool electing_ = false;
  bool held_ = false;
};

} // namespace kdb::inline v0::development
