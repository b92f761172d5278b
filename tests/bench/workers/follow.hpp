// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

namespace kdb::bench {

/// Ends the process instead of what it has: ten thousand orderly ends of subscriptions would take longer than the passes. Destroyed first.
struct process_end {
  process_end() = default;
  process_end(const process_end&) = delete;
  process_end& operator=(const process_end&) = delete;
  ~process_end() { std::_Exit(0); }
};

} // namespace kdb::bench
