// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/async_client.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "tests/fixtures/wait.hpp"
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

namespace kdb::test {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

std::vector<new_event> one_event() {
  std::vector<new_event> events;
  events.push_back(new_event::json("t", "{}"));
  return events;
}

/// What a handler owns; a test sees whether it still exists.
struct tracked {
  std::shared_ptr<int> token = std::make_shared<int>(0);
  std::weak_ptr<int> watch() const { return token; }
};

/// Kept by its own handlers, as sessions are.
struct session : std::enable_shared_from_this<session> {
  explicit session(async_client given) : db{std::move(given)} {}

  void start() {
    db.subscribe_to_stream("s", {.from = stream_end}, [self = shared_from_this()](result<async_subscription> started) {
      if (!started)
        return;
      self->news.emplace(std::move(*started));
      self->following = true;
      self->next();
    });
  }
  void next() {
    news->next([self = shared_from_this()](const result<event_batch>& batch) {
      if (batch)
        self->next();
    });
  }

  async_client db;
  std::optional<async_subscription> news;
  bool following = false;
};

/// Runs the context until something holds.
template <class Condition>
void run_until(asio::io_context& io, Condition holds) {
  const fixtures::stopwatch since;
  while (!holds() && since.elapsed() < 10s)
    io.run_one_for(100ms);
  BOOST_TEST_REQUIRE(holds());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_context_that_is_destroyed_drops_the_handlers_that_wait) {
  const devnode node;
  std::weak_ptr<session> alive;
  {
    asio::io_context io;
    {
      auto made = std::make_shared<session>(async_client::connect(io.get_executor(), node.connection_string()).value());
      made->start();
      alive = made;
    }
    run_until(io, [&] { return alive.expired() || alive.lock()->following; });
    BOOST_TEST(!alive.expired());
    io.stop();
  }
  BOOST_TEST(alive.expired());
  // What comes now finds nobody.
  auto other = client::connect(node.connection_string()).value();
  BOOST_TEST(other.append_to_stream("s", stream_state::any, one_event()).has_value());
}

BOOST_AUTO_TEST_CASE(answers_that_come_while_a_context_is_destroyed_are_dropped) {
  const devnode node;
  for (auto round = 0; round < 20; ++round) {
    std::optional<asio::io_context> io{std::in_place};
    std::optional db = async_client::connect(io->get_executor(), node.connection_string()).value();
    const tracked owned;
    for (auto i = 0; i < 200; ++i)
      db->append_to_stream("s" + std::to_string(i), stream_state::any, one_event(),
                           [token = owned.token](const result<append_result>&) {});
    io->run_for(std::chrono::milliseconds{round}); // So that answers are anywhere on their way.
    io.reset();
    BOOST_TEST(owned.token.use_count() == 1);
    db.reset();
  }
}

BOOST_AUTO_TEST_CASE(a_client_whose_context_is_gone_can_be_closed_and_destroyed) {
  const devnode node;
  std::optional<async_client> db;
  std::optional<async_reading> events;
  {
    asio::io_context io;
    db = async_client::connect(io.get_executor(), node.connection_string()).value();
    events.emplace(db->read_all());
    events->next([](const result<event_batch>&) {});
    db->close([](const result<void>&) {});
  }
  events->cancel();
  events.reset();
  BOOST_CHECK_NO_THROW(db.reset());
}

BOOST_AUTO_TEST_CASE(handlers_on_another_context_go_with_that_context) {
  const devnode node;
  asio::io_context io;
  auto db = async_client::connect(io.get_executor(), node.connection_string()).value();
  const tracked on_pool, on_strand;
  std::optional<async_subscription> news;
  db.subscribe_to_stream("s", {.from = stream_end},
                         [&](result<async_subscription> started) { news.emplace(std::move(*started)); });
  run_until(io, [&] { return news.has_value(); });
  {
    asio::thread_pool pool{1};
    asio::io_context second;
    news->next(asio::bind_executor(pool.get_executor(), [token = on_pool.token](const result<event_batch>&) {}));
    db.wait_connected(1h, asio::bind_executor(asio::make_strand(second), [token = on_strand.token](const result<connected>&) {}));
    pool.stop();
  }
  BOOST_TEST(on_pool.token.use_count() == 1);
  BOOST_TEST(on_strand.token.use_count() == 1);
  news->cancel();
}

BOOST_AUTO_TEST_CASE(a_handler_that_can_only_be_moved_is_called) {
  const devnode node;
  asio::io_context io;
  auto db = async_client::connect(io.get_executor(), node.connection_string()).value();
  auto called = 0;
  const auto count = [&] { return [&called, owned = std::make_unique<int>(1)](const auto&) { called += *owned; }; };
  db.wait_connected(10s, count());
  db.get_status(count());
  db.append_to_stream("s", stream_state::any, one_event(), count());
  db.append_to_stream("s", stream_state::any, one_event(), {}, count());
  db.append_in_parts("s", stream_state::any, one_event(), {}, count());
  db.get_current_version("s", {}, count());
  db.create_group("s", "g", {}, count());
  db.list_users({}, count());
  db.subscribe_to_stream("s", {}, count());
  auto events = db.read_stream("s");
  events.next(count());
  std::promise<result<log_position>> promise;
  auto head = promise.get_future();
  db.get_commit_position(
    [promise = std::move(promise)](result<log_position> found) mutable { promise.set_value(std::move(found)); });
  io.run();
  BOOST_TEST(called == 10);
  BOOST_TEST(head.get().has_value());
}

} // namespace kdb::test
