// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <kdb/groups.hpp>

namespace kdb::bench {

/// What all who consume have in common: as many unanswered events, as many acknowledged at a time, and the same kind of group.
inline constexpr std::size_t consume_buffer = 500;
inline constexpr std::size_t consume_acks = 50;

/// Buffers that keep up with a fast consumer.
inline group_settings group_to_consume() {
  group_settings how;
  how.read_batch = 500;
  how.history_buffer = 2000;
  how.live_buffer = 2000;
  return how;
}

} // namespace kdb::bench
