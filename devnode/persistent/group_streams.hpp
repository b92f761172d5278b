// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/group_definition.hpp"
#include "devnode/store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// The streams in which the log keeps what happens to a group: its checkpoints, and links to the events that were parked.
class group_streams {
public:
  group_streams(store& events, const group_definition& of) : store_{events}, group_{of} {}

  std::optional<group_place> checkpoint();
  void save(const group_place& place);

  /// Parks an event of the log.
  void park(std::size_t index, std::string_view reason);

  /// Numbers of the events that are parked: [first, end).
  struct range {
    std::int64_t first = 0;
    std::int64_t end = 0;
  };
  range parked();

  /// Log indices of the parked events before `end` whose targets are still there.
  std::vector<std::size_t> parked_before(std::int64_t end);

  /// Forgets the parked events before `end`.
  void truncate_parked(std::int64_t end);

  /// Soft-deletes both streams.
  void remove();

private:
  store& store_;
  const group_definition& group_;
};

/// "2026-11-24T16:56:50.7312283+00:00"
std::string timestamp_text(std::int64_t ticks);

} // namespace kdb::inline v0::development
