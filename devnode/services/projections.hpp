#pragma once

#include "rpc/loop.hpp"
#include "store/followers.hpp"
#include "store/store.hpp"

#include <cstddef>

namespace kdb::development {

/// Writes what the system projections say about each event, soon after it can be read. What they write about one event is written
/// together, so that after a restart the log itself tells how far they had come.
class projections {
public:
  projections(store& events, followers& live, rpc::loop& on);

private:
  void go_on();
  void project(const stored_event& event);

  store& events_;
  std::size_t next_; // log index
  rpc::turn_task go_on_;
  follower follower_;
};

} // namespace kdb::development
