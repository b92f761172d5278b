// SPDX-License-Identifier: Apache-2.0
#include <caf/actor_system_config.hpp>
#include <caf/logger.hpp>
#include <caf/thread_hook.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

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

struct mark_threads final : caf::thread_hook {
  void init(caf::actor_system&) override {}
  void thread_started() override {
    runs_actors = true;
    // The printer's thread comes here before it has a logger, others after that: it is the logger that takes the lock of `dlopen`.
    if (!caf::logger::current_logger() || started.exchange(true))
      return;
    std::lock_guard lock{mutex};
    changed.notify_all();
  }
  void thread_terminates() override {}

  std::atomic<bool> started{false};
  std::mutex mutex;
  std::condition_variable changed;
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
  const auto cores = std::max(std::thread::hardware_concurrency(), least_workers);
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", static_cast<std::size_t>(cores));
  config.set("scheduler.max-throughput", messages_in_a_row);
  config.set("logger.console", caf::atom("none"));
  config.add_thread_hook<mark_threads>();
  return config;
}

} // namespace

bool detail::await_start(caf::actor_system& system, std::chrono::milliseconds at_most) {
  auto& hook = static_cast<mark_threads&>(*system.config().thread_hooks_.front()); // See `configure`.
  if (hook.started)
    return true;
  std::unique_lock lock{hook.mutex};
  return hook.changed.wait_for(lock, at_most, [&] { return hook.started.load(); });
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
