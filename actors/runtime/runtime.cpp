// SPDX-License-Identifier: Apache-2.0
#include "actors/runtime/runtime.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "actors/client/client.hpp"
#include "actors/runtime/caf_parts.hpp"
#include "libkdb/rpc/process.hpp"
#include "libkdb/values/forks.hpp"

namespace kdb::inline v0::detail {

namespace {

/// Closing takes milliseconds; this is for machines that stand still.
constexpr std::chrono::seconds patience{5};

error process_ends() {
  return {.code = errc::closed, .message = "the client is closed: the process is ending"};
}

void close_client(caf::actor_system& system, const untyped_client& client, std::chrono::milliseconds at_most = patience) {
  host_actor self{system};
  any_caf::request(self, client, at_most, kdb::close{})
    .receive([] {}, [](caf::error&) {}); // An error says that it is closed already.
}

} // namespace

void forget_system() {
  any_caf::forget_current_system();
}

void run_aside(std::function<void()> job, bool may_wait) {
  try {
    std::thread aside{job};
    if (may_wait)
      aside.join();
    else
      aside.detach();
  } catch (const std::system_error&) { // No thread is to be had.
    job();
  }
}

struct runtime::parts {
  std::timed_mutex mutex; // Held while the parts are closed or destroyed.
  std::unique_ptr<owned_system> system = std::make_unique<owned_system>();
  untyped_client client;
  logger_ptr log;
  signals_ptr signals;

  /// With the mutex held. The client tells that it has closed before it answers: so the sinks have heard everything.
  void end() const {
    if (!client)
      return;
    close_client(system->system(), client);
    log->finish();
  }

  void take_down() {
    std::lock_guard lock{mutex};
    end();
    client = nullptr;
    log.reset();
    system.reset();
  }
};

namespace {

/// All runtimes of the process, and those that are being taken down.
class residents {
public:
  /// False when the process is ending.
  bool add(std::shared_ptr<runtime::parts> one) {
    std::lock_guard lock{mutex_};
    if (!ending_)
      all_.push_back(std::move(one));
    return !ending_;
  }

  bool ending() {
    std::lock_guard lock{mutex_};
    return ending_;
  }

  void remove(const std::shared_ptr<runtime::parts>& one) {
    std::lock_guard lock{mutex_};
    std::erase(all_, one);
  }

  /// Closes all clients, and waits until no thread is inside gRPC or OpenSSL, whose data is destroyed next. The actor systems stay: nothing
  /// runs in them any more, and threads that will never continue may use them.
  void end(bool on_sink_thread) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (const auto& each : begin_to_end()) {
      std::unique_lock lock{each->mutex, until};
      if (!lock || !each->client)
        continue;
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      close_client(each->system->system(), each->client, std::max(left, std::chrono::milliseconds{1}));
      if (!on_sink_thread)
        each->log->finish();
    }
    rpc::await_threads(until);
  }

private:
  std::vector<std::shared_ptr<runtime::parts>> begin_to_end() {
    std::lock_guard lock{mutex_};
    ending_ = true;
    return all_;
  }

  std::mutex mutex_;
  bool ending_ = false;
  std::vector<std::shared_ptr<runtime::parts>> all_;
};

constinit per_process<residents> runtimes;

/// Handlers of `atexit` run in the reverse order of their registration: this one before the cleanup of OpenSSL, see `prepare_process`, and of
/// what CAF has made for the first actor system.
void close_all_at_exit() {
  static constinit std::once_flag once;
  std::call_once(once, [] {
    std::atexit([] { run_aside([on_sink_thread = logger::on_sink_thread()] { runtimes.get().end(on_sink_thread); }, true); });
  });
}

} // namespace

result<std::shared_ptr<runtime>> runtime::start(settings settings) {
  if (runtimes.get().ending())
    return unexpected{process_ends()}; // What OpenSSL needs may be gone.
  if (auto ready = rpc::prepare_process(); !ready)
    return unexpected{std::move(ready.error())};
  auto made = std::make_shared<parts>();
  made->log = std::make_shared<const logger>(settings.log, settings.minimum_log_level, settings.on_change);
  made->signals = make_signals(settings);
  auto client = spawn_client(made->system->system(), std::move(settings), made->log, made->signals);
  forget_system();
  if (!client)
    return unexpected{std::move(client.error())};
  made->client = std::move(*client);
  close_all_at_exit();
  auto started = std::make_shared<runtime>(made);
  if (!runtimes.get().add(std::move(made)))
    return unexpected{process_ends()};
  return started;
}

runtime::runtime(std::shared_ptr<parts> given) : parts_{std::move(given)}, generation_{process_generation()} {}

runtime::~runtime() {
  if (inherited()) {
    leave_behind(std::move(parts_));
    return;
  }
  const auto waits = may_wait();
  run_aside(
    [parts = std::move(parts_)] {
      parts->take_down();
      runtimes.get().remove(parts);
    },
    waits);
}

caf::actor_system& runtime::system() {
  return parts_->system->system();
}

const untyped_client& runtime::client() const {
  return parts_->client;
}

const logger& runtime::log() const {
  return *parts_->log;
}

const signals_ptr& runtime::signals() const {
  return parts_->signals;
}

bool runtime::inherited() const {
  return generation_ != process_generation();
}

std::optional<error> runtime::refusal() const {
  if (!inherited())
    return std::nullopt;
  return error{.code = errc::closed,
               .message = "this process was forked off after the client was made: the client works in the parent only"};
}

std::optional<error> runtime::refusal_to_wait() const {
  if (auto cause = refusal())
    return cause;
  if (runs())
    return std::nullopt;
  return error{
    .code = errc::deadline_exceeded,
    .message = "no thread of the client has started: a static object of a plugin can make a client in its constructor, but can't "
               "wait for it before dlopen returns",
    .retry_can_help = true};
}

bool runtime::may_wait() const {
  return !logger::on_sink_thread() && !owned_system::on_own_thread() && runs();
}

bool runtime::runs() const {
  return await_start(parts_->system->system(), patience);
}

result<wire::message_list> runtime::call(const std::shared_ptr<call_job>& job) {
  return ask<server_messages>(client(), run_call{job}).transform([](server_messages answer) { return std::move(answer.all); });
}

void runtime::close() {
  if (inherited())
    return;
  run_aside([parts = parts_] { close_client(parts->system->system(), parts->client); }, runs());
}

void runtime::end() {
  if (inherited())
    return;
  run_aside(
    [parts = parts_] {
      std::lock_guard lock{parts->mutex};
      parts->end();
    },
    may_wait());
}

} // namespace kdb::inline v0::detail
