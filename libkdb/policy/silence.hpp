// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace kdb::inline v0::policy {

/// The activity of a node since the last check.
struct node_activity {
  bool heard = false;   ///< It has sent something.
  bool asked = false;   ///< A call began to wait for it.
  bool waiting = false; ///< A call waits for it now.
};

/// Measures how long a node has been silent: nothing has arrived since a call began to wait. A node without waiting calls is not
/// silent; a call that was given up without an answer counts as waiting.
class silence {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void note(const node_activity& seen, time_point now) {
    if (seen.heard)
      since_ = seen.waiting ? std::optional{now} : std::nullopt;
    else if (!since_ && (seen.asked || seen.waiting))
      since_ = now;
  }

  /// Zero if it is not silent.
  std::chrono::nanoseconds duration(time_point now) const { return since_ ? now - *since_ : std::chrono::nanoseconds{}; }

private:
  std::optional<time_point> since_;
};

} // namespace kdb::inline v0::policy
