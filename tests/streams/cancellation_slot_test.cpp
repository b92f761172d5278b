// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/async_client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>

#include <kdb/devnode.hpp>
#include <kdb/tcp_proxy.hpp>

// Cancellation slots of Asio, which Boost has since 1.77. CMake leaves this file out where it is older.

using namespace kdb;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::use_awaitable;
using namespace asio::experimental::awaitable_operators;

namespace {

std::vector<new_event> one_event() {
  return {new_event::json("t", "{}")};
}

struct fixture {
  void run(asio::awaitable<void> program) {
    std::optional<std::exception_ptr> end;
    asio::co_spawn(io, std::move(program), [&](std::exception_ptr thrown) { end = thrown; });
    io.run_for(60s);
    BOOST_REQUIRE(end);
    if (*end)
      std::rethrow_exception(*end);
  }

  devnode node;
  tcp_proxy proxy{node.port()};
  asio::io_context io;
  async_client db =
    *async_client::connect(io.get_executor(), "kurrentdb://127.0.0.1:" + std::to_string(proxy.port()) + "?tls=false");
};

} // namespace

BOOST_AUTO_TEST_SUITE(cancellation_slots)

BOOST_AUTO_TEST_CASE(a_next_that_loses_against_a_timer_loses_no_batch) {
  fixture f;
  f.run([](async_client db) -> asio::awaitable<void> {
    auto subscription = co_await db.subscribe_to_stream("s", subscribe_to_stream_options{}, use_awaitable);
    for (auto round = 0; round < 3; ++round) {
      asio::steady_timer timer{co_await asio::this_coro::executor, 50ms};
      const auto first = co_await (subscription->next(use_awaitable) || timer.async_wait(use_awaitable));
      BOOST_TEST(first.index() == 1u);
    }
    BOOST_TEST((co_await db.append_to_stream("s", stream_state::any, one_event(), use_awaitable)).has_value());
    const auto batch = co_await subscription->next(use_awaitable);
    BOOST_TEST(batch.value().size() >= 1u);
  }(f.db));
}

BOOST_AUTO_TEST_CASE(an_operation_that_loses_against_a_timer_ends) {
  fixture f;
  f.run([](async_client db, tcp_proxy& proxy) -> asio::awaitable<void> {
    BOOST_TEST((co_await db.append_to_stream("s", stream_state::any, one_event(), use_awaitable)).has_value());
    proxy.stall();
    asio::steady_timer timer{co_await asio::this_coro::executor, 100ms};
    const auto first = co_await (db.create_group("s", "g", use_awaitable) || timer.async_wait(use_awaitable));
    BOOST_TEST(first.index() == 1u);
    proxy.resume();
  }(f.db, f.proxy));
}

BOOST_AUTO_TEST_CASE(a_signal_cancels_an_append) {
  fixture f;
  f.run([](async_client db, tcp_proxy& proxy) -> asio::awaitable<void> {
    BOOST_TEST((co_await db.append_to_stream("s", stream_state::any, one_event(), use_awaitable)).has_value());
    proxy.stall();
    asio::cancellation_signal signal;
    asio::steady_timer completed{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    std::optional<result<append_result>> outcome;
    db.append_to_stream("s", stream_state::any, one_event(),
                        asio::bind_cancellation_slot(signal.slot(), [&](result<append_result> given) {
                          outcome = std::move(given);
                          completed.expires_at(asio::steady_timer::time_point::min());
                        }));
    signal.emit(asio::cancellation_type::terminal);
    try {
      co_await completed.async_wait(use_awaitable);
    } catch (const boost::system::system_error&) { // The change of the time ended the wait.
    }
    BOOST_REQUIRE(outcome);
    BOOST_TEST((outcome->error().code == errc::cancelled));
    proxy.resume();
  }(f.db, f.proxy));
}

BOOST_AUTO_TEST_SUITE_END()
