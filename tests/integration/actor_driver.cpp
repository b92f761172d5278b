// SPDX-License-Identifier: Apache-2.0
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <kdb/actors.hpp>

#include "tests/integration/driver.hpp"

// The actors as a host uses them: everything is asked for by actors of the host, in the host's own actor system. The test itself
// only hands work to those and waits for what they found out.
namespace kdb::integration {

/// Runs something inside a host actor.
struct run {
  std::function<void(caf::event_based_actor*)> what;
};

/// To a subscriber: the test has taken the batch.
struct batch_taken {};

} // namespace kdb::integration

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::integration::run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::integration::batch_taken)

namespace kdb::integration {

namespace {

caf::behavior host(caf::event_based_actor* self) {
  return {[self](const run& job) { job.what(self); }};
}

/// A host actor asks; the future has the answer.
template <class Answer>
auto answering(std::shared_ptr<std::promise<result<Answer>>> promise) {
  if constexpr (std::is_void_v<Answer>)
    return [promise] { promise->set_value({}); };
  else
    return [promise](Answer& answer) { promise->set_value(std::move(answer)); };
}

template <class Answer, class Handle, class Request>
std::future<result<Answer>> ask(const caf::actor& asker, const Handle& whom, Request what) {
  auto promise = std::make_shared<std::promise<result<Answer>>>();
  auto later = promise->get_future();
  caf::anon_send(
    asker, run{[whom, promise, request = std::make_shared<Request>(std::move(what))](caf::event_based_actor* self) {
      self->request(whom, caf::infinite, std::move(*request)).then(answering<Answer>(promise), [promise](const caf::error& why) {
        promise->set_value(unexpected{error::from(why)});
      });
    }});
  return later;
}

template <class Answer, class Handle, class Request>
result<Answer> ask_and_wait(const caf::actor& asker, const Handle& whom, Request what, const char* awaited) {
  auto later = ask<Answer>(asker, whom, std::move(what));
  return fixtures::value_of(later, awaited, 3 * fixtures::patience);
}

// -- reading ---------------------------------------------------------------------------

class actor_read final : public running_read {
public:
  template <class Request>
  actor_read(caf::actor_system& system, const client_actor& client, Request what) : host_{system.spawn(host)} {
    auto started = ask_and_wait<reader_actor>(host_, client, std::move(what), "a reader");
    if (started)
      reader_ = std::move(*started);
    else
      end_ = unexpected{std::move(started.error())};
  }

  ~actor_read() override { caf::anon_send_exit(host_, caf::exit_reason::user_shutdown); }

  result<event_batch> next() override {
    if (end_)
      return *end_ ? result<event_batch>{} : unexpected{end_->error()};
    auto batch = ask_and_wait<event_batch>(host_, reader_, kdb::next{}, "a batch of a reader");
    if (!batch)
      end_ = unexpected{batch.error()};
    else if (batch->empty())
      end_ = result<void>{};
    else
      bounds_.merge(batch->bounds());
    return batch;
  }

  stream_bounds bounds() const override { return bounds_; }

  result<void> finish() override {
    if (!end_)
      caf::anon_send(reader_, kdb::cancel{});
    reader_ = nullptr;
    end_ = end_.value_or(result<void>{});
    return *end_;
  }

private:
  caf::actor host_;
  reader_actor reader_;
  std::optional<result<void>> end_;
  stream_bounds bounds_;
};

// -- subscribing -----------------------------------------------------------------------

/// Where a subscriber puts what it gets.
struct mailbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<event_batch> batches;
  std::optional<subscription_ended> end;
  std::size_t after_the_end = 0;

