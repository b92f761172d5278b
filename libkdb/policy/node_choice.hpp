// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include <kdb/cluster.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>

// Which node of a cluster to use.
namespace kdb::inline v0::policy {

/// The kind of node that a client wants.
struct node_wish {
  node_preference preference = node_preference::leader;
  /// Accept only the preferred kind. Otherwise the next best node is accepted.
  bool strict = true;
};

node_wish wish_of(const settings& config);

/// Whether clients can be served by that member at all: it is alive, and settled in its state.
bool is_usable(const cluster_member& member);

/// Chooses a node at random among the best ones; `draw` is a random number in [0, 1). Nodes in `avoid`, which failed a moment
/// ago, are chosen only if no other node is as good. Errors are `unavailable`; their text names the wanted kind and the existing
/// nodes.
result<endpoint> choose_node(std::span<const cluster_member> members, const node_wish& wish, std::span<const endpoint> avoid,
                             double draw);

/// Whether the node at `where` may stay in use, according to its own gossip or that of another member: it is usable, and of the
/// preferred kind if the wish is strict. Gossip that does not list it is no reason to leave it.
bool may_stay(std::span<const cluster_member> members, const node_wish& wish, const endpoint& where);

/// Whether, according to another member, a silent node at `where` must be left: it may not stay, or another node leads and the
/// leader is wanted.
bool is_replaced(std::span<const cluster_member> members, const node_wish& wish, const endpoint& where);

} // namespace kdb::inline v0::policy
