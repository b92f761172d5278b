// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/interruption.hpp"

#include "tools/kdbctl/text/exit_status.hpp"

#include <csignal>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <unistd.h>

namespace kdbctl {
namespace {

struct watched {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> handler;
  bool happened = false;
};

// Never destroyed: the thread that waits may outlive main.
watched& state() {
  static auto& all = *new watched;
  return all;
}

sigset_t signals() {
  sigset_t all;
  sigemptyset(&all);
  sigaddset(&all, SIGINT);
  sigaddset(&all, SIGTERM);
  return all;
}

void wait_for_signals() {
  const auto all = signals();
  for (;;) {
    int received = 0;
    sigwait(&all, &received);
    auto& now = state();
    std::unique_lock lock{now.mutex};
    if (now.happened)
      _exit(static_cast<int>(exit_status::interrupted));
    now.happened = true;
    now.changed.notify_all();
    const auto handler = now.handler;
    lock.unlock();
    if (handler)
      handler();
  }
}

} // namespace

void interruption::watch() {
  const auto all = signals();
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::thread{wait_for_signals}.detach();
}

bool interruption::happened() {
  std::lock_guard lock{state().mutex};
  return state().happened;
}

void interruption::wait() {
  std::unique_lock lock{state().mutex};
  state().changed.wait(lock, [] { return state().happened; });
}

interruption::handler::handler(std::function<void()> run) {
  std::unique_lock lock{state().mutex};
  before_ = std::exchange(state().handler, run);
  const auto late = state().happened;
  lock.unlock();
  if (late)
    run();
}

interruption::handler::~handler() {
  std::lock_guard lock{state().mutex};
  state().handler = std::move(before_);
}

} // namespace kdbctl