  template <class Change>
  void change(Change what) {
    {
      std::lock_guard lock{mutex};
      what();
    }
    changed.notify_all();
  }
};

/// Answers for a batch when the test has taken it.
struct subscriber_state {
  std::shared_ptr<mailbox> box;
  caf::response_promise credit;
};

caf::behavior test_subscriber(caf::stateful_actor<subscriber_state>* self, std::shared_ptr<mailbox> given) {
  self->state.box = std::move(given);
  return {
    [self](event_batch& batch) {
      auto promise = self->state.credit = self->make_response_promise();
      auto* into = self->state.box.get();
      into->change([&] {
        into->after_the_end += into->end ? 1 : 0;
        into->batches.push_back(std::move(batch));
      });
      return promise;
    },
    [self](subscription_ended& end) {
      auto* box = self->state.box.get();
      box->change([&] {
        box->after_the_end += box->end ? 1 : 0;
        box->end = std::move(end);
      });
    },
    [self](const batch_taken&) { self->state.credit.deliver(caf::unit); },
  };
}

class actor_subscription final : public running_subscription {
public:
  explicit actor_subscription(caf::actor_system& system) : subscriber_{system.spawn(test_subscriber, box_)} {}

  ~actor_subscription() override {
    cancel();
    caf::anon_send_exit(subscriber_, caf::exit_reason::user_shutdown);
  }

  const caf::actor& receiver() const { return subscriber_; }
  void started(subscription_actor source) { source_ = std::move(source); }

  result<event_batch> next(std::chrono::milliseconds at_most) override {
    std::unique_lock lock{box_->mutex};
    box_->changed.wait_for(lock, at_most, [&] { return !box_->batches.empty() || box_->end; });
    if (!box_->batches.empty()) {
      auto batch = std::move(box_->batches.front());
      box_->batches.pop_front();
      caf::anon_send(subscriber_, batch_taken{});
      return batch;
    }
    if (!box_->end)
      return event_batch{};
    return unexpected{
      box_->end->cause.value_or(error{.code = box_->end->reason == end_reason::cancelled ? errc::cancelled : errc::closed})};
  }

  std::optional<subscription_ended> ended() const override {
    std::lock_guard lock{box_->mutex};
    return box_->end;
  }

  void cancel() override {
    if (source_)
      caf::anon_send(source_, kdb::cancel{});
  }

  std::size_t after_the_end() const override {
    std::lock_guard lock{box_->mutex};
    return box_->after_the_end;
  }

private:
  std::shared_ptr<mailbox> box_ = std::make_shared<mailbox>();
  caf::actor subscriber_;
  subscription_actor source_;
};

// -- consuming -------------------------------------------------------------------------

/// Where a consumer's host puts what it gets.
struct consumer_box {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<consumer_batch> batches;
  std::optional<subscription_ended> end;
};

struct consumer_host_state {
  std::shared_ptr<consumer_box> box;
  caf::response_promise credit;
};

caf::behavior consumer_host(caf::stateful_actor<consumer_host_state>* self, std::shared_ptr<consumer_box> given) {
  self->state.box = std::move(given);
  return {
    [self](const consumer_batch& batch) {
      auto promise = self->state.credit = self->make_response_promise();
      auto& box = *self->state.box;
      {
        std::lock_guard lock{box.mutex};
        box.batches.push_back(batch);
      }
      box.changed.notify_all();
      return promise;
    },
    [self](const subscription_ended& end) {
      auto& box = *self->state.box;
      {
        std::lock_guard lock{box.mutex};
        box.end = end;
      }
      box.changed.notify_all();
    },
    [self](const batch_taken&) { self->state.credit.deliver(batch_outcomes{}); },
  };
}

class actor_consumer final : public running_consumer {
public:
  actor_consumer(caf::actor_system& system, caf::actor asker)
    : asker_{std::move(asker)}, receiver_{system.spawn(consumer_host, box_)} {}
  ~actor_consumer() override {
    cancel();
    caf::anon_send_exit(receiver_, caf::exit_reason::user_shutdown);
  }

  const caf::actor& receiver() const { return receiver_; }
  void started(consumer_actor source) { source_ = std::move(source); }

