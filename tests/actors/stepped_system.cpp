// SPDX-License-Identifier: Apache-2.0
#include "tests/actors/stepped_system.hpp"

#include <caf/actor_system_config.hpp>

#include <utility>

#include "tests/actors/actor_fixture.hpp"

#if KDB_CAF_1
#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/detail/actor_system_access.hpp>
#include <caf/disposable.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler.hpp>

#include <deque>
#include <map>
#else
#include <caf/scheduler/test_coordinator.hpp>
#endif

namespace kdb::test {

#if KDB_CAF_1

namespace {

struct test_config : caf::actor_system_config {
  test_config() {
    init_caf<kdb_block::actor_fixture>();
    set("caf.logger.console.verbosity", "quiet");
  }
};

/// Time that moves when it is told to.
class stepped_clock final : public caf::actor_clock {
public:
  time_point now() const noexcept override { return now_; }

  using caf::actor_clock::schedule;
  caf::disposable schedule(time_point due, caf::action job) override {
    timers_.emplace(due, job);
    return std::move(job).as_disposable();
  }

  std::size_t advance(duration_type duration) {
    now_ += duration;
    std::size_t count = 0;
    while (!timers_.empty() && timers_.begin()->first <= now_) {
      auto job = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      if (job.disposed())
        continue;
      job.run();
      ++count;
    }
    return count;
  }

  /// A timer keeps its actor.
  void drop_timers() {
    for (auto dropped = std::exchange(timers_, {}); auto& [due, job] : dropped)
      job.dispose();
  }

private:
  time_point now_{duration_type{1}};
  std::multimap<time_point, caf::action> timers_;
};

/// Actors that are ready, in order.
class stepped_scheduler final : public caf::scheduler {
public:
  void schedule(caf::resumable* job) override { ready_.push_back(job); }
  void delay(caf::resumable* job) override { schedule(job); }
  void start() override {}
  void stop() override {
    while (run_one())
      ;
  }

  bool run_one() {
    if (ready_.empty())
      return false;
    auto* const job = ready_.front();
    ready_.pop_front();
    if (job->resume(this, 1) == caf::resumable::resume_later)
      ready_.push_back(job);
    else
      caf::intrusive_ptr_release(job);
    return true;
  }

private:
  std::deque<caf::resumable*> ready_; // Each with a reference of its own.
};

} // namespace

struct stepped_system::impl {
  static void set_up(caf::actor_system& system, caf::actor_system_config&, void* self) {
    caf::detail::actor_system_access access{system};
    auto clock = std::make_unique<stepped_clock>();
    auto scheduler = std::make_unique<stepped_scheduler>();
    static_cast<impl*>(self)->clock = clock.get();
    static_cast<impl*>(self)->scheduler = scheduler.get();
    access.clock(std::move(clock));
    access.scheduler(std::move(scheduler));
  }
  ~impl() { clock->drop_timers(); }

  stepped_clock* clock = nullptr;
  stepped_scheduler* scheduler = nullptr;
  test_config config;
  caf::actor_system system{config, set_up, this};
};

bool stepped_system::run_one() {
  return impl_->scheduler->run_one();
}

std::size_t stepped_system::advance_time(std::chrono::milliseconds duration) {
  return impl_->clock->advance(duration);
}

#else

namespace {

struct test_config : caf::actor_system_config {
  test_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.console", caf::atom("none"));
  }
};

} // namespace

struct stepped_system::impl {
  test_config config;
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
};

bool stepped_system::run_one() {
  return impl_->scheduler.try_run_once();
}

std::size_t stepped_system::advance_time(std::chrono::milliseconds duration) {
  return impl_->scheduler.advance_time(duration);
}

#endif

stepped_system::stepped_system() : impl_{std::make_unique<impl>()} {}
stepped_system::~stepped_system() = default;

caf::actor_system& stepped_system::system() {
  return impl_->system;
}

} // namespace kdb::test
