// SPDX-License-Identifier: Apache-2.0
#include <kdb/async_client.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <stdexcept>
#include <utility>

#include "tests/integration/driver.hpp"

// The Asio client, with futures as completion tokens: the test waits for what a thread of Asio completes.
namespace kdb::integration {

namespace {

namespace asio = boost::asio;

/// The thread on which everything completes. Goes with the last of a client, its reads and its subscriptions, when all that was
/// pending has completed.
std::shared_ptr<asio::thread_pool> completing_thread() {
  return {new asio::thread_pool{1}, [](asio::thread_pool* pool) {
            pool->join();
            delete pool;
          }};
}

using pool_ptr = std::shared_ptr<asio::thread_pool>;

template <class T>
result<T> wait_for(std::future<result<T>> later, const char* awaited) {
  return fixtures::value_of(later, awaited, 3 * fixtures::patience);
}

class async_read final : public running_read {
public:
  async_read(pool_ptr pool, async_reading started) : pool_{std::move(pool)}, reading_{std::move(started)} {}

  result<event_batch> next() override {
    auto batch = wait_for(reading_.next(asio::use_future), "a batch of a read");
    if (!batch)
      end_ = unexpected{batch.error()};
    else if (batch->empty())
      end_ = result<void>{};
    return batch;
  }

  stream_bounds bounds() const override { return reading_.bounds(); }

  result<void> finish() override {
    reading_.cancel();
    end_ = end_.value_or(result<void>{});
    return *end_;
  }

private:
  pool_ptr pool_;
  async_reading reading_;
  std::optional<result<void>> end_;
};

class async_followed final : public running_subscription {
public:
  async_followed(pool_ptr pool, async_subscription started) : pool_{std::move(pool)}, subscription_{std::move(started)} {}

  result<event_batch> next(std::chrono::milliseconds at_most) override {
    const auto over = subscription_.ended().has_value() && !pending_.valid();
    if (!pending_.valid())
      pending_ = subscription_.next(asio::use_future);
    if (pending_.wait_for(at_most) != std::future_status::ready)
      return event_batch{}; // Whoever asks next waits for the same one.
    auto batch = pending_.get();
    after_the_end_ += over && ended_ && batch.has_value() ? 1 : 0;
    ended_ = ended_ || !batch;
    return batch;
  }

  std::optional<subscription_ended> ended() const override { return subscription_.ended(); }
  void cancel() override { subscription_.cancel(); }
  std::size_t after_the_end() const override { return after_the_end_; }

private:
  pool_ptr pool_;
  async_subscription subscription_;
  std::future<result<event_batch>> pending_;
  bool ended_ = false;
  std::size_t after_the_end_ = 0;
};

class async_consuming final : public running_consumer {
public:
  async_consuming(pool_ptr pool, async_consumer started) : pool_{std::move(pool)}, consumer_{std::move(started)} {}

  result<consumer_batch> next(std::chrono::milliseconds at_most) override {
    if (!pending_.valid())
      pending_ = consumer_.next(asio::use_future);
    if (pending_.wait_for(at_most) != std::future_status::ready)
      return consumer_batch{}; // Whoever asks next waits for the same one.
    return pending_.get();
  }
  result<ack_result> answer(const consumer_batch& batch, batch_outcomes outcomes) override {
    return wait_for(consumer_.answer(batch, std::move(outcomes), asio::use_future), "the taking of answers");
  }
  result<ack_result> answer(const event_token& event, const outcome& how) override {
    return wait_for(consumer_.answer(std::vector{event}, how, asio::use_future), "the taking of an answer");
  }
  std::optional<subscription_ended> ended() const override { return consumer_.ended(); }
  void cancel() override { consumer_.cancel(); }

private:
  pool_ptr pool_;
  async_consumer consumer_;
  std::future<result<consumer_batch>> pending_;
};

class async_driver final : public driver {
public:
  explicit async_driver(const settings& how) {
    auto made = async_client::connect(pool_->get_executor(), how);
    if (!made)
      throw std::runtime_error{to_string(made.error())};
    client_.emplace(std::move(*made));
  }

  result<connected> wait_connected(std::chrono::milliseconds at_most) override {
    return wait_for(client_->wait_connected(at_most, asio::use_future), "a connection");
  }

  client_status get_status() override {
    return wait_for(client_->get_status(asio::use_future), "the status").value_or(client_status{.phase = client_phase::closed});
  }

  result<server_info> get_server_info(call_options call) override {
    return wait_for(client_->get_server_info(std::move(call), asio::use_future), "what the server offers");
  }

  result<std::vector<cluster_member>> read_gossip(call_options call) override {
    return wait_for(client_->read_gossip(std::move(call), asio::use_future), "the members");
  }

