// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/async_client.hpp>

#include <boost/asio/io_context.hpp>
#include <caf/scoped_actor.hpp>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

#include "tests/fixtures/wait.hpp"
#include <kdb/actors.hpp>
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>
#include <kdb/tcp_proxy.hpp>

// What a program's sinks refer to may go when the client has gone.
namespace kdb::test {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// Sinks of one client that is destroyed at some time, and whether they were called after it.
class watched_sinks {
public:
  settings for_node(const std::string& connection_string) {
    auto made = settings::from_connection_string(connection_string).value();
    made.minimum_log_level = log_level::debug;
    made.log = [this](log_level, std::string_view) { note(false); };
    made.on_change = [this](const connection_change& change) { note(std::holds_alternative<client_closed>(change)); };
    return made;
  }

  /// The client has been destroyed.
  void client_is_gone() {
    std::lock_guard lock{mutex_};
    gone_ = true;
  }

  /// After the last call of a sink.
  void expect_silence() {
    fixtures::wait_until("the close to be told", [&] {
      std::lock_guard lock{mutex_};
      return closed_;
    });
    std::lock_guard lock{mutex_};
    BOOST_TEST(late_calls_ == 0u);
  }

private:
  void note(bool closed) {
    std::lock_guard lock{mutex_};
    closed_ = closed_ || closed;
    late_calls_ += gone_ ? 1 : 0;
  }

  std::mutex mutex_;
  bool gone_ = false;
  bool closed_ = false;
  unsigned late_calls_ = 0;
};

/// Gets an outcome, and keeps the thread that brings it until it is let go: as if that thread was interrupted there.
template <class T>
class slow_handover final : public detail::completion<T> {
public:
  void complete(detail::outcome_t<T> outcome) override {
    {
      const auto dropped = std::move(outcome);
      static_cast<void>(dropped);
    }
    arrived_.set_value();
    let_go_.get_future().wait();
  }
  void await_arrival() { BOOST_TEST_REQUIRE((arrived_.get_future().wait_for(fixtures::patience) == std::future_status::ready)); }
  void let_go() { let_go_.set_value(); }

private:
  std::promise<void> arrived_;
  std::promise<void> let_go_;
};

using core = std::optional<detail::async_core>;

/// Destroys the last handle of a client while the thread that has brought an outcome is still busy with that.
template <class T, class Ask>
void destroy_during_handover(const std::string& connection_string, Ask ask) {
  watched_sinks sinks;
  core db = detail::async_core::start(sinks.for_node(connection_string)).value();
  const auto done = std::make_shared<slow_handover<T>>();
  ask(*db, done);
  done->await_arrival();
  auto destroyed = std::async(std::launch::async, [&] {
    db.reset();
    sinks.client_is_gone();
  });
  destroyed.wait_for(100ms); // A client that does not wait for its sinks is gone by now.
  done->let_go();
  fixtures::value_of(destroyed, "the end of the client");
  sinks.expect_silence();
}

} // namespace

BOOST_AUTO_TEST_SUITE(sinks)

BOOST_AUTO_TEST_CASE(they_are_silent_after_an_asio_client_that_goes_while_an_answer_arrives) {
  const devnode node;
  destroy_during_handover<client_status>(node.connection_string(),
                                         [](const detail::async_core& db, auto done) { db.ask(get_status{}, std::move(done)); });
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_an_asio_client_that_goes_while_a_call_is_answered) {
  const devnode node;
  destroy_during_handover<std::vector<group_info>>(
    node.connection_string(), [](const detail::async_core& db, auto done) { db.ask(list_groups{}, std::move(done)); });
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_an_asio_client_that_goes_while_a_start_fails) {
  const devnode node;
  destroy_during_handover<std::shared_ptr<detail::async_consumer_state>>(
    node.connection_string(), [](const detail::async_core& db, auto done) {
      db.consume({"s", "no such group"}, {}, std::move(done));
    });
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_an_asio_client_that_goes_while_a_watch_begins) {
  const devnode node;
  destroy_during_handover<std::shared_ptr<detail::async_statistics_state>>(
    node.connection_string(), [](const detail::async_core& db, auto done) { db.watch_statistics({}, std::move(done)); });
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_an_asio_client_that_goes_while_operations_are_pending) {
  const devnode node;
  tcp_proxy proxy{node.port()};
  watched_sinks sinks;
  asio::io_context io;
  {
    const auto db = async_client::connect(io.get_executor(), sinks.for_node(proxy.connection_string())).value();
    db.wait_connected(fixtures::patience, [](const result<connected>&) {});
    io.run();
    proxy.stall();
    for (int i = 0; i < 10; ++i)
      db.get_commit_position({}, [](const result<log_position>&) {});
  }
  sinks.client_is_gone();
  sinks.expect_silence();
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_the_last_subscription_of_an_asio_client) {
  const devnode node;
  watched_sinks sinks;
  asio::io_context io;
  std::optional<async_subscription> news;
  {
    const auto db = async_client::connect(io.get_executor(), sinks.for_node(node.connection_string())).value();
    db.subscribe_to_stream("s", {}, [&](result<async_subscription> started) { news.emplace(std::move(*started)); });
    io.run();
  }
  BOOST_TEST_REQUIRE(news.has_value());
  news->next([](const result<event_batch>&) {});
  news.reset();
  sinks.client_is_gone();
  sinks.expect_silence();
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_a_blocking_client) {
  const devnode node;
  watched_sinks sinks;
  {
    const auto db = client::connect(sinks.for_node(node.connection_string())).value();
    static_cast<void>(db.wait_connected(fixtures::patience).value());
  }
  sinks.client_is_gone();
  sinks.expect_silence();
}

BOOST_AUTO_TEST_CASE(they_are_silent_after_the_actor_system_of_a_client) {
  const devnode node;
  watched_sinks sinks;
  {
    owned_system owned;
    caf::scoped_actor self{owned.system()};
    const auto db = spawn_client(owned.system(), sinks.for_node(node.connection_string())).value();
    any_caf::request(self, db, caf::infinite, wait_connected{}).receive([](const connected&) {}, [](const caf::error&) {});
    any_caf::request(self, db, caf::infinite, kdb::close{}).receive([] {}, [](const caf::error&) {});
  }
  sinks.client_is_gone();
  sinks.expect_silence();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::test
