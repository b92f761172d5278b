// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kdb/devnode.hpp"
#include "kdb/tcp_proxy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kdb::inline v0 {

/// How a development cluster is made up. For designated initialisers.
struct devcluster_options {
  /// Nodes that vote: an odd number.
  std::size_t nodes = 3;
  /// Read-only replicas, which have the numbers behind the others'.
  std::size_t read_only_replicas = 0;
  /// Port of the first node; the others have the ports behind it. 0: free ones.
  std::uint16_t port = 0;
  /// From the loss of a leader to its successor's first write. The other times of a cluster are parts of it: gossip goes round every half of
  /// it, a leader that hangs is noticed after half of it, a node that starts again has the whole log after seven quarters.
  std::chrono::milliseconds election{1000};
  /// From the beginning of a node's orderly end to the end of its connections.
  std::chrono::milliseconds drain{1000};
  /// After that time a write fails that a follower has passed on to a leader that does not answer.
  std::chrono::milliseconds forwarding_timeout{4300};
  /// Whether a node that was killed still has its events when it starts again, as with disks. Otherwise it begins with none and gets
  /// them from the leader; when a majority was killed meanwhile, events are lost.
  bool keeps_events = false;
  /// Whether the nodes start from nothing, don't listen for a moment and have no leader at first. Otherwise the cluster is at work from the
  /// beginning.
  bool cold_start = false;
  /// Of every node. Its port and its database are not used; with TLS all nodes have the same certificate.
  devnode_options node = {};
};

/// A cluster of development nodes inside this process, for tests of what clients do when nodes fail. What its clients see is what a real
/// cluster shows them: gossip, states, `not-leader`, forwarded writes, elections, nodes that return and read stale for a while. There is
/// no replication protocol behind it: what the leader writes is at once on all followers that have caught up. A write is
/// acknowledged when a majority has it, and whoever is elected has all acknowledged events that a node which takes part still has.
///
/// Nodes are named by numbers from 0. Node 0 leads at first. Each node stands behind a proxy that can be a bad network; its port is the node's.
///
/// It runs two threads a node and one for time. Its member functions may be called from any thread, the destructor from one; those that act have taken
/// effect when they return. They throw std::out_of_range for a number that no node has.
class devcluster {
public:
  /// Starts the nodes; when it returns clients can connect, but for a cold start. Throws std::runtime_error if a port is taken or TLS is not
  /// possible as it is wanted.
  explicit devcluster(devcluster_options options = {});

  /// Stops all nodes.
  ~devcluster();

  devcluster(const devcluster&) = delete;
  devcluster& operator=(const devcluster&) = delete;

  /// All nodes, read-only replicas too.
  std::size_t size() const;

  /// Where clients reach a node. It keeps its port when it starts again.
  std::uint16_t port(std::size_t node) const;

  /// `kurrentdb://127.0.0.1:P0,127.0.0.1:P1,127.0.0.1:P2?tls=false`, with authentication and TLS as of a node.
  std::string connection_string() const;

  /// The network in front of a node.
  tcp_proxy& network(std::size_t node);

  // -- failures ---

  /// As SIGKILL: its connections are reset, and nobody listens on its port.
  void kill(std::size_t node);

  /// Starts a node that was killed or has ended. It listens after a quarter of an election's time, discovers the others, and catches up.
  /// Returns at once. Does nothing if it runs.
  void start(std::size_t node);

  /// As SIGSTOP: it answers nothing and hears nothing, connections stay, new ones are accepted.
  void hang(std::size_t node);
  /// Ends that.
  void thaw(std::size_t node);

  /// As SIGTERM: its port is closed and its streaming calls end with SERVER_SHUTTING_DOWN, but it keeps its role until it ends, after
  /// `devcluster_options::drain`. Returns at once.
  void drain(std::size_t node);

  /// Has the leader resign, as the call Operations.ResignNode to it does. False if the node does not lead.
  bool resign(std::size_t node);

  /// From now on no node leads, until `elect`.
  void leaderless();
  /// Elects a leader again after `leaderless`.
  void elect();

  /// Decides between nodes with equal logs in elections: the higher number wins, then the lower number of the node. A leader
  /// that resigns is elected again only if its priority is above all others.
  void set_priority(std::size_t node, int priority);

  // -- what is so ---

  /// The node that takes writes, if there is one.
  std::optional<std::size_t> leader() const;

  /// What the node says it is, such as `Follower`; empty if it does not run.
  std::string state(std::size_t node) const;

  /// Whether the node has all that was written.
  bool caught_up(std::size_t node) const;

  /// Whether one node leads, all that run and don't hang follow it and have caught up, and everyone's gossip says so.
  bool steady() const;

  /// Waits for that. False if it takes longer than `at_most`.
  bool wait_until_steady(std::chrono::milliseconds at_most = std::chrono::seconds{20}) const;

  /// How often clients were told the gossip, by all nodes together, since the cluster was made.
  std::uint64_t gossip_reads() const;

  /// Stops all nodes as if each shut down. Does nothing the second time.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::inline v0
