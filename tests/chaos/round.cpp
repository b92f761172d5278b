// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/round.hpp"

#include <functional>
#include <iostream>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/wait.hpp"

#include "tests/chaos/appending.hpp"
#include "tests/chaos/consuming.hpp"
#include "tests/chaos/faults.hpp"
#include "tests/chaos/following.hpp"
#include "tests/chaos/reading.hpp"

namespace kdb::chaos {

namespace {

using namespace std::chrono_literals;

constexpr int appenders_per_round = 12, subscriptions_per_round = 50, readers_per_round = 3, groups_per_round = 3;

devcluster_options durable_cluster() {
  auto options = fixtures::quick_cluster();
  options.keeps_events = true;
  return options;
}

template <class T>
T must(result<T> got) {
  if (!got)
    throw std::runtime_error{to_string(got.error())};
  return std::move(*got);
}

/// Everything of one round, in the order in which it is made.
class round_of_chaos {
public:
  round_of_chaos(const round_options& how, ledger& book) : how_{how}, book_{book}, random_{how.seed} {}

  void run() {
    nodes_.settle();
    start_appenders();
    start_followers();
    start_consumers();
    start_readers();
    {
      fault_machine faults{nodes_, random_(), how_.only, how_.verbose};
      std::this_thread::sleep_for(how_.faults_for);
      faults.stop();
      faults_ = faults.count();
    }
    const auto heads = judge_appends();
    judge_subscriptions(heads);
    judge_groups();
    stop_readers();
    close_all();
    report();
  }

private:
  settings settings_of(node_preference preference) const {
    auto how = must(settings::from_connection_string(nodes_.connection_string()));
    how.preference = preference;
    how.keep_alive_interval = 500ms * fixtures::slowness;
    how.keep_alive_timeout = 500ms * fixtures::slowness;
    how.gossip_timeout = 500ms * fixtures::slowness;
    how.credentials_in_clear = true;
    return how;
  }

  void start_appenders() {
    appending_ = must(async_client::connect(io_.get_executor(), settings_of(node_preference::leader)));
    for (int i = 0; i < appenders_per_round; ++i) {
      append_plan plan{.stream = std::string{prefix} + std::to_string(i),
                       .explicit_state = i % 2 == 0,
                       .retry = i % 4 < 2 ? 1000u : 0u,
                       .own_call = i % 6 >= 4};
      streams_.push_back(plan.stream);
      appenders_.push_back(std::make_shared<appender>(plan, *appending_, io_.get_executor(), book_, random_()));
      boost::asio::post(io_, [each = appenders_.back()] { each->begin(); });
    }
    io_thread_ = std::thread{[this] { io_.run(); }};
  }

  void start_followers() {
    for (const auto preference : {node_preference::leader, node_preference::follower, node_preference::random})
      clients_.push_back(must(spawn_client(system_.system(), settings_of(preference))));
    for (int i = 0; i < subscriptions_per_round; ++i) {
      follow_plan plan{.stream = i % 2 ? streams_[random_() % streams_.size()] : std::string{},
                       .filtered = i % 4 == 0,
                       .begins_after = i < 25 ? 0ms : std::chrono::milliseconds{random_() % 5000},
                       .slow = i % 10 == 9 ? 30ms : 0ms};
      const auto name = "subscription " + std::to_string(i) + (plan.stream.empty() ? " to $all" : " to " + plan.stream);
      followers_.push_back(std::make_shared<follower>(plan, book_, name));
      actors_.push_back(spawn_follower(system_.system(), clients_[random_() % clients_.size()], followers_.back()));
    }
  }

  /// Each with two consumers on clients of different kinds, the last with competing workers beside them.
  void start_consumers() {
    auto making = must(client::connect(settings_of(node_preference::leader)));
    for (int i = 0; i < groups_per_round; ++i) {
      groups_.push_back(std::make_shared<consumed_group>(streams_[static_cast<std::size_t>(i)], book_, random_()));
      const auto& name = groups_.back()->name();
      if (auto made = making.create_group(name.stream, name.group, durable_group()); !made)
        throw std::runtime_error{to_string(made.error())};
      for (const auto which : {0, 2}) // The leader is preferred, or none.
        consumers_.push_back(spawn_consumer(system_.system(), clients_[which], groups_.back()));
    }
    consumers_.push_back(spawn_workers(system_.system(), clients_[0], groups_.back()));
    making.close();
  }

  void start_readers() {
    reading_ = must(client::connect(settings_of(node_preference::random)));
    for (int i = 0; i < readers_per_round; ++i)
      threads_.emplace_back([this, seed = random_()] { read_on(*reading_, streams_, book_, seed, stop_); });
    threads_.emplace_back(
      [this, seed = random_()] { come_and_go(settings_of(node_preference::leader), streams_, book_, seed, stop_); });
  }

  void stop_readers() {
    stop_ = true;
    for (auto& each : threads_)
      each.join();
    reading_->close();
  }

