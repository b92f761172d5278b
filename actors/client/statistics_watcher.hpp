// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "actors/runtime/protocol.hpp"
#include "libkdb/policy/resuming.hpp"

namespace kdb::inline v0 {

/// Watches the statistics of the node in use: takes a sample when a caller requests one, at most one in each period, and tries
/// again after errors that are not final. A sample is a `get_statistics` of the client (docs/decisions/0018).
struct statistics_watcher_state {
  static inline const char* name = "kdb.statistics_watcher";

  explicit statistics_watcher_state(statistics_watcher_self::pointer owner) : self{owner} {}
  /// Answers those who still wait.
  ~statistics_watcher_state();

  statistics_watcher_self::behavior_type start(watch_statistics_options options, const untyped_client& client);

  caf::result<server_statistics> on_next();
  void on_cancel();

  /// Waits for the end of the period. Precondition: a request waits, and no sample is under way.
  void await_period();
  void take_sample();
  void arrived(server_statistics& sample);
  void failed(error error);
  void finish(error error);

  statistics_watcher_self::pointer self;
  watch_statistics_options options;
  caf::weak_actor_ptr client; // A watch does not keep its client alive.
  policy::resuming phases;
  std::uint64_t samples = 0;                                        // Asked for.
  std::optional<std::chrono::steady_clock::time_point> next_period; // Unset before the first sample.
  std::deque<caf::typed_response_promise<server_statistics>> waiting;
  std::optional<error> end;
};

statistics_watcher_self::behavior_type statistics_watcher(
  statistics_watcher_self::stateful_pointer<statistics_watcher_state> self, watch_statistics_options options,
  const untyped_client& client);

} // namespace kdb::inline v0
