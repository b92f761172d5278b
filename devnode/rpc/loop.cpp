// SPDX-License-Identifier: Apache-2.0
#include "devnode/rpc/loop.hpp"

#include <grpc/support/time.h>

#include <algorithm>
#include <utility>

namespace kdb::inline v0::development::rpc {
namespace {

struct posted : operation {
  grpc::Alarm alarm;
  std::function<void()> work;

  void complete(bool) override {
    work();
    delete this;
  }
};

} // namespace

void loop::run() {
  using status = grpc::CompletionQueue::NextStatus;
  void* tag = nullptr;
  bool ok = false;
  int turn = 0;
  auto lock = locked();
  for (;;) {
    // With tasks waiting the queue is only asked for what is there already.
    asleep_ = scheduled_.empty();
    auto until = asleep_ ? gpr_inf_future(GPR_CLOCK_REALTIME) : gpr_time_0(GPR_CLOCK_REALTIME);
    if (shared_)
      lock.unlock();
    auto next = queue_->AsyncNext(&tag, &ok, until);
    if (next == status::SHUTDOWN)
      return;
    if (shared_) {
      lock.lock();
      thawed_.wait(lock, [this] { return !frozen_; });
    }
    asleep_ = false;
    if (next == status::GOT_EVENT)
      static_cast<operation*>(tag)->complete(ok);
    if (next == status::TIMEOUT || ++turn >= longest_turn) {
      turn = 0;
      end_turn();
    }
  }
}

std::unique_lock<std::mutex> loop::locked() {
  return shared_ ? std::unique_lock{*shared_} : std::unique_lock<std::mutex>{};
}

void loop::thaw() {
  frozen_ = false;
  thawed_.notify_all();
}

// Somebody else than its thread has given it something to do.
void loop::wake() {
  if (!std::exchange(asleep_, false) || closing_)
    return;
  post([] {});
}

void loop::end_turn() {
  running_.swap(scheduled_);
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (auto task = running_[i]) {
      task->scheduled_ = false;
      task->work_();
    }
  }
  running_.clear();
}

void loop::post(std::function<void()> work) {
  if (closing())
    return;
  auto task = new posted;
  task->work = std::move(work);
  task->alarm.Set(queue_.get(), gpr_time_0(GPR_CLOCK_REALTIME), static_cast<operation*>(task));
}

void loop::close() {
  closing_ = true;
  queue_->Shutdown();
}

// -- tasks and timers ----------------------------------------------------------------------------------------------

turn_task::~turn_task() {
  if (!scheduled_)
    return;
  // Only the pointers go: the loop may be walking over them.
  std::replace(loop_.scheduled_.begin(), loop_.scheduled_.end(), this, static_cast<turn_task*>(nullptr));
  std::replace(loop_.running_.begin(), loop_.running_.end(), this, static_cast<turn_task*>(nullptr));
}

void turn_task::schedule() {
  if (scheduled_)
    return;
  scheduled_ = true;
  loop_.scheduled_.push_back(this);
  loop_.wake();
}

struct timer::alarm : operation {
  timer* owner = nullptr;
  grpc::Alarm wake;
  std::function<void()> work;

  void complete(bool ok) override {
    auto due = std::move(work);
    bool wanted = ok && owner;
    if (owner)
      owner->alarm_ = nullptr;
    delete this;
    if (wanted)
      due();
  }
};

timer::timer(loop& on, std::chrono::nanoseconds after, std::function<void()> work) {
  if (on.closing())
    return;
  alarm_ = new alarm;
  alarm_->owner = this;
  alarm_->work = std::move(work);
  auto due = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(after.count(), GPR_TIMESPAN));
  alarm_->wake.Set(&on.queue(), due, static_cast<operation*>(alarm_));
}

timer::~timer() {
  if (!alarm_)
    return;
  alarm_->owner = nullptr;
  alarm_->wake.Cancel();
}

} // namespace kdb::inline v0::development::rpc
