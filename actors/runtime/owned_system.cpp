// SPDX-License-Identifier: Apache-2.0
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "actors/runtime/caf_parts.hpp"
#include "actors/runtime/runtime.hpp"
#include "libkdb/values/forks.hpp"
#include <kdb/actors.hpp>

namespace kdb::inline v0 {

namespace {

/// One worker is enough to move data for one core; a blocked one must not stop the others.
constexpr unsigned least_workers = 2;
/// Messages an actor may handle before others get their turn.
constexpr std::size_t messages_in_a_row = 100;

thread_local bool runs_actors = false;

/// Whether a thread of a system has started that runs actors.
struct thread_start {
  std::atomic<bool> done{false};
  std::mutex mutex;
  std::condition_variable changed;
};

class mark_threads final : public any_caf::thread_hook {
public:
  explicit mark_threads(std::shared_ptr<thread_start> start) : start_{std::move(start)} {}

private:
  void started(bool is_worker) override {
    runs_actors = true;
    if (!is_worker || start_->done.exchange(true))
      return;
    std::lock_guard lock{start_->mutex};
    start_->changed.notify_all();
  }

  std::shared_ptr<thread_start> start_;
};

/// Whether the calling thread has used a system, and still has what CAF keeps for it: at the end of the process that goes before static
/// objects do.
thread_local bool thread_remembers = false;

void note_thread() {
  struct mark {
    mark() { thread_remembers = true; }
    ~mark() { thread_remembers = false; }
  };
  thread_local const mark alive;
  static_cast<void>(alive);
}

struct own_config : caf::actor_system_config {
  own_config() {
    init_caf();
    const auto cores = std::max(std::thread::hardware_concurrency(), least_workers);
    any_caf::configure_sharing(*this, cores, messages_in_a_row);
    add_thread_hook<mark_threads>(start);
  }

  std::shared_ptr<thread_start> start = std::make_shared<thread_start>();
};

} // namespace

bool detail::await_start(caf::actor_system& system, std::chrono::milliseconds at_most) {
  auto& start = *static_cast<const own_config&>(system.config()).start;
  if (start.done)
    return true;
  std::unique_lock lock{start.mutex};
  return start.changed.wait_for(lock, at_most, [&] { return start.done.load(); });
}

struct owned_system::impl {
  struct parts {
    own_config config;
    caf::actor_system system{config};
  };

  impl() {
    note_thread();
    detail::forget_system();
  }
  ~impl() {
    if (thread_remembers)
      detail::forget_system(); // The system waits for every thread that remembers it, this one too.
    if (generation != process_generation())
      leave_behind(std::move(running)); // Its threads do not exist in a child of fork.
    else
      detail::run_aside([this] { running.reset(); }, true);
  }

  std::shared_ptr<parts> running = std::make_shared<parts>();
  const unsigned generation = process_generation();
};

owned_system::owned_system() : impl_{std::make_unique<impl>()} {}
owned_system::~owned_system() = default;
owned_system::owned_system(owned_system&&) noexcept = default;
owned_system& owned_system::operator=(owned_system&&) noexcept = default;

bool owned_system::on_own_thread() {
  return runs_actors;
}

caf::actor_system& owned_system::system() {
  note_thread();
  return impl_->running->system;
}

} // namespace kdb::inline v0