  result<consumer_batch> next(std::chrono::milliseconds at_most) override {
    std::unique_lock lock{box_->mutex};
    box_->changed.wait_for(lock, at_most, [&] { return !box_->batches.empty() || box_->end; });
    if (!box_->batches.empty()) {
      auto batch = std::move(box_->batches.front());
      box_->batches.pop_front();
      caf::anon_send(receiver_, batch_taken{});
      return batch;
    }
    if (!box_->end)
      return consumer_batch{};
    return unexpected{
      box_->end->cause.value_or(error{.code = box_->end->reason == end_reason::cancelled ? errc::cancelled : errc::closed})};
  }
  result<ack_result> answer(const consumer_batch& batch, batch_outcomes outcomes) override {
    return ask_and_wait<ack_result>(asker_, source_, answer_batch{batch, std::move(outcomes)}, "the taking of answers");
  }
  result<ack_result> answer(const event_token& event, const outcome& how) override {
    if (how.is_ack())
      return ask_and_wait<ack_result>(asker_, source_, ack_events{{event}}, "the taking of an ack");
    return ask_and_wait<ack_result>(asker_, source_, nack_events{{event}, how.action(), how.reason()}, "the taking of a nack");
  }
  std::optional<subscription_ended> ended() const override {
    std::lock_guard lock{box_->mutex};
    return box_->end;
  }
  void cancel() override {
    if (source_)
      caf::anon_send(source_, kdb::cancel{});
  }

private:
  std::shared_ptr<consumer_box> box_ = std::make_shared<consumer_box>();
  caf::actor asker_;
  caf::actor receiver_;
  consumer_actor source_;
};

// -- the client ------------------------------------------------------------------------

class actor_driver final : public driver {
public:
  explicit actor_driver(const settings& how) {
    auto spawned = spawn_client(system_, how);
    if (!spawned)
      throw std::runtime_error{to_string(spawned.error())};
    client_ = std::move(*spawned);
  }

  ~actor_driver() override {
    close();
    caf::anon_send_exit(host_, caf::exit_reason::user_shutdown);
  }

  result<connected> wait_connected(std::chrono::milliseconds at_most) override {
    return ask_and_wait<connected>(host_, client_, kdb::wait_connected{at_most}, "a connection");
  }

  client_status get_status() override {
    return ask_and_wait<client_status>(host_, client_, kdb::get_status{}, "the status")
      .value_or(client_status{.phase = client_phase::closed});
  }

  result<server_info> get_server_info(call_options call) override {
    return ask_and_wait<server_info>(host_, client_, kdb::get_server_info{std::move(call)}, "what the server offers");
  }

  result<std::vector<cluster_member>> read_gossip(call_options call) override {
    return ask_and_wait<std::vector<cluster_member>>(host_, client_, kdb::read_gossip{std::move(call)}, "the members");
  }

  std::future<result<append_result>> start_append(std::string stream, stream_state expected, std::vector<new_event> events,
                                                  append_options options) override {
    return ask<append_result>(host_, client_,
                              append_to_stream{std::move(stream), expected, std::move(events), std::move(options)});
  }

  std::future<append_in_parts_result> start_append_in_parts(std::string stream, stream_state expected,
                                                            std::vector<new_event> events,
                                                            append_in_parts_options options) override {
    auto answer = ask<append_in_parts_result>(
      host_, client_, kdb::append_in_parts{std::move(stream), expected, std::move(events), std::move(options)});
    return std::async(std::launch::async, [answer = std::move(answer)]() mutable {
      auto got = answer.get();
      return got ? std::move(*got) : append_in_parts_result{.stopped = got.error()};
    });
  }

  result<event_list> read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes) override {
    return ask_and_wait<event_list>(host_, client_, kdb::read_stream_to_end{std::move(stream), std::move(options), max_bytes},
                                    "a whole stream");
  }

  std::unique_ptr<running_read> read_stream(std::string stream, read_stream_options options) override {
    return std::make_unique<actor_read>(system_, client_, kdb::read_stream{std::move(stream), std::move(options)});
  }

  std::unique_ptr<running_read> read_all(read_all_options options) override {
    return std::make_unique<actor_read>(system_, client_, kdb::read_all{std::move(options)});
  }

  result<log_position> get_commit_position(commit_position_options options) override {
    return ask_and_wait<log_position>(host_, client_, kdb::get_commit_position{std::move(options)}, "the head position");
  }

  result<std::unique_ptr<running_subscription>> subscribe_to_stream(std::string stream,
                                                                    subscribe_to_stream_options options) override {
    return subscribe(kdb::subscribe_to_stream{.stream = std::move(stream), .subscriber = {}, .options = std::move(options)});
  }

