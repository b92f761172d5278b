// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/first_positions.hpp"

#include <algorithm>
#include <limits>

namespace kdb::inline v0::development {

std::vector<std::int64_t> first_positions(std::int64_t from, std::int64_t page, const stream_range& of) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  auto page_end = [page](std::int64_t first) { return first > largest - page ? largest : first + page - 1; };
  std::vector<std::int64_t> told;
  auto bound = std::max(of.truncation, of.first);
  if (page_end(from) < bound) {
    told.push_back(bound);
    from = bound;
  }
  bool empty = std::max(from, of.first) > of.last;
  auto next = std::min(page_end(from), of.last) + 1;
  if (empty && next != from)
    told.push_back(next);
  return told;
}

} // namespace kdb::inline v0::development
