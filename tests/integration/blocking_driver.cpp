// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <utility>

#include <kdb/client.hpp>

#include "tests/integration/driver.hpp"

namespace kdb::integration {

namespace {

class blocking_read final : public running_read {
public:
  explicit blocking_read(reading started) : reading_{std::move(started)} {}
  result<event_batch> next() override { return reading_.next(); }
  stream_bounds bounds() const override { return reading_.bounds(); }
  result<void> finish() override { return reading_.finish(); }

private:
  reading reading_;
};

class blocking_subscription final : public running_subscription {
public:
  explicit blocking_subscription(subscription started) : subscription_{std::move(started)} {}

  result<event_batch> next(std::chrono::milliseconds at_most) override {
    const auto over = subscription_.ended().has_value();
    auto batch = subscription_.next(at_most);
    after_the_end_ += over && batch.has_value() ? 1 : 0;
    return batch;
  }
  std::optional<subscription_ended> ended() const override { return subscription_.ended(); }
  void cancel() override { subscription_.cancel(); }
  std::size_t after_the_end() const override { return after_the_end_; }

private:
  subscription subscription_;
  std::size_t after_the_end_ = 0;
};

class blocking_consumer final : public running_consumer {
public:
  explicit blocking_consumer(consumer started) : consumer_{std::move(started)} {}

  result<consumer_batch> next(std::chrono::milliseconds at_most) override { return consumer_.next(at_most); }
  result<ack_result> answer(const consumer_batch& batch, batch_outcomes outcomes) override {
    return consumer_.answer(batch, std::move(outcomes));
  }
  result<ack_result> answer(const event_token& event, const outcome& how) override {
    return how.is_ack() ? consumer_.ack(event) : consumer_.nack(event, how.action(), how.reason());
  }
  std::optional<subscription_ended> ended() const override { return consumer_.ended(); }
  void cancel() override { consumer_.cancel(); }

private:
  consumer consumer_;
};

class blocking_driver final : public driver {
public:
  explicit blocking_driver(client connected) : client_{std::move(connected)} {}

  result<connected> wait_connected(std::chrono::milliseconds at_most) override { return client_.wait_connected(at_most); }

  client_status get_status() override { return client_.get_status(); }
  result<server_info> get_server_info(call_options call) override { return client_.get_server_info(std::move(call)); }
  result<std::vector<cluster_member>> read_gossip(call_options call) override { return client_.read_gossip(std::move(call)); }
  std::future<result<append_result>> start_append(std::string stream, stream_state expected, std::vector<new_event> events,
                                                  append_options options) override {
    return std::async(std::launch::async, [=, this, events = std::move(events)]() mutable {
      return client_.append_to_stream(stream, expected, std::move(events), options);
    });
  }

  std::future<append_in_parts_result> start_append_in_parts(std::string stream, stream_state expected,
                                                            std::vector<new_event> events,
                                                            append_in_parts_options options) override {
    return std::async(std::launch::async, [=, this, events = std::move(events)]() mutable {
      return client_.append_in_parts(stream, expected, std::move(events), options);
    });
  }

  result<event_list> read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes) override {
    return client_.read_stream_to_end(std::move(stream), std::move(options), max_bytes);
  }

  std::unique_ptr<running_read> read_stream(std::string stream, read_stream_options options) override {
    return std::make_unique<blocking_read>(client_.read_stream(std::move(stream), std::move(options)));
  }

  std::unique_ptr<running_read> read_all(read_all_options options) override {
    return std::make_unique<blocking_read>(client_.read_all(std::move(options)));
  }

  result<log_position> get_commit_position(commit_position_options options) override {
    return client_.get_commit_position(std::move(options));
  }

  result<std::unique_ptr<running_subscription>> subscribe_to_stream(std::string stream,
                                                                    subscribe_to_stream_options options) override {
    return wrap(client_.subscribe_to_stream(std::move(stream), std::move(options)));
  }

  result<std::unique_ptr<running_subscription>> subscribe_to_all(subscribe_to_all_options options) override {
    return wrap(client_.subscribe_to_all(std::move(options)));
  }

  result<std::unique_ptr<running_consumer>> consume(group_name group, consume_options options) override {
    auto started = client_.consume(std::move(group), std::move(options));
    if (!started)
      return unexpected{std::move(started.error())};
    return std::make_unique<blocking_consumer>(std::move(*started));
  }
  result<void> create_group(std::string stream, std::string group, create_group_options options) override {
    return client_.create_group(std::move(stream), std::move(group), std::move(options));
  }
  result<void> create_group_on_all(std::string group, create_group_on_all_options options) override {
    return client_.create_group_on_all(std::move(group), std::move(options));
  }
  result<void> update_group(std::string stream, std::string group, update_group_options options) override {
    return client_.update_group(std::move(stream), std::move(group), std::move(options));
  }
  result<void> update_group_on_all(std::string group, update_group_on_all_options options) override {
    return client_.update_group_on_all(std::move(group), std::move(options));
  }
  result<void> change_group(group_name name, group_changes changes) override {
    return client_.change_group(std::move(name), std::move(changes));
  }
  result<void> delete_group(group_name name) override { return client_.delete_group(std::move(name)); }
  result<void> replay_parked(group_name name, parked_options options) override {
    return client_.replay_parked(std::move(name), std::move(options));
  }
  result<void> truncate_parked(group_name name, parked_options options) override {
    return client_.truncate_parked(std::move(name), std::move(options));
  }
  result<void> restart_persistent_subscriptions() override { return client_.restart_persistent_subscriptions(); }
  result<group_info> get_group_info(group_name name) override { return client_.get_group_info(std::move(name)); }
  result<std::vector<group_info>> list_groups(std::optional<std::string> stream) override {
    return client_.list_groups(std::move(stream));
  }

  void close() override { client_.close(); }

private:
  static result<std::unique_ptr<running_subscription>> wrap(result<subscription> started) {
    if (!started)
      return unexpected{std::move(started.error())};
    return std::make_unique<blocking_subscription>(std::move(*started));
  }

  client client_;
};

} // namespace

std::unique_ptr<driver> connect_blocking(const settings& how) {
  auto made = client::connect(how);
  if (!made)
    throw std::runtime_error{to_string(made.error())};
  return std::make_unique<blocking_driver>(std::move(*made));
}

} // namespace kdb::integration
