// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace kdb::inline v0::policy {

/// Decides when a batch that is not full goes to a waiting receiver.
///
/// Each handover wakes one or two threads. That takes longer than the gaps between the messages of a server that writes them one
/// by one. Handing over in each gap would make batches of a few events, and take CPU time from the server. So while many events
/// flow, batches follow each other at an interval. A small batch after a small batch does not wait, and neither does a
/// subscription that has caught up.
class handover_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// gRPC's timers count whole milliseconds.
  static constexpr std::chrono::milliseconds interval{1};
  /// A batch with this many items is not small.
  static constexpr std::size_t many = 8;

  /// The server says that the subscription has caught up, or that it has fallen behind again.
  void follows_live(bool live) { live_ = live; }
  void handed_over(std::size_t items, time_point now) {
    last_items_ = items;
    last_time_ = now;
  }
  /// The time at which a batch of this many items may be handed over. A time in the past means now.
  time_point due(std::size_t items) const {
    const auto few = items < many && last_items_ < many;
    return live_ || few ? time_point::min() : last_time_ + interval;
  }

private:
  bool live_ = false;
  std::size_t last_items_ = 0;
  time_point last_time_ = time_point::min();
};

} // namespace kdb::inline v0::policy
