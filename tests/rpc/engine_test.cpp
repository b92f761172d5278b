// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <grpcpp/alarm.h>
#include <poll.h>

#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "libkdb/rpc/engine.hpp"
#include "tests/fixtures/process.hpp"
#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::wait_until;

namespace {

/// Calls in every state there is.
struct mixture {
  explicit mixture(client_side& client) {
    for (const auto* script : {"hang", "headers+hang", "confirm+hang", "*10000", "1*10+hang", "end=14", "garbage", "100*100"})
      for (const std::size_t demand : {0u, 1u, 100u}) {
        reads.push_back(client.read(script, {.start_timeout = 20s}));
        reads.back().call->request(demand);
      }
    for (int i = 0; i < 3; ++i) {
      appends.push_back(client.append());
      for (std::uint64_t n = 0; n < 50; ++n)
        write(*appends.back().call, chunk(n, i == 0 ? "mute" : "s"));
      exchanges.push_back(client.exchange(i == 0 ? "hang" : "echo", {"x"}));
    }
  }
  bool all_ended() const {
    for (const auto& each : reads)
      if (!each.seen->has_ended())
        return false;
    for (const auto& each : appends)
      if (!each.seen->has_ended())
        return false;
    for (const auto& each : exchanges)
      if (!each.seen->has_ended())
        return false;
    return true;
  }
  bool broken() const {
    for (const auto& each : reads)
      if (each.seen->broken())
        return true;
    for (const auto& each : appends)
      if (each.seen->broken())
        return true;
    return false;
  }

