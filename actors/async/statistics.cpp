// SPDX-License-Identifier: Apache-2.0
#include "actors/async/impl.hpp"

#include <utility>

#include "actors/runtime/moved_from.hpp"

namespace kdb::inline v0::detail {

struct async_statistics_state {
  async_statistics_state(std::shared_ptr<const async_core::impl> given, statistics_watcher_actor started)
    : owner{std::move(given)}, source{std::move(started)} {}
  std::shared_ptr<const async_core::impl> owner;
  statistics_watcher_actor source;
};

void start_next(const std::shared_ptr<async_statistics_state>& state, completion_ptr<server_statistics> done) {
  if (!state) {
    done->complete(moved_from("watch"));
    return;
  }
  state->owner->ask<server_statistics>(
    state->source, next{}, [done = std::move(done)](result<server_statistics> sample) { done->complete(std::move(sample)); });
}

void cancel(const std::shared_ptr<async_statistics_state>& state) {
  if (!state->owner->running->inherited())
    any_caf::anon_send(state->source, kdb::cancel{});
}

void async_core::watch_statistics(watch_statistics_options options,
                                  completion_ptr<std::shared_ptr<async_statistics_state>> done) const {
  impl_->ask<statistics_watcher_actor>(impl_->running->client(), kdb::watch_statistics{std::move(options)},
                                       [owner = impl_, done = std::move(done)](result<statistics_watcher_actor> started) mutable {
                                         auto state = std::move(started).transform([&](statistics_watcher_actor source) {
                                           return make_state<async_statistics_state>(std::move(owner), std::move(source));
                                         });
                                         owner.reset();
                                         done->complete(std::move(state));
                                       });
}

} // namespace kdb::inline v0::detail
