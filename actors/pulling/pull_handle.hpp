// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "actors/pulling/feed.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/workers/subscription_error.hpp"
#include "libkdb/values/forks.hpp"

namespace kdb::inline v0::detail {

/// A subscription or consumer of a program without actors: its actor, and the feed that batches are taken from. The destructor
/// ends both.
template <class Batch, class Source>
struct pull_handle {
  explicit pull_handle(std::shared_ptr<runtime> given)
    : running{std::move(given)}, batches{feed<Batch>::open(running->system())} {}
  ~pull_handle() {
    if (running->inherited()) {
      leave_members_behind(batches, source);
      return;
    }
    cancel();
    batches->close(to_error({.reason = end_reason::cancelled}));
  }
  pull_handle(const pull_handle&) = delete;
  pull_handle& operator=(const pull_handle&) = delete;

  void cancel() {
    if (source && !running->inherited())
      any_caf::anon_send(source, kdb::cancel{});
  }

  /// Waits for the next batch: an empty one when that time has passed.
  result<Batch> next(std::chrono::milliseconds timeout) {
    if (auto cause = running->refusal_to_wait())
      return unexpected{std::move(*cause)};
    return batches->wait(timeout);
  }

  std::shared_ptr<runtime> running;
  std::shared_ptr<feed<Batch>> batches;
  Source source; // Null until it has started.
};

using subscription_pull = pull_handle<event_batch, subscription_actor>;
using consumer_pull = pull_handle<consumer_batch, consumer_actor>;

} // namespace kdb::inline v0::detail
