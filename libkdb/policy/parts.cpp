// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/parts.hpp"

#include <limits>

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/validate.hpp"

namespace kdb::inline v0::policy {

std::vector<std::size_t> part_ends(std::span<const new_event> events, std::uint64_t part_bytes) {
  std::vector<std::size_t> ends;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto size = stored_bytes(events[i]);
    const auto is_first = i == (ends.empty() ? 0 : ends.back());
    if (!is_first && bytes + size > part_bytes) {
      ends.push_back(i);
      bytes = 0;
    }
    bytes += size;
  }
  ends.push_back(events.size());
  return ends;
}

stream_state expected_after(stream_state before, const append_result& part) {
  if (before.is_any() || before.is_exists() || !part.revision)
    return before;
  return *part.revision;
}

result<void> check_append_in_parts(std::string_view stream, stream_state expected, std::span<const new_event> events,
                                   const append_in_parts_options& options) {
  if (options.part_bytes == 0)
    return refuse("part_bytes", "is 0", "at least 1");
  return check_call(options.call).and_then([&] {
    return check_append(stream, expected, events, {.append_bytes = std::numeric_limits<std::uint64_t>::max()});
  });
}

} // namespace kdb::inline v0::policy
