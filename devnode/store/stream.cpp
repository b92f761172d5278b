// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/stream.hpp"

#include "devnode/store/log.hpp"

#include <algorithm>

namespace kdb::inline v0::development {

std::int64_t truncation_bound(const stream& of) {
  if (is_metastream(of.name))
    return std::max<std::int64_t>(of.last(), 0); // an implicit $maxCount of 1
  auto& metadata = of.metadata;
  auto first = metadata.truncate_before.value_or(0);
  return metadata.max_count ? std::max(first, of.last() - *metadata.max_count + 1) : first;
}

std::int64_t first_visible(const stream& of, const log& events, std::int64_t now) {
  auto& metadata = of.metadata;
  auto first = std::max(truncation_bound(of), of.first_kept);
  if (!metadata.max_age || first > of.last())
    return std::min(first, of.last() + 1);
  constexpr std::int64_t ticks_per_second = 10'000'000;
  auto age = std::min(*metadata.max_age, now / ticks_per_second) * ticks_per_second;
  auto young = std::partition_point(of.events.begin() + first, of.events.end(),
                                    [&](std::uint64_t index) { return events[index].created < now - age; });
  return young - of.events.begin();
}

} // namespace kdb::inline v0::development
