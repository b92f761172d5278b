// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actors/pulling/pull_handle.hpp"
#include "actors/runtime/moved_from.hpp"
#include <kdb/client.hpp>

namespace kdb::inline v0 {

namespace detail {

struct subscription_handle : pull_handle<event_batch, subscription_actor> {
  explicit subscription_handle(const std::shared_ptr<runtime>& given) : pull_handle{given, given->spawn(inbox)} {}
};

} // namespace detail

namespace {

template <class Request>
result<subscription> start_subscription(std::shared_ptr<detail::runtime> running, Request request) {
  if (auto cause = running->refusal_to_wait())
    return unexpected{std::move(*cause)};
  auto handle = std::make_shared<detail::subscription_handle>(running);
  request.subscriber = handle->box;
  auto started = running->ask<subscription_actor>(std::move(request));
  if (!started)
    return unexpected{std::move(started.error())};
  handle->source = std::move(*started);
  return subscription{std::move(handle)};
}

} // namespace

subscription::subscription(std::shared_ptr<detail::subscription_handle> handle) : handle_{std::move(handle)} {}
subscription::subscription(subscription&&) noexcept = default;
subscription& subscription::operator=(subscription&&) noexcept = default;
subscription::~subscription() = default;

result<event_batch> subscription::next(std::chrono::milliseconds timeout) {
  return handle_ ? handle_->next(timeout) : detail::moved_from("subscription");
}

std::optional<subscription_ended> subscription::ended() const {
  return handle_ ? handle_->ended() : std::nullopt;
}

void subscription::cancel() {
  if (handle_)
    handle_->cancel();
}

result<subscription> client::subscribe_to_stream(std::string stream, subscribe_to_stream_options options) const {
  return start_subscription(
    runtime_, kdb::subscribe_to_stream{.stream = std::move(stream), .subscriber = {}, .options = std::move(options)});
}

result<subscription> client::subscribe_to_all(subscribe_to_all_options options) const {
  return start_subscription(runtime_, kdb::subscribe_to_all{.subscriber = {}, .options = std::move(options)});
}

} // namespace kdb::inline v0
