// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/group_settings.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// Names a consumer for as long as it is connected; never used again.
using consumer_id = std::uint64_t;

/// What keeps events together: under the pinned strategies events of one bucket go to one consumer.
using bucket = std::uint32_t;
inline constexpr bucket bucket_count = 1024;

/// Returns the bucket of a stream name or correlation id; always the same.
bucket bucket_of(std::string_view text);

/// A connected consumer.
struct pooled_consumer {
  consumer_id id = 0;
  std::int32_t slots = 0; ///< Events that it takes unacknowledged.
  std::int32_t in_flight = 0;
  std::int64_t total = 0; ///< Events it was sent.

  bool free() const { return in_flight < slots; }
};

/// The consumers of a group, and which one gets the next event.
class consumer_pool {
public:
  explicit consumer_pool(consumer_strategy strategy) : strategy_{strategy}, bindings_(pinned() ? bucket_count : 0) {}

  void add(consumer_id id, std::int32_t slots);
  void remove(consumer_id id);

  /// In the order in which they came.
  const std::vector<pooled_consumer>& all() const { return consumers_; }

  bool pinned() const;

  /// Whether some consumer would take an event.
  bool any_free() const;

  /// Chooses a consumer with a free slot for an event of this bucket, if there is one that may have it.
  std::optional<consumer_id> choose(bucket of);

  /// An event of this bucket was sent; with `tracked` it takes a slot until `released`.
  void sent(consumer_id to, bucket of, bool tracked);
  void released(consumer_id by, bucket of);

private:
  struct binding {
    std::optional<consumer_id> to;
    std::int32_t in_flight = 0;
  };

  pooled_consumer* find(consumer_id id);
  std::optional<consumer_id> choose_in_turn();
  std::optional<consumer_id> choose_first();
  std::optional<consumer_id> choose_pinned(bucket of);
  std::size_t bound_to(consumer_id id) const;
  consumer_id least_bound() const;
  void rebalance();

  consumer_strategy strategy_;
  std::vector<pooled_consumer> consumers_;
  std::deque<consumer_id> turn_;
  std::vector<binding> bindings_; // where the strategy is a pinned one
};

} // namespace kdb::inline v0::development
