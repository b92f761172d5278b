// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <optional>
#include <utility>

#include <kdb/actors.hpp>

namespace kdb::inline v0 {

/// What a reader answers after its end.
inline error reading_ended() {
  return {.code = errc::closed, .message = "the reading has ended"};
}

/// The batches of a reader, and those who have asked for one: each gets the next one, in order, and all who are left learn of the same end.
struct asked_batches {
  std::deque<event_batch> ready;
  std::deque<caf::typed_response_promise<event_batch>> waiting;
  std::optional<result<void>> end; // Known, but delivered only after what is ready.

  asked_batches() = default;
  asked_batches(const asked_batches&) = delete;
  asked_batches& operator=(const asked_batches&) = delete;
  /// Answers those who still wait.
  ~asked_batches() {
    for (auto& promise : waiting)
      promise.deliver(to_caf(reading_ended()));
  }

  /// Answers as many as it can; `taken` is called with each batch before it is delivered. Returns whether the end was told.
  template <class Taken>
  bool serve(Taken taken) {
    while (!waiting.empty() && !ready.empty()) {
      taken(ready.front());
      waiting.front().deliver(std::move(ready.front()));
      waiting.pop_front();
      ready.pop_front();
    }
    if (waiting.empty() || !end)
      return false;
    for (auto& promise : std::exchange(waiting, {})) {
      if (*end)
        promise.deliver(event_batch{});
      else
        promise.deliver(to_caf(end->error()));
    }
    return true;
  }
};

} // namespace kdb::inline v0
