// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <deque>
#include <mutex>
#include <optional>

#include <kdb/async_core.hpp>

namespace kdb::inline v0::detail {

/// Batches on their way from an actor, the pump, to whoever asks for them from any thread.
class feed {
public:
  /// Asks for the next batch, or for the end. One may wait at a time; a second one is answered with `invalid_argument`.
  void take(completion_ptr<event_batch> done);

  /// Who waits for the next batch gets `cancelled`.
  void stop_waiting();

  /// What the batches taken so far have told.
  stream_bounds bounds() const;

  // From the pump.
  void arrived(event_batch batch);
  /// Once, last. A success ends with an empty batch.
  void ended(result<void> outcome);

  /// Who is told that a batch was taken. Set once, before anyone takes.
  void set_pump(caf::actor pump);
  /// Ends the pump, and the feed with the given error if it has not ended.
  void stop(error cause);

private:
  mutable std::mutex mutex_;
  stream_bounds bounds_;
  std::deque<event_batch> ready_;
  std::optional<result<void>> end_;
  completion_ptr<event_batch> waiting_;
  caf::actor pump_;
};

/// To a pump: a batch was taken.
struct batch_taken {};

} // namespace kdb::inline v0::detail

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::detail::batch_taken)
