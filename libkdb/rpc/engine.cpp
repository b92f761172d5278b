#include <rpc/engine.hpp>

#include <grpc/support/time.h>

#include <algorithm>
#include <optional>
#include <thread>

#include <rpc/stream_call.hpp>

namespace kdb::rpc {

std::shared_ptr<engine> engine::start() {
  struct owner {
    std::shared_ptr<engine> running = std::make_shared<engine>();
    std::thread thread{[self = running] { self->run(); }};

    ~owner() {
      running->stop([self = running] { self->queue_.Shutdown(); });
      if (thread.get_id() == std::this_thread::get_id())
        thread.detach();
      else
        thread.join();
    }
  };
  auto owned = std::make_shared<owner>();
  return {owned, owned->running.get()};
}

bool engine::add(std::shared_ptr<stream_call> call) {
  std::lock_guard lock{mutex_};
  if (stopping_)
    return false;
  calls_.insert(std::move(call));
  return true;
}

void engine::remove(const std::shared_ptr<stream_call>& call) {
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

void engine::stop(std::function<void()> drained) {
  std::vector<std::shared_ptr<stream_call>> open;
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
    open.assign(calls_.begin(), calls_.end());
    if (!open.empty())
      drained_.push_back(std::move(drained));
  }
  if (open.empty()) {
    drained();
    return;
  }
  for (auto& call : open)
    call->cancel();
}

void engine::run() {
  const auto already_past = gpr_time_0(GPR_CLOCK_MONOTONIC);
  void* tag = nullptr;
  bool ok = false;
  for (;;) {
    const auto next = queue_.AsyncNext(&tag, &ok, already_past);
    if (next == grpc::CompletionQueue::TIMEOUT)
      flush();
    const auto over = next == grpc::CompletionQueue::SHUTDOWN || (next == grpc::CompletionQueue::TIMEOUT && !wait(&tag, &ok));
    if (over)
      break;
    static_cast<operation*>(tag)->complete(ok);
  }
  unflushed_.clear(); // They have ended, and would keep their connection, and this queue, for ever.
}

bool engine::wait(void** tag, bool* ok) {
  for (;;) {
    std::optional<std::chrono::steady_clock::time_point> due;
    {
      // A start watched from now on needs no wake-up: its call's own first operation comes back earlier than it is due.
      std::lock_guard lock{mutex_};
      if (!starting_.empty())
        due = starting_.top().due;
    }
    if (!due)
      return queue_.Next(tag, ok);
    const auto left = std::max(*due - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero());
    switch (queue_.AsyncNext(tag, ok, std::chrono::system_clock::now() + left)) {
      case grpc::CompletionQueue::GOT_EVENT:
        return true;
      case grpc::CompletionQueue::SHUTDOWN:
        return false;
      case grpc::CompletionQueue::TIMEOUT:
        expire();
    }
  }
}

void engine::watch_start(const std::shared_ptr<stream_call>& call, std::chrono::steady_clock::time_point due) {
  std::lock_guard lock{mutex_};
  starting_.push({due, call});
}

void engine::expire() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<stream_call>> overdue;
  {
    std::lock_guard lock{mutex_};
    while (!starting_.empty() && starting_.top().due <= now) {
      if (auto call = starting_.top().call.lock())
        overdue.push_back(std::move(call));
      starting_.pop();
    }
  }
  for (auto& call : overdue)
    call->start_overdue();
}

void engine::flush() {
  // A call may ask again while it is flushed: those wait for the next time.
  auto ready = std::move(unflushed_);
  unflushed_.clear();
  for (auto& call : ready)
    call->flush();
}

} // namespace kdb::rpc
