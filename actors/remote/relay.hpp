// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <optional>

#include "actors/remote/messages.hpp"

namespace kdb::inline v0::remote {

/// Stands for a subscriber or an observer of another process. The session sends its frames.
///
/// It answers a batch when the subscriber of the other process has, but lets a few more go ahead: so the connection is never idle, and no
/// more than these wait in the other process. A consumer's batch waits for its outcomes.
struct relay_state {
  static inline const char* name = "kdb.relay";

  /// Batches that travel, or wait for the subscriber of the other process, at most.
  static constexpr unsigned batches_ahead = 4;

  explicit relay_state(caf::event_based_actor* owner) : self{owner} {}

  caf::behavior start(std::uint64_t id, const caf::actor& session);

  caf::result<void> on_batch(const event_batch& batch);
  caf::result<batch_outcomes> on_consumed(const consumer_batch& batch);
  void on_ended(subscription_ended& end);
  void on_frame(const frame_arrived& frame);

  caf::event_based_actor* self;
  std::uint64_t id = 0;
  caf::actor session;
  unsigned ahead = 0;
  bool consumes = false;
  caf::response_promise waiting;
  std::optional<error> failure; // Of the subscriber.
};

caf::behavior relay(caf::stateful_actor<relay_state>* self, std::uint64_t id, const caf::actor& session);

} // namespace kdb::inline v0::remote
