// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace kdb::inline v0::development::rpc {

/// Something under way whose end the loop reports. Stays alive until then.
class operation {
public:
  virtual ~operation() = default;
  virtual void complete(bool ok) = 0;
};

/// An operation that calls a member function of its owner.
template <class Owner, void (Owner::*Done)(bool)>
class member_operation : public operation {
public:
  explicit member_operation(Owner& owner) : owner_{owner} {}
  void complete(bool ok) override { (owner_.*Done)(ok); }

private:
  Owner& owner_;
};

/// The one thread of a node: takes what has happened from gRPC's completion queue, and runs everything of the node, so that nothing
/// in it needs a lock. What happened together is worked off first, then the tasks that were scheduled meanwhile run: replies to
/// many requests leave together.
class loop {
public:
  /// With `shared` all work is done under that lock, and those who hold it may do what the loop's thread may. The loops that share it can
  /// then work on the same things.
  explicit loop(std::unique_ptr<grpc::ServerCompletionQueue> queue, std::mutex* shared = nullptr)
    : queue_{std::move(queue)}, shared_{shared} {}

  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  grpc::ServerCompletionQueue& queue() { return *queue_; }

  /// Works until `close` was called and all that was under way has ended.
  void run();

  /// Runs `work` on the loop's thread. From any thread; dropped when the loop is closed, which must not happen at the same time.
  void post(std::function<void()> work);

  /// Ends `run` when nothing is under way any more. Timers that were set never fire.
  void close();

  bool closing() const { return closing_; }

  /// Does nothing until `thaw`, as if the process was stopped. For loops with a shared lock, whose holder calls this.
  void freeze() { frozen_ = true; }
  void thaw();

private:
  friend class turn_task;
  static constexpr int longest_turn = 64;

  void end_turn();
  void wake();
  std::unique_lock<std::mutex> locked();

  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::vector<class turn_task*> scheduled_;
  std::vector<class turn_task*> running_;
  std::mutex* const shared_;
  std::condition_variable thawed_;
  bool frozen_ = false;
  bool asleep_ = false; // waits for the queue alone
  std::atomic<bool> closing_ = false;
};

/// Work that waits for the end of the loop's turn. Destroying it cancels it.
class turn_task {
public:
  turn_task(loop& on, std::function<void()> work) : loop_{on}, work_{std::move(work)} {}
  ~turn_task();

  turn_task(const turn_task&) = delete;
  turn_task& operator=(const turn_task&) = delete;

  /// Lets it run once at the end of the turn.
  void schedule();

private:
  friend class loop;

  loop& loop_;
  std::function<void()> work_;
  bool scheduled_ = false;
};

/// Fires once after a time, on the loop's thread. Destroying it cancels it.
class timer {
public:
  timer(loop& on, std::chrono::nanoseconds after, std::function<void()> work);
  ~timer();

  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

private:
  struct alarm;
  alarm* alarm_ = nullptr;
};

} // namespace kdb::inline v0::development::rpc
