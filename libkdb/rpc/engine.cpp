// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/engine.hpp"

#include <grpc/support/time.h>
#include <pthread.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "libkdb/rpc/process.hpp"
#include "libkdb/rpc/stream_call.hpp"

namespace kdb::inline v0::rpc {

namespace {

/// What waits to be written waits no longer, however much there is to read.
constexpr int operations_in_a_row = 64;
constexpr int rows_at_most = 8;

/// What a thread may spend inside gRPC without anything to show for it. Ninety streams whose windows are full, all that a connection can have
/// for us, take it less than a second.
constexpr std::chrono::seconds most_for_nothing{5};

gpr_timespec already_past() {
  return gpr_time_0(GPR_CLOCK_MONOTONIC);
}

using time_point = std::chrono::steady_clock::time_point;

gpr_timespec from_now(std::chrono::nanoseconds left) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(left.count(), GPR_TIMESPAN));
}

} // namespace

engine::engine(std::uint64_t most_bytes) {
  quota_.Resize(most_bytes);
}

std::shared_ptr<engine> engine::start(std::uint64_t most_bytes) {
  struct owner {
    explicit owner(std::uint64_t most_bytes) : running{std::make_shared<engine>(most_bytes)} {}
    std::shared_ptr<engine> running;
    std::thread thread{[self = running, counted = count_thread()] { self->run(); }};

    ~owner() {
      running->stop([self = running] { self->queue_.Shutdown(); });
      if (thread.get_id() == std::this_thread::get_id())
        thread.detach();
      else
        thread.join();
    }
  };
  auto owned = std::make_shared<owner>(most_bytes);
  return {owned, owned->running.get()};
}

bool engine::add(std::shared_ptr<running_call> call) {
  std::lock_guard lock{mutex_};
  if (stopping_)
    return false;
  calls_.insert(std::move(call));
  return true;
}

void engine::remove(const std::shared_ptr<running_call>& call) {
  std::vector<std::function<void()>> drained;
  {
    std::lock_guard lock{mutex_};
    calls_.erase(call);
    if (stopping_ && calls_.empty())
      drained.swap(drained_);
  }
  for (auto& tell : drained)
    tell();
}

void engine::stop(const std::function<void()>& drained) {
  std::vector<std::shared_ptr<running_call>> open;
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
    open.assign(calls_.begin(), calls_.end());
    if (!open.empty())
      drained_.push_back(drained);
  }
  if (open.empty()) {
    drained();
    return;
  }
  for (auto& call : open)
    call->cancel();
}

void engine::run() {
  turn mine{turn_};
  if (clockid_t own{}; pthread_getcpuclockid(pthread_self(), &own) == 0)
    thread_clock_ = own;
  void* tag = nullptr;
  bool ok = false;
  int in_a_row = 0, rows = 0;
  for (;;) {
    const auto next = poll(mine, &tag, &ok, already_past());
    if (next == grpc::CompletionQueue::SHUTDOWN)
      break;
    if (next == grpc::CompletionQueue::TIMEOUT) {
      in_a_row = rows = 0;
      flush();
      if (begin_writing())
        continue;
      const auto open = wait(mine, &tag, &ok);
      set_busy();
      if (!open)
        break;
    } else if (++in_a_row == operations_in_a_row) {
      in_a_row = 0;
      begin_writing();
      if (++rows == rows_at_most) {
        // A call that never lets the queue run dry must not hold up what the others wait for.
        rows = 0;
        flush();
        expire();
      }
    }
    static_cast<operation*>(tag)->complete(ok);
  }
  // They have ended, and would keep their connection, and this queue, for ever.
  unflushed_.clear();
  writers_.clear();
  thread_clock_.reset();
}

grpc::CompletionQueue::NextStatus engine::poll(turn& mine, void** tag, bool* ok, gpr_timespec until) {
  mine.unlock();
  const auto next = queue_.AsyncNext(tag, ok, until);
  mine.lock();
  return next;
}

