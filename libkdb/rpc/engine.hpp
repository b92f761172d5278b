// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/resource_quota.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <unordered_set>
#include <vector>

#include "libkdb/rpc/grpc_lines.hpp"
#include "libkdb/wire/call_status.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

class channel_pool;
class stream_call;

/// One operation on a completion queue; its address is the tag.
class operation {
public:
  virtual void complete(bool ok) = 0;

protected:
  ~operation() = default;
};

/// A call with operations in flight.
class running_call {
public:
  virtual ~running_call() = default;
  /// Ends the call soon with `cancelled`. From any thread, any number of times.
  virtual void cancel() = 0;
  /// The connections that it uses; null once it uses none. Only on the engine's thread.
  virtual const channel_pool* connections() const = 0;
  /// On the engine's thread: ends the call soon, with that status, because its connection is given up.
  void lose(wire::call_status as) {
    lost_ = std::move(as);
    cancel();
  }

protected:
  /// Only on the engine's thread.
  const std::optional<wire::call_status>& lost() const { return lost_; }

private:
  std::optional<wire::call_status> lost_;
};

/// Something that waits for a time.
class timed {
public:
  virtual ~timed() = default;
  /// On the engine's thread.
  virtual void due() = 0;
};

/// The completion queue of a client and the one thread that serves it. Calls register with it for as long as they have operations
/// in flight.
///
/// gRPC reads from sockets on that thread, and goes on as long as something comes. Windows bound what a server may send as messages, but not
/// headers, and not frames that need no window: a server that sends those without end would keep the thread for good. So somebody
/// relieves it now and then: whatever is said to happen on the engine's thread happens there, or in `relieve` while the thread is inside gRPC.
///
/// The owner made by `start` ends everything when it goes: it cancels what is in flight and waits for the thread, or lets the thread
/// end by itself if the owner goes on that very thread. Calls keep the queue alive, not the owner.
class engine : public std::enable_shared_from_this<engine> {
public:
  static std::shared_ptr<engine> start(std::uint64_t most_bytes);

  explicit engine(std::uint64_t most_bytes);
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  grpc::CompletionQueue& queue() { return queue_; }
  /// Bounds what gRPC holds for the connections of this client.
  const grpc::ResourceQuota& quota() const { return quota_; }

  /// Keeps the call alive until `remove`. False if the engine is stopping: then the call must not start.
  bool add(std::shared_ptr<running_call> call);
  /// On the engine's thread: the call has ended and has no operation in flight.
  void remove(const std::shared_ptr<running_call>& call);
  /// On the engine's thread: calls `flush` on the call when the queue has run dry.
  void flush_later(std::shared_ptr<stream_call> call) { unflushed_.push_back(std::move(call)); }

  /// From any thread: has `begin_writing` called on the call when the queue has run dry, or after a while. False if it is dry already:
  /// then nobody else would write, and waking the engine's thread would take longer than to write.
  bool write_soon(stream_call& call);

  /// Calls `due` when the time has come, if `who` still lives.
  void watch(std::weak_ptr<timed> who, std::chrono::steady_clock::time_point due);

  /// Accepts no further calls, cancels all there are, and calls `drained` once none is left: at once on this thread, or later on
  /// the engine's.
  void stop(const std::function<void()>& drained);

  /// On the engine's thread: ends the calls that use these connections, or all calls if there are none given, with that status.
  void lose(const channel_pool* connections, const wire::call_status& as);

  /// See `rpc::relieve`.
  bool relieve();

private:
  using turn = std::unique_lock<std::mutex>;

  /// Comes back in the queue as soon as it is set: then whoever takes it has taken all that was there before.
  struct knock final : operation {
    void set(grpc::CompletionQueue& queue);
    void complete(bool) override { pending = false; }
    std::atomic<bool> pending{false};
    grpc::Alarm alarm;
  };
  struct watched {
    std::chrono::steady_clock::time_point due;
    std::weak_ptr<timed> who;
    bool operator>(const watched& other) const { return due > other.due; }
  };

  void run();
  void flush();
  bool begin_writing();
  void set_busy();
  grpc::CompletionQueue::NextStatus poll(turn& mine, void** tag, bool* ok, gpr_timespec until);
  bool wait(turn& mine, void** tag, bool* ok);
  void expire();
  void stand_in(turn& mine);
  std::chrono::nanoseconds used_by_thread() const;

  grpc::ResourceQuota quota_{"kdb"};
  grpc::CompletionQueue queue_;
  const quiet_grpc quiet_{};
  std::mutex turn_; // Held by who does the engine's work, and not while it is inside gRPC's polling.
  std::optional<clockid_t> thread_clock_;
  knock knock_;                               // Of who relieves the thread.
  knock wake_;                                // When something is due earlier than what the thread waits for.
  std::chrono::nanoseconds used_when_back_{}; // By the thread, when it was last seen to come back.
  std::mutex mutex_;
  bool stopping_ = false;
  bool busy_ = true; // The thread does not wait.
  /// Of the thread; the least there is while it does not wait.
  std::chrono::steady_clock::time_point waits_until_{std::chrono::steady_clock::time_point::min()};
  std::vector<std::shared_ptr<stream_call>> writers_;
  std::unordered_set<std::shared_ptr<running_call>> calls_;
  std::vector<std::function<void()>> drained_;
  std::priority_queue<watched, std::vector<watched>, std::greater<>> watched_;
  std::vector<std::shared_ptr<stream_call>> unflushed_; // Only on the engine's thread.
};

} // namespace kdb::inline v0::rpc
