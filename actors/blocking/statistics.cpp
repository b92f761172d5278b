// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actors/runtime/moved_from.hpp"
#include "actors/runtime/runtime.hpp"
#include "libkdb/values/forks.hpp"
#include <kdb/client.hpp>

namespace kdb::inline v0 {

namespace detail {

struct statistics_watch_state {
  explicit statistics_watch_state(std::shared_ptr<runtime> given) : running{std::move(given)} {}
  ~statistics_watch_state() {
    if (running->inherited())
      leave_members_behind(source);
    else if (end && !looked_at)
      running->log()(log_level::warning, policy::log_event::statistics_unchecked,
                     "a watch of statistics ended with an error that was not checked: " + to_string(*end),
                     {policy::cause_field(*end)});
  }

  result<server_statistics> next() {
    if (!source)
      return unexpected{*end};
    auto sample = running->ask<server_statistics>(source, kdb::next{});
    if (!sample)
      end = sample.error();
    return sample;
  }

  void cancel() {
    if (source && !running->inherited())
      any_caf::anon_send(source, kdb::cancel{});
  }

  std::shared_ptr<runtime> running;
  statistics_watcher_actor source; // Null if the watch did not start: then it has ended.
  std::optional<error> end;
  bool looked_at = false; // By the caller, at the end.
};

} // namespace detail

statistics_watch::statistics_watch(std::unique_ptr<detail::statistics_watch_state> state) : state_{std::move(state)} {}
statistics_watch::statistics_watch(statistics_watch&&) noexcept = default;
statistics_watch& statistics_watch::operator=(statistics_watch&&) noexcept = default;
statistics_watch::~statistics_watch() = default;

result<server_statistics> statistics_watch::next() {
  if (!state_)
    return detail::moved_from("watch");
  state_->looked_at = true;
  return state_->next();
}

std::optional<server_statistics> statistics_watch::next_or_nothing() {
  if (!state_)
    return std::nullopt;
  state_->looked_at = false;
  auto sample = state_->next();
  return sample ? std::optional{std::move(*sample)} : std::nullopt;
}

result<void> statistics_watch::finish() {
  if (!state_)
    return detail::moved_from("watch");
  state_->looked_at = true;
  state_->cancel();
  if (!state_->end || state_->end->code == errc::cancelled)
    return {};
  return unexpected{*state_->end};
}

void statistics_watch::cancel() {
  if (state_)
    state_->cancel();
}

statistics_watch client::watch_statistics(watch_statistics_options options) const {
  auto state = std::make_unique<detail::statistics_watch_state>(runtime_);
  auto started = runtime_->ask<statistics_watcher_actor>(kdb::watch_statistics{std::move(options)});
  if (started)
    state->source = std::move(*started);
  else
    state->end = std::move(started.error());
  return statistics_watch{std::move(state)};
}

} // namespace kdb::inline v0
