// SPDX-License-Identifier: Apache-2.0
#include "actors/pulling/feed.hpp"

#include <caf/send.hpp>

#include <utility>

#include "actors/pulling/inbox.hpp"

namespace kdb::inline v0::detail {

void feed::take(completion_ptr<event_batch> done) {
  std::unique_lock lock{mutex_};
  if (waiting_) {
    lock.unlock();
    done->complete(unexpected({.code = errc::invalid_argument,
                               .message = "next was called again before it had completed",
                               .detail = bad_argument{"next", "one call at a time"}}));
    return;
  }
  if (!ready_.empty()) {
    auto batch = std::move(ready_.front());
    ready_.pop_front();
    bounds_.merge(batch.bounds());
    caf::anon_send(pump_, batch_taken{});
    lock.unlock();
    done->complete(std::move(batch));
    return;
  }
  if (!end_) {
    waiting_ = std::move(done);
    return;
  }
  auto how = *end_;
  lock.unlock();
  done->complete(how ? result<event_batch>{} : unexpected{std::move(how.error())});
}

void feed::stop_waiting() {
  std::unique_lock lock{mutex_};
  auto done = std::exchange(waiting_, nullptr);
  lock.unlock();
  if (done)
    done->complete(unexpected{waiting_stopped()});
}

stream_bounds feed::bounds() const {
  std::lock_guard lock{mutex_};
  return bounds_;
}

void feed::arrived(event_batch batch) {
  std::unique_lock lock{mutex_};
  if (end_)
    return;
  if (!waiting_) {
    ready_.push_back(std::move(batch));
    return;
  }
  auto done = std::exchange(waiting_, nullptr);
  bounds_.merge(batch.bounds());
  caf::anon_send(pump_, batch_taken{});
  lock.unlock();
  done->complete(std::move(batch));
}

void feed::ended(result<void> outcome) {
  std::unique_lock lock{mutex_};
  if (end_)
    return;
  end_ = outcome;
  auto done = std::exchange(waiting_, nullptr);
  lock.unlock();
  if (done)
    done->complete(outcome ? result<event_batch>{} : unexpected{std::move(outcome.error())});
}

void feed::set_pump(caf::actor pump) {
  std::lock_guard lock{mutex_};
  pump_ = std::move(pump);
}

void feed::stop(error cause) {
  caf::actor pump;
  {
    std::lock_guard lock{mutex_};
    pump = std::exchange(pump_, nullptr);
    ready_.clear();
  }
  if (pump)
    caf::anon_send_exit(pump, caf::exit_reason::user_shutdown);
  ended(unexpected{std::move(cause)});
}

} // namespace kdb::inline v0::detail
