// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/loop.hpp"
#include "devnode/store/store.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>

namespace kdb::inline v0::development {

/// Lets projections and indexes see events some time after readers do. On a server they come after the answer to the append, too.
class projection_lag {
public:
  /// With a `lag` of zero they see all at once.
  projection_lag(store& events, rpc::loop& on, std::chrono::milliseconds lag);

  /// They see nothing more. Also before the loop is closed.
  void stop();

private:
  using clock = std::chrono::steady_clock;

  struct step {
    clock::time_point due;
    std::size_t end = 0;
  };

  void wait_for(const commit& written);
  void schedule();
  void settle();

  store& store_;
  rpc::loop& loop_;
  const std::chrono::milliseconds lag_;
  std::deque<step> steps_;
  std::unique_ptr<rpc::timer> timer_;
  bool stopped_ = false;
};

} // namespace kdb::inline v0::development
