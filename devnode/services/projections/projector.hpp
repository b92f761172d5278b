// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/loop.hpp"
#include "devnode/store/followers.hpp"
#include "devnode/store/projected_links.hpp"
#include "devnode/store/projected_places.hpp"
#include "devnode/store/store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace kdb::inline v0::development {

/// How far a system projection has come.
struct projection_progress {
  std::optional<std::uint64_t> position{};   ///< Of the last event that it has seen.
  std::optional<std::uint64_t> checkpoint{}; ///< The same when it was last stopped with a checkpoint, since the start.
  std::uint64_t processed = 0;               ///< Events since it was made ready.
  bool caught_up = false;
};

/// Writes what the system projections say about each event, soon after it can be read. What those write about an event that see it at the same time is written
/// together, so that after a restart the log itself tells how far they had come.
class projector {
public:
  /// Begins behind what the log says has been done.
  projector(store& events, followers& live, rpc::loop& on, const projection_histories& before);

  /// Has a projection run, from where it is, as this edition.
  void run(system_projection which, projection_edition as);

  /// Ends that after the event at which it is. With `checkpoint` that place is noted.
  void stop(system_projection which, bool checkpoint);

  /// Puts a projection before the first event.
  void rewind(system_projection which);

  projection_progress progress(system_projection of) const;

private:
  struct worker {
    std::size_t next = 0; // log index
    std::optional<projection_edition> running;
    std::optional<projection_edition> last; // as which it ran
    std::uint64_t processed = 0;
    std::optional<std::uint64_t> checkpoint;
  };

  void go_on();
  std::size_t first_place() const;
  void project(std::size_t index);
  void add(const projected_link& link, std::int64_t epoch, std::string& metadata, transaction& to);
  worker& at(system_projection of) { return workers_[static_cast<std::size_t>(of) - 1]; }
  const worker& at(system_projection of) const { return workers_[static_cast<std::size_t>(of) - 1]; }
  std::optional<std::uint64_t> seen(const worker& by) const;

  store& events_;
  std::array<worker, all_system_projections.size()> workers_;
  rpc::turn_task go_on_;
  follower follower_;
};

} // namespace kdb::inline v0::development
