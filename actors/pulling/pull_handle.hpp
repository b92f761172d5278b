// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/send.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "actors/pulling/inbox.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/workers/subscription_error.hpp"
#include "libkdb/values/forks.hpp"

namespace kdb::inline v0::detail {

/// What the blocking client holds of a subscription or a consumer: its actor, and the inbox that batches are taken from. Gone, it
/// ends both.
template <class Batch, class Source>
struct pull_handle {
  explicit pull_handle(std::shared_ptr<runtime> given, inbox_of<Batch> given_box)
    : running{std::move(given)}, box{std::move(given_box)} {}
  ~pull_handle() {
    if (running->inherited()) {
      leave_members_behind(box, source);
      return;
    }
    cancel();
    caf::anon_send_exit(box, caf::exit_reason::user_shutdown); // Not `normal`: actors ignore that.
  }
  pull_handle(const pull_handle&) = delete;
  pull_handle& operator=(const pull_handle&) = delete;

  void cancel() {
    if (source && !running->inherited())
      caf::anon_send(source, kdb::cancel{});
  }

  result<Batch> next(std::chrono::milliseconds timeout) {
    auto got = running->ask<taken_from<Batch>>(box, take{timeout});
    if (!got)
      return unexpected{std::move(got.error())};
    if (!got->end)
      return std::move(got->batch);
    std::lock_guard lock{mutex};
    end = got->end;
    return unexpected{to_error(*got->end)};
  }

  std::optional<subscription_ended> ended() {
    std::lock_guard lock{mutex};
    return end;
  }

  std::shared_ptr<runtime> running;
  inbox_of<Batch> box;
  Source source;
  std::mutex mutex;
  std::optional<subscription_ended> end;
};

} // namespace kdb::inline v0::detail
