// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace kdb::inline v0::development {

/// What of a stream can be read.
struct stream_range {
  std::int64_t first = 0; ///< last + 1 when there is nothing.
  std::int64_t last = -1;
  std::int64_t truncation = 0; ///< The first revision that metadata allow, which may be one that is yet to come.
};

/// Returns the revisions at which a server says that reading forwards from `from` begins. It reads `page` revisions at once, and tells where it goes
/// on behind the first page, unless that had events, or behind the second, where nothing but the bound of truncation was found first. Pure.
std::vector<std::int64_t> first_positions(std::int64_t from, std::int64_t page, const stream_range& of);

} // namespace kdb::inline v0::development
