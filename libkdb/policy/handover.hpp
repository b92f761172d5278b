// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace kdb::inline v0::policy {

/// When a batch that is not full goes to a receiver who waits for it.
///
/// Each handover wakes a thread or two. That takes longer than the gaps between the messages of a server that writes them one by one: to hand over what is
/// there in each gap makes batches of a few events, and takes processor time that the server needs. So while many events flow, batches follow
/// each other at an interval. A few items after a few do not wait, nor does anything of a subscription that has caught up.
class handover_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// gRPC's timers count whole milliseconds.
  static constexpr std::chrono::milliseconds interval{1};
  /// So many items are not few.
  static constexpr std::size_t many = 8;

  /// The server says that the subscription has caught up, or that it has fallen behind again.
  void follows_live(bool live) { live_ = live; }
  void handed_over(std::size_t items, time_point now) {
    last_items_ = items;
    last_time_ = now;
  }
  /// When a batch of so many items may go. It has passed if that is now.
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
