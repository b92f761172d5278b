// SPDX-License-Identifier: Apache-2.0
#include "actors/client/statistics_watcher.hpp"

#include <utility>

#include "actors/connection/random_pause.hpp"
#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0 {

statistics_watcher_state::~statistics_watcher_state() {
  finish({.code = errc::closed, .message = "the client was closed, and the watch of statistics with it"});
}

statistics_watcher_self::behavior_type statistics_watcher_state::start(watch_statistics_options given,
                                                                       const untyped_client& given_client) {
  options = std::move(given);
  client = caf::actor_cast<caf::weak_actor_ptr>(given_client);
  phases = policy::resuming{{.resume = options.resume}};
  return {
    [this](const next&) { return on_next(); },
    [this](const cancel&) { on_cancel(); },
    [this](const sample_due&) { take_sample(); },
  };
}

caf::result<server_statistics> statistics_watcher_state::on_next() {
  if (end)
    return to_caf(*end);
  auto promise = self->make_response_promise<server_statistics>();
  waiting.push_back(promise);
  if (waiting.size() == 1)
    await_period();
  return promise;
}

void statistics_watcher_state::on_cancel() {
  finish({.code = errc::cancelled, .message = "the watch of statistics was cancelled"});
}

void statistics_watcher_state::await_period() {
  const auto now = self->clock().now();
  if (!next_period || *next_period <= now)
    take_sample();
  else
    any_caf::send_later(self, std::chrono::ceil<std::chrono::milliseconds>(*next_period - now), sample_due{});
}

void statistics_watcher_state::take_sample() {
  if (!phases.called(++samples))
    return;
  const auto alive = client.lock();
  if (!alive) {
    finish({.code = errc::closed, .message = "the client is gone, and the watch of statistics with it"});
    return;
  }
  next_period = policy::after(self->clock().now(), options.refresh_period);
  auto call = options.call;
  call.wait_for_node |= phases.has_begun(); // As for subscriptions: not to wait is for the start.
  // The client answers everyone, also when it ends: no timeout of our own.
  any_caf::request(self, caf::actor_cast<untyped_client>(alive), caf::infinite, get_statistics{std::move(call)})
    .then([this](server_statistics& sample) { arrived(sample); },
          [this](const caf::error& cause) { failed(error::from(cause)); });
}

void statistics_watcher_state::arrived(server_statistics& sample) {
  if (end)
    return;
  phases.confirmed();
  phases.progressed();
  waiting.front().deliver(std::move(sample));
  waiting.pop_front();
  if (!waiting.empty())
    await_period();
}

void statistics_watcher_state::failed(error error) {
  if (end)
    return;
  if (const auto pause = phases.lost(error, self->clock().now(), random_draw()))
    any_caf::send_later(self, *pause, sample_due{});
  else
    finish(std::move(error));
}

void statistics_watcher_state::finish(error error) {
  phases.end();
  if (!end)
    end = std::move(error);
  for (auto& each : std::exchange(waiting, {}))
    each.deliver(to_caf(*end));
}

statistics_watcher_self::behavior_type statistics_watcher(
  statistics_watcher_self::stateful_pointer<statistics_watcher_state> self, watch_statistics_options options,
  const untyped_client& client) {
  return any_caf::state_of(self).start(std::move(options), client);
}

} // namespace kdb::inline v0
