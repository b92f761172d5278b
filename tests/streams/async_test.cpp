// SPDX-License-Identifier: Apache-2.0
#include <kdb/async_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "tests/fixtures/server.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
using kdb::errc;
using kdb::new_event;
using kdb::stream_state;

namespace {

std::vector<new_event> some_events(int count) {
  std::vector<new_event> events;
  for (auto i = 0; i < count; ++i)
    events.push_back(new_event::json("t", "{\"n\":" + std::to_string(i) + "}"));
  return events;
}

struct fixture {
  kdb::fixtures::server server;
  kdb::fixtures::own_names named;
  const std::string a = named("a"), empty = named("empty");
  asio::io_context io;
  kdb::async_client db = *kdb::async_client::connect(io.get_executor(), server.settings());

  /// Runs a coroutine to its end.
  void run(std::function<asio::awaitable<void>()> body) {
    auto done = false;
    asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        co_await body();
        done = true;
      },
      asio::detached);
    io.run_for(20s);
    io.restart();
    BOOST_TEST(done, "the coroutine did not end");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async, fixture)

BOOST_AUTO_TEST_CASE(a_coroutine_appends_reads_and_follows) {
  run([&]() -> asio::awaitable<void> {
    const auto done = co_await db.append_to_stream(a, stream_state::no_stream, some_events(1000), asio::use_awaitable);
    BOOST_TEST((done->revision == kdb::stream_revision{999}));

    auto reading = db.read_stream(a);
    auto count = 0u;
    for (;;) {
      const auto batch = co_await reading.next(asio::use_awaitable);
      BOOST_TEST_REQUIRE(batch.has_value());
      if (batch->empty())
        break;
      for (const auto& event : batch->events())
        BOOST_TEST((event.revision() == kdb::stream_revision{count++}));
    }
    BOOST_TEST(count == 1000u);

    kdb::subscribe_to_stream_options after;
    after.from = kdb::stream_revision{997};
    auto followed = co_await db.subscribe_to_stream(a, after, asio::use_awaitable);
    BOOST_TEST_REQUIRE(followed.has_value());
    const auto first = co_await followed->next(asio::use_awaitable);
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST((first->events().begin()->revision() == kdb::stream_revision{998}));
    followed->cancel();
    auto end = co_await followed->next(asio::use_awaitable);
    while (end && !end->empty())
      end = co_await followed->next(asio::use_awaitable);
    BOOST_TEST((end.error().code == errc::cancelled));
    BOOST_TEST((followed->ended()->reason == kdb::end_reason::cancelled));
  });
}

BOOST_AUTO_TEST_CASE(a_callback_runs_on_the_executor_it_is_bound_to) {
  asio::thread_pool pool{1};
  std::promise<std::thread::id> on_pool;
  asio::post(pool, [&] { on_pool.set_value(std::this_thread::get_id()); });
  std::promise<std::thread::id> called;
  db.get_commit_position(asio::bind_executor(pool.get_executor(), [&](const kdb::result<kdb::log_position>& head) {
    BOOST_TEST(head.has_value());
    called.set_value(std::this_thread::get_id());
  }));
  auto there = called.get_future();
  BOOST_REQUIRE((there.wait_for(20s) == std::future_status::ready));
  BOOST_TEST((there.get() == on_pool.get_future().get()));
  pool.join();
}

