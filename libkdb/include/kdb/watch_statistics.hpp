// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>
#include <kdb/subscribe.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Options of `watch_statistics`.
///
/// A watch reads the node's statistics when `next` is called: the first time at once, then at most once in each period. A slow caller
/// misses samples, but never gets an old one. If the first sample fails, the watch ends. If a later sample fails, for instance because
/// the node is lost, the watch tries again, on the node that the client then uses, as `resume` says.
struct watch_statistics_options {
  /// The time between two samples. Above 0.
  std::chrono::milliseconds refresh_period{1'000};
  /// The attempts after a failed sample. A watch has no watchdog.
  resume_options resume{};
  /// The options of each sample: the deadline bounds one sample.
  call_options call{};
};

} // namespace v0
} // namespace kdb
