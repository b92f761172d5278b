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

struct mark_threads final : any_caf::thread_hook {
  std::atomic<bool> worker_runs{false};
  std::mutex mutex;
  std::condition_variable changed;

private:
  void started(bool is_worker) override {
    runs_actors = true;
    if (!is_worker || worker_runs.exchange(true))
      return;
    std::lock_guard lock{mutex};
    changed.notify_all();
  }
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

caf::actor_system_config& configure(caf::actor_system_config& config) {
  init_caf();
  const auto cores = std::max(std::thread::hardware_concurrency(), least_workers);
  any_caf::configure_sharing(config, cores, messages_in_a_row);
  config.add_thread_hook<mark_threads>();
  return config;
}

} // namespace

bool detail::await_start(caf::actor_system& system, std::chrono::milliseconds at_most) {
  auto& hook = static_cast<mark_threads&>(any_caf::first_hook(system)); // See `configure`.
  if (hook.worker_runs)
    return true;
  std::unique_lock lock{hook.mutex};
  return hook.changed.wait_for(lock, at_most, [&] { return hook.worker_runs.load(); });
}

struct owned_system::impl {
  struct parts {
    caf::actor_system_config config;
    caf::actor_system system{configure(config)};
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