bool engine::write_soon(stream_call& call) {
  std::lock_guard lock{mutex_};
  if (busy_)
    writers_.push_back(call.shared_from_this());
  return busy_;
}

bool engine::begin_writing() {
  std::vector<std::shared_ptr<stream_call>> ready;
  {
    std::lock_guard lock{mutex_};
    ready.swap(writers_);
    busy_ = !ready.empty();
  }
  for (auto& call : ready)
    call->begin_writing();
  return !ready.empty();
}

void engine::set_busy() {
  std::lock_guard lock{mutex_};
  busy_ = true;
}

bool engine::wait(turn& mine, void** tag, bool* ok) {
  for (;;) {
    auto until = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    {
      std::lock_guard lock{mutex_};
      waits_until_ = watched_.empty() ? time_point::max() : watched_.top().due;
      if (!watched_.empty())
        until = from_now(waits_until_ - std::chrono::steady_clock::now());
    }
    const auto next = poll(mine, tag, ok, until);
    {
      std::lock_guard lock{mutex_};
      waits_until_ = time_point::min();
    }
    switch (next) {
      case grpc::CompletionQueue::GOT_EVENT: return true;
      case grpc::CompletionQueue::SHUTDOWN: return false;
      case grpc::CompletionQueue::TIMEOUT: expire();
    }
  }
}

void engine::watch(std::weak_ptr<timed> who, std::chrono::steady_clock::time_point due) {
  std::lock_guard lock{mutex_};
  watched_.push({due, std::move(who)});
  // Seldom: calls that start alike are due in order. When it is stopping, the queue may be closed already.
  if (due < waits_until_ && !stopping_)
    wake_.set(queue_);
}

void engine::knock::set(grpc::CompletionQueue& queue) {
  if (!pending.exchange(true))
    alarm.Set(&queue, already_past(), static_cast<operation*>(this));
}

void engine::expire() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<timed>> overdue;
  {
    std::lock_guard lock{mutex_};
    while (!watched_.empty() && watched_.top().due <= now) {
      if (auto alive = watched_.top().who.lock())
        overdue.push_back(std::move(alive));
      watched_.pop();
    }
  }
  for (auto& each : overdue)
    each->due();
}

bool engine::relieve() {
  turn mine{turn_, std::try_to_lock};
  if (!mine)
    return false; // It is back, and at work.
  const bool held_up = knock_.pending;
  if (held_up)
    stand_in(mine);
  else
    used_when_back_ = used_by_thread();
  // Time that passes says nothing: the thread may wait for a processor, or the machine may have slept.
  const auto flooded = held_up && used_by_thread() - used_when_back_ > most_for_nothing;
  if (flooded)
    lose(nullptr, rpc::flooded());
  knock_.set(queue_);
  return flooded;
}

/// As long as the knock is in the queue this does not poll: then this thread would be held up as well.
void engine::stand_in(turn& mine) {
  void* tag = nullptr;
  bool ok = false;
  while (knock_.pending && poll(mine, &tag, &ok, already_past()) == grpc::CompletionQueue::GOT_EVENT)
    static_cast<operation*>(tag)->complete(ok);
  flush();
  begin_writing();
  expire();
}

void engine::lose(const channel_pool* connections, const wire::call_status& as) {
  std::vector<std::shared_ptr<running_call>> open;
  {
    std::lock_guard lock{mutex_};
    open.assign(calls_.begin(), calls_.end());
  }
  for (auto& call : open)
    if (!connections || call->connections() == connections)
      call->lose(as);
}

std::chrono::nanoseconds engine::used_by_thread() const {
  timespec used{};
  if (!thread_clock_ || ::clock_gettime(*thread_clock_, &used) != 0)
    return {};
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

void engine::flush() {
  // A call may ask again while it is flushed: those wait for the next time.
  auto ready = std::move(unflushed_);
  unflushed_.clear();
  for (auto& call : ready)
    call->flush();
}

} // namespace kdb::inline v0::rpc
