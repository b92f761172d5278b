#include <mutex>
#include <utility>

#include <caf/send.hpp>

#include <inbox.hpp>
#include <kdb/client.hpp>
#include <runtime.hpp>
#include <subscription_error.hpp>

namespace kdb {

namespace detail {

struct subscription_handle {
  explicit subscription_handle(std::shared_ptr<runtime> given) : running{std::move(given)}, box{running->system().spawn(inbox)} {}
  ~subscription_handle() {
    cancel();
    caf::anon_send_exit(box, caf::exit_reason::user_shutdown); // Not `normal`: actors ignore that.
  }

  void cancel() {
    if (source)
      caf::anon_send(source, kdb::cancel{});
  }

  std::shared_ptr<runtime> running;
  inbox_actor box;
  subscription_actor source;
  std::mutex mutex;
  std::optional<subscription_ended> end;
};

} // namespace detail

namespace {

template <class Request>
result<subscription> start_subscription(std::shared_ptr<detail::runtime> running, Request request) {
  auto handle = std::make_shared<detail::subscription_handle>(running);
  request.subscriber = handle->box;
  auto started = running->ask<subscription_actor>(std::move(request));
  if (!started)
    return tl::unexpected{std::move(started.error())};
  handle->source = std::move(*started);
  return subscription{std::move(handle)};
}

} // namespace

subscription::subscription(std::shared_ptr<detail::subscription_handle> handle) : handle_{std::move(handle)} {}
subscription::subscription(subscription&&) noexcept = default;
subscription& subscription::operator=(subscription&&) noexcept = default;
subscription::~subscription() = default;

result<event_batch> subscription::next(std::chrono::milliseconds timeout) {
  caf::scoped_actor self{handle_->running->system()};
  auto got = detail::runtime::ask<taken>(self, handle_->box, take{timeout});
  if (!got)
    return tl::unexpected{std::move(got.error())};
  if (!got->end)
    return std::move(got->batch);
  std::lock_guard lock{handle_->mutex};
  handle_->end = got->end;
  return tl::unexpected{to_error(*got->end)};
}

std::optional<subscription_ended> subscription::ended() const {
  std::lock_guard lock{handle_->mutex};
  return handle_->end;
}

void subscription::cancel() {
  handle_->cancel();
}

result<subscription> client::subscribe_to_stream(std::string stream, subscribe_to_stream_options options) {
  return start_subscription(
    runtime_, kdb::subscribe_to_stream{.stream = std::move(stream), .subscriber = {}, .options = std::move(options)});
}

result<subscription> client::subscribe_to_all(subscribe_to_all_options options) {
  return start_subscription(runtime_, kdb::subscribe_to_all{.subscriber = {}, .options = std::move(options)});
}

} // namespace kdb
