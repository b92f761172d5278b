// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/projected_places.hpp"

#include <algorithm>
#include <optional>

namespace kdb::inline v0::development {

std::array<std::size_t, all_system_projections.size()> projected_places(const log& events, const projection_histories& all) {
  std::array<std::optional<std::size_t>, all_system_projections.size()> found;
  auto missing = found.size();
  for (auto index = events.size(); index-- > 0 && missing > 0;) {
    auto origin = projected_origin_of(events[index]);
    if (!origin)
      continue;
    bool by_those_together = std::ranges::any_of(all, [&](auto& each) { return each.of == origin->by && each.together; });
    for (std::size_t i = 0; i < all.size(); ++i) {
      bool by_itself = all[i].of == origin->by && all[i].epoch == origin->epoch;
      if (found[i] || !(by_itself || (by_those_together && all[i].together)))
        continue;
      found[i] = events.index_of(origin->position + 1);
      --missing;
    }
  }
  std::array<std::size_t, all_system_projections.size()> places{};
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i] = found[i].value_or(0);
  return places;
}

} // namespace kdb::inline v0::development
