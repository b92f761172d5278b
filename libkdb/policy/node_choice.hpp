// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include <kdb/cluster.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>

// Which node of a cluster to use.
namespace kdb::inline v0::policy {

/// What a client wants of a node.
struct node_wish {
  node_preference preference = node_preference::leader;
  /// Only a node that is as preferred. Otherwise the next best will do.
  bool strict = true;
};

node_wish wish_of(const settings& config);

/// Whether clients can be served by that member at all: it is alive, and settled in its state.
bool is_usable(const cluster_member& member);

/// Chooses a node at random among the best ones there are; `draw` is a random number in [0, 1). Those to avoid are taken only
/// where no other is as good: a node that failed a moment ago is a bad bet, but never out of the question. Errors are
/// `unavailable` and say what was looked for and what there was.
result<endpoint> choose_node(std::span<const cluster_member> members, const node_wish& wish, std::span<const endpoint> avoid,
                             double draw);

/// Whether the node at `where` may stay in use, going by what it or another one says of the cluster: it is usable, and no other
/// is preferred to the degree that the wish is strict. A cluster that does not list it says nothing about it.
bool may_stay(std::span<const cluster_member> members, const node_wish& wish, const endpoint& where);

/// Whether another member says that a silent node at `where` is to be left: it may not stay, or another one leads where the leader is wished.
bool is_replaced(std::span<const cluster_member> members, const node_wish& wish, const endpoint& where);

} // namespace kdb::inline v0::policy
