// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace kdb::inline v0::rpc {

/// The bytes of messages that all calls of a node hold. From any thread.
using held_bytes = std::atomic<std::int64_t>;

/// What one call holds: requests that gRPC has not sent yet, and answers that were not handed over yet. From any thread.
class held_messages {
public:
  explicit held_messages(std::shared_ptr<held_bytes> all) : all_{std::move(all)} {}
  held_messages(const held_messages&) = delete;
  held_messages& operator=(const held_messages&) = delete;
  ~held_messages() { release(); }

  /// Negative for what it holds no longer.
  void add(std::int64_t bytes) {
    own_.fetch_add(bytes, std::memory_order_relaxed);
    all_->fetch_add(bytes, std::memory_order_relaxed);
  }
  /// The call holds nothing any more.
  void release() { *all_ -= own_.exchange(0); }

private:
  const std::shared_ptr<held_bytes> all_;
  held_bytes own_{0};
};

} // namespace kdb::inline v0::rpc
