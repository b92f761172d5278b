// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>
#include <kdb/subscribe.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Options of a watch of a node's statistics.
///
/// A watch asks the node for its statistics when `next` is called: the first time at once, then at most once in each period. A slow caller
/// misses samples, and never gets an old one. The error of the first sample ends the watch. When a later one fails, for instance because the
/// node is lost, the watch tries again, on the node that the client finds, as `resume` says.
struct watch_statistics_options {
  /// The time from one sample to the next. More than 0.
  std::chrono::milliseconds refresh_period{1'000};
  /// The attempts after a sample has failed. A watch has no watchdog.
  resume_options resume{};
  /// Of each sample: the deadline bounds one of them.
  call_options call{};
};

} // namespace v0
} // namespace kdb
