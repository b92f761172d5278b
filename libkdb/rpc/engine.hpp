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

/// An object with a timer in the engine.
class timed {
public:
  virtual ~timed() = default;
  /// On the engine's thread.
  virtual void due() = 0;
};

/// The completion queue of a client and the one thread that serves it. Calls register with it while they have operations in
/// flight.
///
/// gRPC reads from sockets on that thread, and continues while data arrives. Flow control limits the messages of a server, but
/// not headers and some other frames: a server that sends those without end would keep the thread forever. So another thread
/// takes over its work when necessary: everything documented as "on the engine's thread" runs there, or in `relieve` while the
/// thread is inside gRPC (docs/decisions/0013).
///
/// The owner made by `start` ends everything when it is destroyed: it cancels the calls in flight and waits for the thread. If it
/// is destroyed on that thread, the thread ends by itself. Calls keep the queue alive, but not the owner.
class engine : public std::enable_shared_from_this<engine> {
public:
  static std::shared_ptr<engine> start(std::uint64_t most_bytes);

  explicit engine(std::uint64_t most_bytes);
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  grpc::CompletionQueue& queue() { return queue_; }
  /// Limits the memory that gRPC uses for the connections of this client.
  const grpc::ResourceQuota& quota() const { return quota_; }

  /// Keeps the call alive until `remove`. False if the engine is stopping: then the call must not start.
  bool add(std::shared_ptr<running_call> call);
  /// On the engine's thread: the call has ended and has no operation in flight.
  void remove(const std::shared_ptr<running_call>& call);
  /// On the engine's thread: calls `flush` on the call when the queue is empty.
  void flush_later(std::shared_ptr<stream_call> call) { unflushed_.push_back(std::move(call)); }

  /// From any thread: makes the engine call `begin_writing` on the call when the queue is empty, or after a while. Returns false
  /// if the engine's thread waits: then the caller writes itself, because waking the thread would take longer.
  bool write_soon(stream_call& call);

  /// Calls `who->due()` at that time, if `who` still exists.
  void watch(std::weak_ptr<timed> who, std::chrono::steady_clock::time_point due);

  /// Refuses new calls, cancels all calls, and calls `drained` when the last one has ended: at once on this thread, or later on
  /// the engine's.
  void stop(const std::function<void()>& drained);

  /// On the engine's thread: ends the calls that use `connections` with this status; all calls if it is null.
  void lose(const channel_pool* connections, const wire::call_status& as);

  /// See `rpc::relieve`.
  bool relieve();

private:
  using turn = std::unique_lock<std::mutex>;

  /// A marker that the queue returns at once. The thread that takes it has taken all operations before it.
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
  std::mutex turn_; // Held while completions are processed; released while gRPC polls.
  std::optional<clockid_t> thread_clock_;
  knock knock_;                               // Set by `relieve`.
  knock wake_;                                // Set when a timer is due before the end of the thread's wait.
  std::chrono::nanoseconds used_when_back_{}; // CPU time of the thread when it was last outside gRPC.
  std::mutex mutex_;
  bool stopping_ = false;
  bool busy_ = true; // The thread does not wait.
  /// End of the thread's wait; `min()` while it does not wait.
  std::chrono::steady_clock::time_point waits_until_{std::chrono::steady_clock::time_point::min()};
  std::vector<std::shared_ptr<stream_call>> writers_;
  std::unordered_set<std::shared_ptr<running_call>> calls_;
  std::vector<std::function<void()>> drained_;
  std::priority_queue<watched, std::vector<watched>, std::greater<>> watched_;
  std::vector<std::shared_ptr<stream_call>> unflushed_; // Only on the engine's thread.
};

} // namespace kdb::inline v0::rpc