BOOST_AUTO_TEST_CASE(a_callback_without_an_executor_runs_where_the_client_does) {
  auto called = false;
  db.get_current_version(named("none"), {}, [&](const kdb::result<std::optional<kdb::stream_revision>>& found) {
    called = true;
    BOOST_TEST(found.has_value());
    BOOST_TEST(!found->has_value());
  });
  BOOST_TEST(!called); // Nothing runs before the context does.
  io.run_for(20s);
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(futures_work) {
  std::thread runner;
  auto done = db.append_to_stream(a, stream_state::any, some_events(1), asio::use_future);
  auto wrong = db.append_to_stream(a, stream_state::revision(7), some_events(1), asio::use_future);
  runner = std::thread{[&] { io.run(); }};
  BOOST_TEST(done.get().has_value());
  BOOST_TEST((wrong.get().error().code == errc::wrong_expected_version));
  runner.join();
}

BOOST_AUTO_TEST_CASE(closing_answers_what_is_pending_and_all_that_comes_later) {
  run([&]() -> asio::awaitable<void> {
    auto followed = co_await db.subscribe_to_all({}, asio::use_awaitable);
    BOOST_TEST_REQUIRE(followed.has_value());
    const auto closed = co_await db.close(asio::use_awaitable);
    BOOST_TEST(closed.has_value());
    auto end = co_await followed->next(asio::use_awaitable);
    while (end && !end->empty())
      end = co_await followed->next(asio::use_awaitable);
    BOOST_TEST((end.error().code == errc::closed));
    const auto later = co_await db.get_commit_position(asio::use_awaitable);
    BOOST_TEST((later.error().code == errc::closed));
    BOOST_TEST((co_await db.close(asio::use_awaitable)).has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_reading_that_is_dropped_midway_ends_quietly) {
  run([&]() -> asio::awaitable<void> {
    const auto done = co_await db.append_to_stream(a, stream_state::any, some_events(5000), asio::use_awaitable);
    BOOST_TEST(done.has_value());
    for (auto i = 0; i < 200; ++i) {
      auto reading = db.read_stream(a);
      const auto batch = co_await reading.next(asio::use_awaitable);
      BOOST_TEST_REQUIRE(batch.has_value());
    }
  });
}

BOOST_AUTO_TEST_CASE(a_second_next_before_the_first_has_completed_is_refused) {
  run([&]() -> asio::awaitable<void> {
    auto followed = co_await db.subscribe_to_stream(empty, {}, asio::use_awaitable);
    BOOST_TEST_REQUIRE(followed.has_value());
    const auto live = co_await followed->next(asio::use_awaitable);
    BOOST_TEST(live.has_value());
    auto pending = followed->next(asio::use_future);
    const auto second = co_await followed->next(asio::use_awaitable);
    BOOST_TEST((second.error().code == errc::invalid_argument));
    followed->cancel();
  });
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_completes_what_is_pending_with_closed) {
  // Nobody listens there: the read waits for a node.
  auto nowhere = *kdb::async_client::connect(io.get_executor(), "kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=-1");
  auto reading = nowhere.read_stream(a);
  auto pending = reading.next(asio::use_future);
  std::thread runner{[&] { io.run(); }};
  BOOST_TEST((pending.wait_for(50ms) == std::future_status::timeout));
  reading.cancel();
  reading.cancel();
  BOOST_REQUIRE((pending.wait_for(20s) == std::future_status::ready));
  BOOST_TEST((pending.get().error().code == errc::closed));
  runner.join();
}

BOOST_AUTO_TEST_CASE(a_subscription_that_is_dropped_completes_what_is_pending_with_cancelled) {
  std::thread runner;
  {
    const auto guard = asio::make_work_guard(io);
    runner = std::thread{[&] { io.run(); }};
    std::optional<kdb::async_subscription> followed = std::move(*db.subscribe_to_stream(empty, {}, asio::use_future).get());
    BOOST_TEST(followed->next(asio::use_future).get().has_value()); // Caught up.
    auto pending = followed->next(asio::use_future);
    BOOST_TEST((pending.wait_for(50ms) == std::future_status::timeout));
    followed.reset();
    BOOST_REQUIRE((pending.wait_for(20s) == std::future_status::ready));
    BOOST_TEST((pending.get().error().code == errc::cancelled));
  }
  runner.join();
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_waits_for_a_batch_is_cancelled_by_another) {
  run([&]() -> asio::awaitable<void> {
    auto followed = co_await db.subscribe_to_stream(empty, {}, asio::use_awaitable);
    BOOST_TEST_REQUIRE(followed.has_value());
    const auto live = co_await followed->next(asio::use_awaitable);
    BOOST_TEST(live.has_value());
    asio::post(io, [&] { followed->cancel(); });
    const auto end = co_await followed->next(asio::use_awaitable);
    BOOST_TEST((end.error().code == errc::cancelled));
    BOOST_TEST((followed->ended()->reason == kdb::end_reason::cancelled));
    const auto connected = co_await db.wait_connected(20s, asio::use_awaitable);
    BOOST_TEST(followed->ended()->node == to_string(connected.value().node));
  });
}

BOOST_AUTO_TEST_CASE(an_append_in_parts_completes_with_its_plain_result) {
  run([&]() -> asio::awaitable<void> {
    kdb::append_in_parts_options small;
    small.part_bytes = 1;
    const auto done = co_await db.append_in_parts(a, stream_state::no_stream, some_events(5), small, asio::use_awaitable);
    BOOST_TEST(done.complete());
    BOOST_TEST(done.parts == 5u);
    const auto all = co_await db.read_stream_to_end(a, {}, asio::use_awaitable);
    BOOST_TEST_REQUIRE(all.has_value());
    BOOST_TEST(all->size() == 5u);
    BOOST_TEST((all->bounds().last == kdb::stream_revision{4}));
    BOOST_TEST((co_await db.close(asio::use_awaitable)).has_value());
    const auto later = co_await db.append_in_parts(a, stream_state::any, some_events(5), small, asio::use_awaitable);
    BOOST_TEST((later.stopped->code == errc::closed));
  });
}

BOOST_AUTO_TEST_CASE(clients_go_while_operations_are_pending) {
  std::vector<std::future<kdb::result<kdb::log_position>>> pending;
  {
    auto other = *kdb::async_client::connect(io.get_executor(), server.settings());
    for (auto i = 0; i < 50; ++i)
      pending.push_back(other.get_commit_position(asio::use_future));
  }
  std::thread runner{[&] { io.run(); }};
  for (auto& each : pending) {
    BOOST_REQUIRE((each.wait_for(20s) == std::future_status::ready));
    const auto outcome = each.get();
    BOOST_TEST((outcome.has_value() || outcome.error().code == errc::closed));
  }
  runner.join();
}

BOOST_AUTO_TEST_SUITE_END()