  result<std::unique_ptr<running_subscription>> subscribe_to_all(subscribe_to_all_options options) override {
    return subscribe(kdb::subscribe_to_all{.subscriber = {}, .options = std::move(options)});
  }

  result<std::unique_ptr<running_consumer>> consume(group_name group, consume_options options) override {
    auto made = std::make_unique<actor_consumer>(system_, host_);
    auto started = ask_and_wait<consumer_actor>(
      host_, client_, kdb::consume{std::move(group), made->receiver(), std::move(options)}, "a consumer");
    if (!started)
      return unexpected{std::move(started.error())};
    made->started(std::move(*started));
    return made;
  }
  result<void> create_group(std::string stream, std::string group, create_group_options options) override {
    return ask_and_wait<void>(host_, client_, kdb::create_group{std::move(stream), std::move(group), std::move(options)},
                              "the answer of create_group");
  }
  result<void> create_group_on_all(std::string group, create_group_on_all_options options) override {
    return ask_and_wait<void>(host_, client_, kdb::create_group_on_all{std::move(group), std::move(options)},
                              "the answer of create_group_on_all");
  }
  result<void> update_group(std::string stream, std::string group, update_group_options options) override {
    return ask_and_wait<void>(host_, client_, kdb::update_group{std::move(stream), std::move(group), std::move(options)},
                              "the answer of update_group");
  }
  result<void> update_group_on_all(std::string group, update_group_on_all_options options) override {
    return ask_and_wait<void>(host_, client_, kdb::update_group_on_all{std::move(group), std::move(options)},
                              "the answer of update_group_on_all");
  }
  result<void> change_group(group_name name, group_changes changes) override {
    return ask_and_wait<void>(host_, client_, kdb::change_group{std::move(name), std::move(changes)},
                              "the answer of change_group");
  }
  result<void> delete_group(group_name name) override {
    return ask_and_wait<void>(host_, client_, kdb::delete_group{std::move(name)}, "the answer of delete_group");
  }
  result<void> replay_parked(group_name name, parked_options options) override {
    return ask_and_wait<void>(host_, client_, kdb::replay_parked{std::move(name), std::move(options)},
                              "the answer of replay_parked");
  }
  result<void> truncate_parked(group_name name, parked_options options) override {
    return ask_and_wait<void>(host_, client_, kdb::truncate_parked{std::move(name), std::move(options)},
                              "the answer of truncate_parked");
  }
  result<void> restart_persistent_subscriptions() override {
    return ask_and_wait<void>(host_, client_, kdb::restart_persistent_subscriptions{},
                              "the answer of restart_persistent_subscriptions");
  }
  result<group_info> get_group_info(group_name name) override {
    return ask_and_wait<group_info>(host_, client_, kdb::get_group_info{std::move(name)}, "about a group");
  }
  result<std::vector<group_info>> list_groups(std::optional<std::string> stream) override {
    return ask_and_wait<std::vector<group_info>>(host_, client_, kdb::list_groups{std::move(stream)}, "the groups");
  }

  void close() override {
    auto promise = std::make_shared<std::promise<void>>();
    auto later = promise->get_future();
    caf::anon_send(host_, run{[client = client_, promise](caf::event_based_actor* self) {
                     self->request(client, caf::infinite, kdb::close{})
                       .then([promise] { promise->set_value(); }, [promise](const caf::error&) { promise->set_value(); });
                   }});
    fixtures::value_of(later, "the end of the client", 3 * fixtures::patience);
  }

private:
  template <class Request>
  result<std::unique_ptr<running_subscription>> subscribe(Request what) {
    auto subscription = std::make_unique<actor_subscription>(system_);
    what.subscriber = subscription->receiver();
    auto started = ask_and_wait<subscription_actor>(host_, client_, std::move(what), "a subscription");
    if (!started)
      return unexpected{std::move(started.error())};
    subscription->started(std::move(*started));
    return subscription;
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::actor host_{system_.spawn(host)};
  client_actor client_;
};

} // namespace

std::unique_ptr<driver> connect_by_actors(const settings& how) {
  return std::make_unique<actor_driver>(how);
}

} // namespace kdb::integration
