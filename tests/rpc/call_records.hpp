// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "libkdb/rpc/transport.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::test {

/// Records the messages to the handlers of a call, and whether one of them came after the end.
template <class Word, class End>
class call_record {
public:
  void word(Word what) {
    std::lock_guard lock{mutex_};
    broken_ |= end_.has_value();
    words_.push_back(std::move(what));
    changed_.notify_all();
  }
  void end(End how) {
    std::lock_guard lock{mutex_};
    broken_ |= end_.has_value();
    end_ = std::move(how);
    thread_ = std::this_thread::get_id();
    changed_.notify_all();
  }

  std::vector<Word> words() const {
    std::lock_guard lock{mutex_};
    return words_;
  }
  std::size_t count() const {
    std::lock_guard lock{mutex_};
    return words_.size();
  }
  /// Waits until this many messages have come. Throws on timeout.
  void wait_for(std::size_t count) {
    fixtures::wait_until("words of a call", [&] { return this->count() >= count; });
  }
  bool has_ended() const {
    std::lock_guard lock{mutex_};
    return end_.has_value();
  }
  /// Waits for the end of the call. Throws on timeout.
  End wait_end() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, fixtures::patience, [&] { return end_.has_value(); }))
      throw std::runtime_error{"waited in vain for the end of a call"};
    return *end_;
  }
  std::thread::id thread_of_end() const {
    std::lock_guard lock{mutex_};
    return thread_;
  }
  bool broken() const {
    std::lock_guard lock{mutex_};
    return broken_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Word> words_;
  std::optional<End> end_;
  std::thread::id thread_;
  bool broken_ = false;
};

struct read_record : call_record<event_batch, result<void>> {
  std::atomic<int> confirmations{0};

  static rpc::read_handlers handlers(const std::shared_ptr<read_record>& self) {
    return {.batch = [self](event_batch batch) { self->word(std::move(batch)); },
            .confirmed = [self](std::string) { ++self->confirmations; },
            .ended = [self](result<void> how) { self->end(std::move(how)); }};
  }
  std::size_t events() const {
    std::size_t sum = 0;
    for (const auto& batch : words())
      sum += batch.size();
    return sum;
  }
};

struct consume_record : call_record<wire::consumed_events, result<void>> {
  std::atomic<int> confirmations{0};

  static rpc::consume_handlers handlers(const std::shared_ptr<consume_record>& self) {
    return {.batch = [self](wire::consumed_events batch) { self->word(std::move(batch)); },
            .confirmed = [self](const std::string&) { ++self->confirmations; },
            .ended = [self](result<void> how) { self->end(std::move(how)); }};
  }
  std::size_t events() const {
    std::size_t sum = 0;
    for (const auto& batch : words())
      sum += batch.retries.size();
    return sum;
  }
};

struct append_record : call_record<wire::batch_append_reply, result<void>> {
  static rpc::append_handlers handlers(const std::shared_ptr<append_record>& self) {
    return {.replies =
              [self](std::vector<wire::batch_append_reply> replies) {
                for (auto& reply : replies)
                  self->word(std::move(reply));
              },
            .ended = [self](result<void> how) { self->end(std::move(how)); }};
  }
};

struct exchange_record : call_record<int, result<std::vector<std::string>>> {
  static rpc::exchange_handler handler(const std::shared_ptr<exchange_record>& self) {
    return [self](result<std::vector<std::string>> answers) { self->end(std::move(answers)); };
  }
};

} // namespace kdb::test
