// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actors/pulling/pull_handle.hpp"
#include "actors/runtime/moved_from.hpp"
#include <kdb/client.hpp>

namespace kdb::inline v0 {

namespace detail {

struct consumer_handle : pull_handle<consumer_batch, consumer_actor> {
  explicit consumer_handle(const std::shared_ptr<runtime>& given) : pull_handle{given, given->spawn(consumer_inbox)} {}

  template <class Request>
  result<ack_result> answer(Request request) {
    return running->ask<ack_result>(source, std::move(request));
  }
};

} // namespace detail

consumer::consumer(std::shared_ptr<detail::consumer_handle> handle) : handle_{std::move(handle)} {}
consumer::consumer(consumer&&) noexcept = default;
consumer& consumer::operator=(consumer&&) noexcept = default;
consumer::~consumer() = default;

result<consumer_batch> consumer::next(std::chrono::milliseconds timeout) {
  return handle_ ? handle_->next(timeout) : detail::moved_from("consumer");
}

result<ack_result> consumer::ack(const consumer_batch& batch) {
  return handle_ ? handle_->answer(answer_batch{batch, batch_outcomes::all(outcome::ack())}) : detail::moved_from("consumer");
}

result<ack_result> consumer::ack(const event_token& event) {
  return handle_ ? handle_->answer(ack_events{{event}}) : detail::moved_from("consumer");
}

result<ack_result> consumer::nack(const consumer_batch& batch, nack_action action, std::string reason) {
  return handle_ ? handle_->answer(answer_batch{batch, batch_outcomes::all(outcome::nack(action, std::move(reason)))})
                 : detail::moved_from("consumer");
}

result<ack_result> consumer::nack(const event_token& event, nack_action action, std::string reason) {
  return handle_ ? handle_->answer(nack_events{{event}, action, std::move(reason)}) : detail::moved_from("consumer");
}

result<ack_result> consumer::answer(const consumer_batch& batch, batch_outcomes outcomes) {
  return handle_ ? handle_->answer(answer_batch{batch, std::move(outcomes)}) : detail::moved_from("consumer");
}

std::optional<subscription_ended> consumer::ended() const {
  return handle_ ? handle_->ended() : std::nullopt;
}

void consumer::cancel() {
  if (handle_)
    handle_->cancel();
}

result<consumer> client::consume(group_name group, consume_options options) const {
  if (auto cause = runtime_->refusal_to_wait())
    return unexpected{std::move(*cause)};
  auto handle = std::make_shared<detail::consumer_handle>(runtime_);
  auto started = runtime_->ask<consumer_actor>(kdb::consume{std::move(group), handle->box, std::move(options)});
  if (!started)
    return unexpected{std::move(started.error())};
  handle->source = std::move(*started);
  return consumer{std::move(handle)};
}

} // namespace kdb::inline v0
