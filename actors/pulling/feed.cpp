// SPDX-License-Identifier: Apache-2.0
#include "actors/pulling/feed.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>

#include <type_traits>
#include <utility>

#include "actors/workers/subscription_error.hpp"
#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0::detail {

namespace {

/// Batches that a reader is asked for before anybody wants them.
constexpr int batches_ahead = 2;

/// Answers need no numbers: a reader answers in order.
constexpr caf::message_id any_request{1};

/// The answer of a subscriber that wants more: a consumer's events are answered by whoever takes them.
template <class Batch>
caf::message credit() {
  if constexpr (std::is_same_v<Batch, consumer_batch>)
    return caf::make_message(batch_outcomes{});
  else
    return caf::make_message();
}

} // namespace

template <class Batch>
std::shared_ptr<feed<Batch>> feed<Batch>::open(caf::actor_system& system) {
  return any_caf::make_direct_actor<feed>(system);
}

template <class Batch>
caf::actor feed<Batch>::address() {
  return caf::actor_cast<caf::actor>(caf::strong_actor_ptr{ctrl()});
}

template <class Batch>
void feed<Batch>::send(const caf::strong_actor_ptr& whom, caf::message request) {
  any_caf::enqueue(whom, caf::strong_actor_ptr{ctrl()}, any_request, std::move(request));
}

template <class Batch>
bool feed<Batch>::receive(caf::mailbox_element& element) {
  auto& content = element.content();
  if (element.mid.is_response()) {
    answered(element);
  } else if (content.match_elements<Batch>()) {
    arrived({std::move(content.get_mutable_as<Batch>(0)), element.sender, element.mid});
  } else if (content.match_elements<subscription_ended>()) {
    const auto& told = content.get_as<subscription_ended>(0);
    end(unexpected{to_error(told)}, told);
  } else {
    return false;
  }
  return true;
}

template <class Batch>
void feed<Batch>::answered(caf::mailbox_element& answer) {
  auto& content = answer.content();
  if (content.match_elements<caf::error>()) {
    end(unexpected{error::from(content.get_as<caf::error>(0))}, std::nullopt);
  } else if (content.match_elements<reader_actor>()) {
    const auto reader = caf::actor_cast<caf::strong_actor_ptr>(content.get_as<reader_actor>(0));
    {
      std::lock_guard lock{mutex_};
      if (end_)
        return; // Closed meanwhile: then the reader ends as well.
      reader_ = reader;
    }
    changed_.notify_all();
    for (auto i = 0; i < batches_ahead; ++i)
      send(reader, caf::make_message(next{}));
  } else if (content.match_elements<Batch>()) {
    auto& batch = content.get_mutable_as<Batch>(0);
    if (batch.empty())
      end(result<Batch>{}, std::nullopt);
    else
      arrived({std::move(batch), answer.sender, {}});
  }
}

template <class Batch>
void feed<Batch>::arrived(arrival delivery) {
  std::unique_lock lock{mutex_};
  if (end_) {
    lock.unlock();
    if (delivery.request.is_request()) // Who delivers waits for an answer.
      give_credit(delivery);
    return;
  }
  ready_.push_back(std::move(delivery));
  const auto taker = std::exchange(taker_, nullptr);
  if (!taker) {
    changed_.notify_one();
    return;
  }
  auto first = take_first();
  lock.unlock();
  taker->complete(std::move(first.batch));
  give_credit(first);
}

template <class Batch>
void feed<Batch>::end(result<Batch> outcome, std::optional<subscription_ended> told) {
  std::unique_lock lock{mutex_};
  if (end_)
    return;
  end_ = outcome;
  told_ = std::move(told);
  reader_ = nullptr;
  const auto taker = std::exchange(taker_, nullptr);
  changed_.notify_all();
  lock.unlock();
  if (taker)
    taker->complete(std::move(outcome));
}

template <class Batch>
typename feed<Batch>::arrival feed<Batch>::take_first() {
  auto first = std::move(ready_.front());
  ready_.pop_front();
  if constexpr (std::is_same_v<Batch, event_batch>)
    bounds_.merge(first.batch.bounds());
  return first;
}

template <class Batch>
void feed<Batch>::give_credit(const arrival& taken) {
  if (taken.request.is_request())
    any_caf::enqueue(taken.source, caf::strong_actor_ptr{ctrl()}, taken.request.response_id(), credit<Batch>());
  else
    send(taken.source, caf::make_message(next{}));
}

// -- for those who take -------------------------------------------------------------------------

template <class Batch>
result<void> feed<Batch>::await_start() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return reader_ || end_; });
  if (end_ && !*end_)
    return unexpected{end_->error()};
  return {};
}

template <class Batch>
void feed<Batch>::take(completion_ptr<Batch> done) {
  std::unique_lock lock{mutex_};
  if (taker_) {
    lock.unlock();
    done->complete(unexpected({.code = errc::invalid_argument,
                               .message = "next was called again before it had completed",
                               .detail = bad_argument{"next", "one call at a time"}}));
  } else if (!ready_.empty()) {
    auto first = take_first();
    lock.unlock();
    give_credit(first);
    done->complete(std::move(first.batch));
  } else if (end_) {
    auto outcome = *end_;
    lock.unlock();
    done->complete(std::move(outcome));
  } else {
    taker_ = std::move(done);
  }
}

template <class Batch>
void feed<Batch>::stop_waiting() {
  std::unique_lock lock{mutex_};
  const auto taker = std::exchange(taker_, nullptr);
  lock.unlock();
  if (taker)
    taker->complete(unexpected(errc::cancelled, "waiting for the next batch was stopped by the caller"));
}

template <class Batch>
result<Batch> feed<Batch>::wait(std::chrono::milliseconds timeout) {
  if (auto fine = policy::check_not_negative("timeout", timeout); !fine)
    return unexpected{std::move(fine.error())};
  std::unique_lock lock{mutex_};
  const auto there_is_one = [this] { return !ready_.empty() || end_; };
  if (timeout >= policy::longest_wait)
    changed_.wait(lock, there_is_one);
  else if (!changed_.wait_for(lock, timeout, there_is_one))
    return Batch{};
  if (ready_.empty())
    return *end_;
  auto first = take_first();
  lock.unlock();
  give_credit(first);
  return std::move(first.batch);
}

template <class Batch>
stream_bounds feed<Batch>::bounds() const {
  std::lock_guard lock{mutex_};
  return bounds_;
}

template <class Batch>
std::optional<subscription_ended> feed<Batch>::ended() const {
  std::lock_guard lock{mutex_};
  return ready_.empty() ? told_ : std::nullopt;
}

template <class Batch>
void feed<Batch>::close(error cause) {
  end(unexpected{std::move(cause)}, std::nullopt);
  std::deque<arrival> dropped;
  {
    std::lock_guard lock{mutex_};
    dropped.swap(ready_);
  }
  cleanup(caf::exit_reason::user_shutdown, nullptr);
}

template class feed<event_batch>;
template class feed<consumer_batch>;

} // namespace kdb::inline v0::detail