  /// What is in each stream at the end.
  std::vector<seen_stream> judge_appends() {
    for (const auto& each : appenders_)
      each->stop();
    fixtures::wait_until("the last appends to end", [&] {
      return std::all_of(appenders_.begin(), appenders_.end(), [](const auto& each) { return each->done(); });
    });
    std::vector<seen_stream> heads;
    auto judge = must(client::connect(settings_of(node_preference::leader)));
    for (const auto& each : appenders_) {
      const auto all = must(judge.read_stream_to_end(each->stream(), {.call = {.deadline = 20s, .retry = 10}}));
      each->judge(all);
      heads.emplace_back();
      written_.emplace_back();
      for (const auto& event : all) {
        written_.back().push_back(event.id());
        if (event.revision().value != heads.back().count)
          book_.finding(each->stream() + " has a hole before " + to_string(event.revision()));
        heads.back().add(event.id());
      }
      acknowledged_ += each->acknowledged();
      if (each->acknowledged() == 0)
        book_.finding("nothing was ever acknowledged of " + each->stream());
    }
    judge.close();
    return heads;
  }

  void judge_subscriptions(const std::vector<seen_stream>& heads) {
    for (const auto& each : followers_) {
      for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (!each->plan().stream.empty() && each->plan().stream != streams_[i])
          continue;
        try {
          fixtures::wait_until("the last events", [&] { return each->seen(streams_[i]).count >= heads[i].count; });
        } catch (const std::exception&) {
          book_.finding(each->name() + " stands at " + std::to_string(each->seen(streams_[i]).count) + " of " +
                        std::to_string(heads[i].count) + " events of " + streams_[i]);
          continue;
        }
        if (each->seen(streams_[i]) != heads[i])
          book_.finding(each->name() + " saw other events of " + streams_[i] + " than there are");
        delivered_ += heads[i].count;
      }
    }
  }

  void judge_groups() {
    for (const auto& each : groups_)
      each->be_calm();
    auto judge = must(client::connect(settings_of(node_preference::leader)));
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      groups_[i]->judge(judge, written_[i]);
      consumed_ += groups_[i]->acknowledged();
    }
    judge.close();
    for (const auto& each : consumers_) // No further lives.
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    consumers_.clear();
  }

  void close_all() {
    caf::scoped_actor self{system_.system()};
    for (std::size_t i = 0; i < followers_.size(); i += 2)
      if (const auto handle = followers_[i]->handle())
        any_caf::send(self, handle, kdb::cancel{});
    for (const auto& each : clients_) {
      const fixtures::stopwatch since;
      any_caf::request(self, each, fixtures::patience, kdb::close{})
        .receive([] {}, [&](const caf::error& why) { book_.finding("closing failed: " + to_string(error::from(why))); });
      if (since.elapsed() > fixtures::soon)
        book_.finding("closing took " + std::to_string(since.elapsed().count()) + " ms");
    }
    for (const auto& each : followers_)
      fixtures::wait_until("the end of " + each->name(), [&] { return each->ends() > 0; });
    appending_->close([](auto&&...) {});
    fixtures::wait_until("the end of all operations", [&] { return book_.begun() == book_.ended(); });
    for (const auto& each : actors_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    appenders_.clear();
    appending_.reset();
    work_.reset();
    io_thread_.join();
    clients_.clear();
    actors_.clear();
    for (const auto& each : followers_)
      if (each->ends() != 1)
        book_.finding(each->name() + " ended " + std::to_string(each->ends()) + " times");
  }

  void report() const {
    std::cout << "seed " << how_.seed << ": " << faults_ << " faults, " << acknowledged_ << " events acknowledged, " << delivered_
              << " delivered to " << followers_.size() << " subscriptions, " << consumed_ << " consumed from " << groups_.size()
              << " groups" << std::endl;
    if (faults_ == 0 || acknowledged_ < 100)
      book_.finding("nothing much happened");
  }

  const round_options how_;
  ledger& book_;
  std::mt19937_64 random_;
  fixtures::cluster nodes_{durable_cluster()};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread io_thread_;
  owned_system system_;
  std::vector<std::string> streams_;
  std::optional<async_client> appending_;
  std::vector<std::shared_ptr<appender>> appenders_;
  std::vector<client_actor> clients_;
  std::vector<std::shared_ptr<follower>> followers_;
  std::vector<caf::actor> actors_;
  std::vector<std::shared_ptr<consumed_group>> groups_;
  std::vector<caf::actor> consumers_;
  std::vector<std::vector<uuid>> written_; ///< To each stream.
  std::optional<client> reading_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};
  std::size_t faults_ = 0;
  std::uint64_t acknowledged_ = 0, delivered_ = 0, consumed_ = 0;
};

} // namespace

void run_round(const round_options& how, ledger& book) {
  auto round = std::make_unique<round_of_chaos>(how, book);
  try {
    round->run();
  } catch (...) {
    static_cast<void>(round.release()); // What waits in vain would hang its destructor too: the program ends soon.
    throw;
  }
}

} // namespace kdb::chaos