  std::vector<client_side::reading> reads;
  std::vector<client_side::appending> appends;
  std::vector<client_side::exchanging> exchanges;
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int cycles = 500;
#else
constexpr int cycles = 10'000;
#endif

} // namespace

BOOST_AUTO_TEST_SUITE(engine)

BOOST_AUTO_TEST_CASE(stopping_ends_calls_in_every_state_and_then_says_so) {
  for (int round = 0; round < 5; ++round) {
    served f;
    mixture calls{f.client};
    if (round > 0)
      wait_until("some calls at the server", [&] { return f.calls() >= static_cast<std::size_t>(round) * 5; });
    std::promise<bool> drained;
    auto later = drained.get_future();
    rpc::stop_engine(*f.client.engine, [&] { drained.set_value(calls.all_ended()); });
    BOOST_TEST(fixtures::value_of(later, "the engine to drain"));
    BOOST_TEST(!calls.broken());
  }
}

// As when a call's connection waits for its SETTINGS.
BOOST_AUTO_TEST_CASE(what_is_watched_is_told_in_time_when_nothing_else_happens) {
  struct watcher final : rpc::timed {
    void due() override { told = true; }
    std::atomic<bool> told{false};
  };
  const auto tested = rpc::make_engine();
  const auto in = [&](std::chrono::milliseconds time) {
    auto made = std::make_shared<watcher>();
    tested->watch(made, std::chrono::steady_clock::now() + time);
    ::poll(nullptr, 0, 50); // The engine waits, at last for the earliest of all.
    return made;
  };
  const auto late = in(1h), early = in(300ms);
  wait_until("the early one", [&] { return early->told.load(); });
  const auto earlier = in(100ms);
  wait_until("the one after it", [&] { return earlier->told.load(); });
  BOOST_TEST(!late->told);
}

BOOST_AUTO_TEST_CASE(a_call_after_the_stop_ends_at_once_with_closed) {
  served f;
  bool drained = false;
  rpc::stop_engine(*f.client.engine, [&] { drained = true; });
  BOOST_TEST(drained); // Nothing was in flight.
  auto read = f.client.read("hang");
  BOOST_REQUIRE(read.seen->has_ended());
  BOOST_TEST((read.seen->wait_end().error().code == errc::closed));
  read.call->request(1);
  read.call->cancel();
  auto append = f.client.append();
  BOOST_TEST((append.seen->wait_end().error().code == errc::closed));
  write(*append.call, chunk(1));
  auto exchange = f.client.exchange("echo", {"x"}, {}, wire::request_kind::write);
  BOOST_TEST((exchange.seen->wait_end().error().code == errc::closed));
  BOOST_TEST(!exchange.seen->wait_end().error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(stopping_twice_and_from_many_threads_tells_everybody) {
  served f;
  mixture calls{f.client};
  std::atomic<int> told{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] { rpc::stop_engine(*f.client.engine, [&] { ++told; }); });
  for (auto& each : all)
    each.join();
  wait_until("everybody to be told", [&] { return told == 4; });
  BOOST_TEST(calls.all_ended());
}

BOOST_AUTO_TEST_CASE(calls_that_start_while_it_stops_end_all_the_same) {
  served f;
  std::atomic<bool> go_on{true};
  std::vector<std::thread> starters;
  std::mutex mutex;
  std::vector<std::shared_ptr<read_record>> all;
  for (int i = 0; i < 2; ++i)
    starters.emplace_back([&] {
      std::vector<client_side::reading> mine;
      while (go_on && mine.size() < 300) {
        mine.push_back(f.client.read("*100"));
        mine.back().call->request(2);
      }
      std::lock_guard lock{mutex};
      for (const auto& each : mine)
        all.push_back(each.seen);
    });
  wait_until("some calls", [&] { return f.calls() > 5; });
  std::promise<void> drained;
  auto later = drained.get_future();
  rpc::stop_engine(*f.client.engine, [&] { drained.set_value(); });
  go_on = false;
  for (auto& each : starters)
    each.join();
  fixtures::value_of(later, "the engine to drain");
  for (const auto& each : all) {
    static_cast<void>(each->wait_end());
    BOOST_TEST(!each->broken());
  }
}

namespace {

/// An operation that is done at once, again and again.
class restless final : public rpc::operation {
public:
  restless(grpc::CompletionQueue& queue, const std::atomic<bool>& go_on, std::atomic<int>& left)
    : queue_{queue}, go_on_{go_on}, left_{left} {}
  void start() { alarm_.Set(&queue_, gpr_time_0(GPR_CLOCK_MONOTONIC), static_cast<rpc::operation*>(this)); }
  void complete(bool) override {
    if (go_on_)
      start();
    else
      --left_;
  }

private:
  grpc::CompletionQueue& queue_;
  const std::atomic<bool>& go_on_;
  std::atomic<int>& left_;
  grpc::Alarm alarm_;
};

struct awaited final : rpc::timed {
  void due() override { told.set_value(); }
  std::promise<void> told;
};

} // namespace

BOOST_AUTO_TEST_CASE(what_is_due_is_told_also_when_the_queue_never_runs_dry) {
  const auto engine = rpc::engine::start(64u << 20);
  std::atomic<bool> go_on{true};
  std::atomic<int> left{4};
  std::deque<restless> all;
  for (int i = 0; i < left; ++i)
    all.emplace_back(engine->queue(), go_on, left).start();
  const auto waiting = std::make_shared<awaited>();
  auto told = waiting->told.get_future();
  engine->watch(waiting, std::chrono::steady_clock::now() + 20ms);
  BOOST_CHECK_NO_THROW(fixtures::value_of(told, "what is due"));
  go_on = false;
  wait_until("the operations to end", [&] { return left == 0; });
}

BOOST_AUTO_TEST_CASE(its_end_without_a_stop_ends_all_calls) {
  served f;
  mixture calls{f.client};
  f.client.engine.reset();
  BOOST_TEST(calls.all_ended());
}

BOOST_AUTO_TEST_CASE(the_last_reference_may_go_on_its_own_thread) {
  for (int round = 0; round < 20; ++round) {
    served f;
    std::promise<std::thread::id> gone;
    auto later = gone.get_future();
    auto held = std::make_shared<std::shared_ptr<rpc::engine>>(std::move(f.client.engine));
    // The handler's copy is the last one: it goes in the handler, on the engine's thread.
    auto call = f.client.calls->exchange("/test/echo", wire::request_kind::read, {"x"}, {},
                                         [held, &gone](const result<std::vector<std::string>>&) {
                                           held->reset();
                                           gone.set_value(std::this_thread::get_id());
                                         });
    held.reset();
    BOOST_TEST((fixtures::value_of(later, "the engine's own end") != std::this_thread::get_id()));
  }
}

BOOST_AUTO_TEST_CASE(the_transport_may_outlive_its_engine) {
  served f;
  auto read = f.client.read("*1000");
  read.call->request(1);
  read.seen->wait_for(1);
  f.client.engine.reset();
  BOOST_TEST(read.seen->has_ended());
  auto late = f.client.read("hang");
  BOOST_TEST((late.seen->wait_end().error().code == errc::closed));
  read.call->request(5);
  read.call.reset();
}

BOOST_AUTO_TEST_CASE(calls_that_have_ended_leave_no_connection_behind) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  for (int i = 0; i < 20; ++i) {
    client_side client{proxy.port()};
    for (const auto* script : {"1*10+end=0", "100*10", "confirm+1*10+end=14", "1*10+garbage", "end=0"}) {
      auto read = client.read(script);
      read.call->request(10);
      static_cast<void>(read.seen->wait_end());
    }
  }
  wait_until("the connections to close", [&] { return proxy.connections() == 0; });
}

BOOST_AUTO_TEST_CASE(cycles_of_connecting_failing_and_closing_leave_nothing_behind) {
  std::uint16_t port = 0;
  {
    steered_server server;
    port = server.port();
  }
  const auto cycle = [port] {
    client_side client{port};
    auto call = client.exchange("echo", {"x"});
    BOOST_REQUIRE(!call.seen->wait_end().has_value());
  };
  for (int i = 0; i < 50; ++i)
    cycle();
  const auto threads = fixtures::thread_count();
  const auto files = fixtures::open_files();
  for (int i = 0; i < cycles; ++i)
    cycle();
  // gRPC's own pool breathes a little.
  wait_until("threads to go", [&] { return fixtures::thread_count() <= threads + 4; });
  BOOST_TEST(fixtures::open_files() <= files + 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(channel_pool)

BOOST_AUTO_TEST_CASE(many_streams_get_connections_enough_and_the_surplus_is_closed_after_a_while) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  client_side client{proxy.port()};
  // In two bursts: the second finds the connections of the first.
  for (int burst = 0; burst < 2; ++burst) {
    std::vector<client_side::reading> all;
    for (int i = 0; i < 250; ++i) {
      all.push_back(client.read("confirm+hang"));
      all.back().call->request(1);
    }
    for (const auto& each : all)
      wait_until("a confirmation", [&] { return each.seen->confirmations == 1; });
    BOOST_TEST(client.calls->load().streams == 250u);
    BOOST_TEST(client.calls->load().connections == 3u);
    BOOST_TEST(proxy.connections() == 3u);
    for (auto& each : all)
      each.call.reset();
    for (const auto& each : all)
      static_cast<void>(each.seen->wait_end());
  }
  wait_until("every stream to be given back", [&] { return client.calls->load().streams == 0; });
  wait_until("the surplus to close", [&] { return client.calls->load().connections == 1; });
  wait_until("the connections to close", [&] { return proxy.connections() == 1; });
  auto again = client.exchange("echo", {"x"});
  BOOST_TEST(again.seen->wait_end().has_value());
  BOOST_TEST(proxy.accepted() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
