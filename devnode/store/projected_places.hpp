// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/log.hpp"
#include "devnode/store/projected_links.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace kdb::inline v0::development {

/// What is known of a system projection before the log is asked how far it had come.
struct projection_history {
  system_projection of;
  bool together = true;    ///< It has always run, together with all others of which this is said.
  std::int64_t epoch = -1; ///< What it wrote in another one does not count.
};

using projection_histories = std::array<projection_history, all_system_projections.size()>;

/// Returns for each the index of the first event that it has not seen, by what was written last: by itself, or by one that runs together with it.
/// It may have seen some more, about which it had nothing to write.
std::array<std::size_t, all_system_projections.size()> projected_places(const log& events, const projection_histories& all);

} // namespace kdb::inline v0::development
