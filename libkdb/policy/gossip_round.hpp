// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "libkdb/policy/node_choice.hpp"
#include <kdb/cluster.hpp>
#include <kdb/result.hpp>

// One attempt to find a node: seeds are asked for their cluster, one after the other, and the first answer with a node to our
// liking decides.
namespace kdb::inline v0::policy {

/// Shuffles, and puts those to avoid last. `random` is a uniform random bit generator.
template <class Address, class Where, class Random>
void order_seeds(std::vector<Address>& seeds, std::span<const endpoint> avoid, Where where, Random& random) {
  for (auto left = seeds.size(); left > 1; --left)
    std::swap(seeds[left - 1], seeds[random() % left]);
  // Both parts stay in random order.
  std::partition(seeds.begin(), seeds.end(),
                 [&](const Address& each) { return std::find(avoid.begin(), avoid.end(), where(each)) == avoid.end(); });
}

class gossip_round {
public:
  // -- what is to be done ------------------------------------------------------------

  /// Ask the seed with that number. The answer goes to `answered`.
  struct ask {
    std::size_t seed = 0;
  };
  /// Call `seed_is_slow` if the seed has not answered after a while.
  struct watch {
    std::size_t seed = 0;
  };
  struct found {
    endpoint where;
    /// Set if the seed itself is the node: its name may differ from the one that it advertises.
    std::optional<std::size_t> seed;
  };
  struct failed {
    error cause;
  };
  using effect = std::variant<ask, watch, found, failed>;

  /// `seeds` in the order in which to ask them; `draw` is a random number in [0, 1).
  gossip_round(std::vector<endpoint> seeds, node_wish wish, std::vector<endpoint> avoid, double draw)
    : seeds_{std::move(seeds)}, wish_{wish}, avoid_{std::move(avoid)}, draw_{draw} {}

  std::vector<effect> begin();
  /// Asks the next seed as well, so that a hanging seed costs little time.
  std::vector<effect> seed_is_slow(std::size_t seed);
  std::vector<effect> answered(std::size_t seed, const result<std::vector<cluster_member>>& message);

private:
  std::vector<effect> ask_next();
  error summary() const;

  std::vector<endpoint> seeds_;
  node_wish wish_;
  std::vector<endpoint> avoid_;
  double draw_;
  std::size_t asked_ = 0; // Number of seeds asked so far, in order.
  std::size_t answers_ = 0;
  bool over_ = false;
  std::vector<std::string> failures_;
  std::optional<error> telling_; // An error that says more than "no node": it is final, or about TLS.
};

} // namespace kdb::inline v0::policy
