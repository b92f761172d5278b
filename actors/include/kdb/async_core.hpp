// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kdb/consume.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/operation_list.hpp>
#include <kdb/read.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>
#include <kdb/subscribe.hpp>
#include <kdb/watch_statistics.hpp>

// The part of `kdb/async_client.hpp` without Asio: operations and their completions. Not for programs.
namespace kdb {
inline namespace KDB_API v0 {
namespace detail {

/// The type with which an operation completes: a result, except for operations whose value reports failures itself.
template <class T>
struct outcome {
  using type = result<T>;
};
template <>
struct outcome<append_in_parts_result> {
  using type = append_in_parts_result;
};
template <class T>
using outcome_t = typename outcome<T>::type;

/// Receives an outcome. Called once, from any thread of the library; passes it to an executor.
template <class T>
class completion {
public:
  virtual ~completion() = default;
  virtual void complete(outcome_t<T> outcome) = 0;
};
template <class T>
using completion_ptr = std::shared_ptr<completion<T>>;

struct async_reading_state;
struct async_subscription_state;
struct async_consumer_state;
struct async_statistics_state;

void start_next(const std::shared_ptr<async_reading_state>& state, completion_ptr<event_batch> done);
/// A pending `next` completes with `cancelled`; no batch is lost.
void stop_waiting(const std::shared_ptr<async_reading_state>& state);
void stop_waiting(const std::shared_ptr<async_subscription_state>& state);
void stop_waiting(const std::shared_ptr<async_consumer_state>& state);
stream_bounds bounds_of(const std::shared_ptr<async_reading_state>& state);
void cancel(const std::shared_ptr<async_reading_state>& state);
void start_next(const std::shared_ptr<async_subscription_state>& state, completion_ptr<event_batch> done);
std::optional<subscription_ended> end_of(const std::shared_ptr<async_subscription_state>& state);
void cancel(const std::shared_ptr<async_subscription_state>& state);

void start_next(const std::shared_ptr<async_consumer_state>& state, completion_ptr<consumer_batch> done);
void answer(const std::shared_ptr<async_consumer_state>& state, consumer_batch batch, batch_outcomes outcomes,
            completion_ptr<ack_result> done);
void answer(const std::shared_ptr<async_consumer_state>& state, std::vector<event_token> events, kdb::outcome outcome,
            completion_ptr<ack_result> done);
std::optional<subscription_ended> end_of(const std::shared_ptr<async_consumer_state>& state);
void cancel(const std::shared_ptr<async_consumer_state>& state);

void start_next(const std::shared_ptr<async_statistics_state>& state, completion_ptr<server_statistics> done);
void cancel(const std::shared_ptr<async_statistics_state>& state);
/// Ends the watch.
inline void stop_waiting(const std::shared_ptr<async_statistics_state>& state) {
  if (state)
    cancel(state);
}

/// Starts the operations of a client. Free of Asio.
class async_core {
public:
  static result<async_core> start(settings settings);

  template <operation Request>
  void ask(Request request, completion_ptr<answer_of<Request>> done) const;
  std::shared_ptr<async_reading_state> read_stream(std::string stream, read_stream_options options) const;
  std::shared_ptr<async_reading_state> read_all(read_all_options options) const;
  void subscribe_to_stream(std::string stream, subscribe_to_stream_options options,
                           completion_ptr<std::shared_ptr<async_subscription_state>> done) const;
  void subscribe_to_all(subscribe_to_all_options options, completion_ptr<std::shared_ptr<async_subscription_state>> done) const;
  void consume(group_name group, consume_options options, completion_ptr<std::shared_ptr<async_consumer_state>> done) const;
  void watch_statistics(watch_statistics_options options, completion_ptr<std::shared_ptr<async_statistics_state>> done) const;
  void close(completion_ptr<void> done) const;

  struct impl;

private:
  explicit async_core(std::shared_ptr<impl> given) : impl_{std::move(given)} {}
  std::shared_ptr<impl> impl_;
};

} // namespace detail
} // namespace v0
} // namespace kdb