  std::future<result<append_result>> start_append(std::string stream, stream_state expected, std::vector<new_event> events,
                                                  append_options options) override {
    return client_->append_to_stream(std::move(stream), expected, std::move(events), std::move(options), asio::use_future);
  }

  std::future<append_in_parts_result> start_append_in_parts(std::string stream, stream_state expected,
                                                            std::vector<new_event> events,
                                                            append_in_parts_options options) override {
    return client_->append_in_parts(std::move(stream), expected, std::move(events), std::move(options), asio::use_future);
  }

  result<event_list> read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes) override {
    return wait_for(client_->read_stream_to_end(std::move(stream), std::move(options), max_bytes, asio::use_future),
                    "a whole stream");
  }

  std::unique_ptr<running_read> read_stream(std::string stream, read_stream_options options) override {
    return std::make_unique<async_read>(pool_, client_->read_stream(std::move(stream), std::move(options)));
  }

  std::unique_ptr<running_read> read_all(read_all_options options) override {
    return std::make_unique<async_read>(pool_, client_->read_all(std::move(options)));
  }

  result<log_position> get_commit_position(commit_position_options options) override {
    return wait_for(client_->get_commit_position(std::move(options), asio::use_future), "the head position");
  }

  result<std::unique_ptr<running_subscription>> subscribe_to_stream(std::string stream,
                                                                    subscribe_to_stream_options options) override {
    return wrap(client_->subscribe_to_stream(std::move(stream), std::move(options), asio::use_future));
  }

  result<std::unique_ptr<running_subscription>> subscribe_to_all(subscribe_to_all_options options) override {
    return wrap(client_->subscribe_to_all(std::move(options), asio::use_future));
  }

  result<std::unique_ptr<running_consumer>> consume(group_name group, consume_options options) override {
    auto started = wait_for(client_->consume(std::move(group), std::move(options), asio::use_future), "a consumer");
    if (!started)
      return unexpected{std::move(started.error())};
    return std::make_unique<async_consuming>(pool_, std::move(*started));
  }
  result<void> create_group(std::string stream, std::string group, create_group_options options) override {
    return wait_for(client_->create_group(std::move(stream), std::move(group), std::move(options), asio::use_future),
                    "the answer of create_group");
  }
  result<void> create_group_on_all(std::string group, create_group_on_all_options options) override {
    return wait_for(client_->create_group_on_all(std::move(group), std::move(options), asio::use_future),
                    "the answer of create_group_on_all");
  }
  result<void> update_group(std::string stream, std::string group, update_group_options options) override {
    return wait_for(client_->update_group(std::move(stream), std::move(group), std::move(options), asio::use_future),
                    "the answer of update_group");
  }
  result<void> update_group_on_all(std::string group, update_group_on_all_options options) override {
    return wait_for(client_->update_group_on_all(std::move(group), std::move(options), asio::use_future),
                    "the answer of update_group_on_all");
  }
  result<void> change_group(group_name name, group_changes changes) override {
    return wait_for(client_->change_group(std::move(name), std::move(changes), call_options{}, asio::use_future),
                    "the answer of change_group");
  }
  result<void> delete_group(group_name name) override {
    return wait_for(client_->delete_group(std::move(name), call_options{}, asio::use_future), "the answer of delete_group");
  }
  result<void> replay_parked(group_name name, parked_options options) override {
    return wait_for(client_->replay_parked(std::move(name), std::move(options), asio::use_future), "the answer of replay_parked");
  }
  result<void> truncate_parked(group_name name, parked_options options) override {
    return wait_for(client_->truncate_parked(std::move(name), std::move(options), asio::use_future),
                    "the answer of truncate_parked");
  }
  result<void> restart_persistent_subscriptions() override {
    return wait_for(client_->restart_persistent_subscriptions(call_options{}, asio::use_future),
                    "the answer of restart_persistent_subscriptions");
  }
  result<group_info> get_group_info(group_name name) override {
    return wait_for(client_->get_group_info(std::move(name), call_options{}, asio::use_future), "about a group");
  }
  result<std::vector<group_info>> list_groups(std::optional<std::string> stream) override {
    return wait_for(client_->list_groups(std::move(stream), call_options{}, asio::use_future), "the groups");
  }

  void close() override {
    const auto closed = wait_for(client_->close(asio::use_future), "the end of the client");
    if (!closed)
      throw std::runtime_error{to_string(closed.error())};
  }

private:
  result<std::unique_ptr<running_subscription>> wrap(std::future<result<async_subscription>> later) {
    auto started = wait_for(std::move(later), "a subscription");
    if (!started)
      return unexpected{std::move(started.error())};
    return std::make_unique<async_followed>(pool_, std::move(*started));
  }

  pool_ptr pool_ = completing_thread();
  std::optional<async_client> client_;
};

} // namespace

std::unique_ptr<driver> connect_by_asio(const settings& how) {
  return std::make_unique<async_driver>(how);
}

} // namespace kdb::integration
