#include <mutex>
#include <utility>

#include <caf/send.hpp>

#include <inbox.hpp>
#include <kdb/client.hpp>
#include <runtime.hpp>
#include <subscription_error.hpp>

namespace kdb {

namespace detail {

struct consumer_handle {
  explicit consumer_handle(std::shared_ptr<runtime> given)
    : running{std::move(given)}, box{running->system().spawn(consumer_inbox)} {}
  ~consumer_handle() {
    cancel();
    caf::anon_send_exit(box, caf::exit_reason::user_shutdown); // Not `normal`: actors ignore that.
  }

  void cancel() {
    if (source)
      caf::anon_send(source, kdb::cancel{});
  }

  template <class Request>
  result<ack_result> answer(Request what) {
    caf::scoped_actor self{running->system()};
    return runtime::ask<ack_result>(self, source, std::move(what));
  }

  std::shared_ptr<runtime> running;
  consumer_inbox_actor box;
  consumer_actor source;
  std::mutex mutex;
  std::optional<subscription_ended> end;
};

} // namespace detail

consumer::consumer(std::shared_ptr<detail::consumer_handle> handle) : handle_{std::move(handle)} {}
consumer::consumer(consumer&&) noexcept = default;
consumer& consumer::operator=(consumer&&) noexcept = default;
consumer::~consumer() = default;

result<consumer_batch> consumer::next(std::chrono::milliseconds timeout) {
  caf::scoped_actor self{handle_->running->system()};
  auto got = detail::runtime::ask<taken_events>(self, handle_->box, take{timeout});
  if (!got)
    return tl::unexpected{std::move(got.error())};
  if (!got->end)
    return std::move(got->batch);
  std::lock_guard lock{handle_->mutex};
  handle_->end = got->end;
  return tl::unexpected{to_error(*got->end)};
}

result<ack_result> consumer::ack(const consumer_batch& batch) {
  return handle_->answer(answer_batch{batch, batch_outcomes::all(outcome::ack())});
}

result<ack_result> consumer::ack(const event_token& event) {
  return handle_->answer(ack_events{{event}});
}

result<ack_result> consumer::nack(const consumer_batch& batch, nack_action action, std::string reason) {
  return handle_->answer(answer_batch{batch, batch_outcomes::all(outcome::nack(action, std::move(reason)))});
}

result<ack_result> consumer::nack(const event_token& event, nack_action action, std::string reason) {
  return handle_->answer(nack_events{{event}, action, std::move(reason)});
}

result<ack_result> consumer::answer(const consumer_batch& batch, batch_outcomes outcomes) {
  return handle_->answer(answer_batch{batch, std::move(outcomes)});
}

std::optional<subscription_ended> consumer::ended() const {
  std::lock_guard lock{handle_->mutex};
  return handle_->end;
}

void consumer::cancel() {
  handle_->cancel();
}

result<consumer> client::consume(group_name group, consume_options options) {
  auto handle = std::make_shared<detail::consumer_handle>(runtime_);
  auto started = runtime_->ask<consumer_actor>(kdb::consume{std::move(group), handle->box, std::move(options)});
  if (!started)
    return tl::unexpected{std::move(started.error())};
  handle->source = std::move(*started);
  return consumer{std::move(handle)};
}

} // namespace kdb
