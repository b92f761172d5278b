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

/// Options of a development cluster. Use designated initialisers.
struct devcluster_options {
  /// Number of nodes that vote. Must be odd.
  std::size_t nodes = 3;
  /// Number of read-only replicas. Their node numbers come after those of the voting nodes.
  std::size_t read_only_replicas = 0;
  /// Port of the first node; the other nodes have the next ports. 0: each node takes a free one.
  std::uint16_t port = 0;
  /// The time from the loss of a leader to its successor's first write. The other times of the cluster are fractions of it: nodes
  /// exchange gossip every half of it, a leader that hangs is noticed after half of it, and a node that starts again has the whole log
  /// after seven quarters of it.
  std::chrono::milliseconds election{1000};
  /// The time from the start of a node's graceful shutdown to the end of its connections.
  std::chrono::milliseconds drain{1000};
  /// A write that a follower has forwarded fails if the leader does not answer within this time.
  std::chrono::milliseconds forwarding_timeout{4300};
  /// Whether a node that was killed still has its events when it starts again, like a node with a disk. If not, it starts empty and gets
  /// the events from the leader; events are lost if a majority was killed meanwhile.
  bool keeps_events = false;
  /// Whether the cluster starts without a leader, and its nodes do not listen for a moment. If not, it is ready for requests from the
  /// beginning.
  bool cold_start = false;
  /// The options of every node. The port and the database are ignored. With TLS all nodes have the same certificate.
  devnode_options node = {};
};

/// A cluster of development nodes inside this process, for tests of how clients react when nodes fail. Clients see what a real cluster
/// shows them: gossip, states, `not-leader`, forwarded writes, elections, and nodes that return and serve stale reads for a while. There
/// is no replication protocol: an event that the leader writes is at once on all followers that have caught up. A write is acknowledged
/// when a majority has it. A new leader has every acknowledged event that a node in the election still has.
///
/// Nodes are numbered from 0. Node 0 is the first leader. Clients reach each node through a `tcp_proxy`, which can simulate a bad
/// network; `port` is that of the proxy.
///
/// It runs two threads for each node, and one timer thread. Its member functions may be called from any thread. Only one thread may
/// destroy it. Actions have taken effect when the function returns. The functions throw std::out_of_range for a number that no node has.
class devcluster {
public:
  /// Starts the nodes. Clients can connect when it returns, except after a cold start. Throws std::runtime_error if a port is taken or
  /// the TLS options can't be used.
  explicit devcluster(devcluster_options options = {});

  /// Stops all nodes.
  ~devcluster();

  devcluster(const devcluster&) = delete;
  devcluster& operator=(const devcluster&) = delete;

  /// The number of nodes, including read-only replicas.
  std::size_t size() const;

  /// The port on which clients reach a node. It stays the same when the node starts again.
  std::uint16_t port(std::size_t node) const;

  /// `kurrentdb://127.0.0.1:P0,127.0.0.1:P1,127.0.0.1:P2?tls=false`, with credentials and TLS options as in `devnode::connection_string`.
  std::string connection_string() const;

  /// The network in front of a node.
  tcp_proxy& network(std::size_t node);

  // -- failures ---

  /// Kills the node, like SIGKILL: its connections are reset, and its port refuses connections.
  void kill(std::size_t node);

  /// Starts a node that was killed or has shut down. After a quarter of `devcluster_options::election` the node listens, discovers the
  /// others, and catches up. Returns at once. No effect if the node runs.
  void start(std::size_t node);

  /// Freezes the node, like SIGSTOP: it neither reads nor answers. Its connections stay open, and new ones are accepted.
  void hang(std::size_t node);
  /// Lets a frozen node continue.
  void thaw(std::size_t node);

  /// Shuts the node down, like SIGTERM: its port is closed, and its streaming calls end with SERVER_SHUTTING_DOWN. The node keeps its
  /// role until it stops, after `devcluster_options::drain`. Returns at once.
  void drain(std::size_t node);

  /// Makes the node resign leadership, like the call Operations.ResignNode. Returns false if the node is not the leader.
  bool resign(std::size_t node);

  /// Leaves the cluster without a leader until `elect` is called.
  void leaderless();
  /// Elects a leader again after `leaderless`.
  void elect();

  /// Sets the priority of the node in elections. Among nodes with equal logs the highest priority wins, then the lowest node number. A
  /// leader that resigns is elected again only if its priority is above all others.
  void set_priority(std::size_t node, int priority);

  // -- state ---

  /// The node that is the leader and takes writes, if there is one.
  std::optional<std::size_t> leader() const;

  /// The state that the node reports, such as `Follower`; empty if it does not run.
  std::string state(std::size_t node) const;

  /// Whether the node has all events that were written.
  bool caught_up(std::size_t node) const;

  /// Whether there is one leader, all other nodes that run and are not frozen follow it and have caught up, and the gossip of all nodes
  /// says so.
  bool steady() const;

  /// Waits until the cluster is `steady`. Returns false if that takes longer than `at_most`.
  bool wait_until_steady(std::chrono::milliseconds at_most = std::chrono::seconds{20}) const;

  /// The number of times that clients have read the gossip of any node, since the cluster was made.
  std::uint64_t gossip_reads() const;

  /// Shuts all nodes down. A second call has no effect.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::inline v0
