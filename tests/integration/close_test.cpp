// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <atomic>
#include <ostream>
#include <thread>

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/tcp_proxy.hpp"

namespace kdb::integration {

namespace {

/// A client, whatever runs on it, and the network it uses.
struct running_client {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  std::unique_ptr<driver> client;
  std::vector<std::future<result<append_result>>> appends;
  std::vector<std::unique_ptr<running_read>> reads;
  std::vector<std::unique_ptr<running_subscription>> subscriptions;
  std::vector<std::future<errc>> others; // The codes of everything else that is pending.

  explicit running_client(way which) : client{connect(which, proxy.connection_string())} {}

  /// Puts the end of something that blocks into `others`.
  template <class Operation>
  void pend(Operation what) {
    others.push_back(std::async(std::launch::async, [what]() -> errc {
      const auto outcome = what();
      return outcome ? errc{} : outcome.error().code;
    }));
  }

  void connect_and_stall() {
    value_of(client->append("s", stream_state::any, numbered(1)));
    proxy.stall();
  }

  void expect_everything_closed() {
    for (auto& each : appends) {
      const auto why = error_of(fixtures::value_of(each, "the end of an append"));
      BOOST_TEST(why.code == errc::closed);
    }
    for (auto& each : others)
      BOOST_TEST(fixtures::value_of(each, "the end of an operation") == errc::closed);
    for (auto& each : reads)
      BOOST_TEST(error_of(read_to_end(*each).end).code == errc::closed);
    for (auto& each : subscriptions) {
      BOOST_TEST(follow_to_end(*each).reason == end_reason::closed);
      BOOST_TEST(each->after_the_end() == 0u);
    }
    expect_nothing_works();
  }

  void expect_nothing_works() {
    BOOST_TEST(error_of(client->append("s", stream_state::any, numbered(1))).code == errc::closed);
    BOOST_TEST(error_of(read_to_end(client->read_stream("s")).end).code == errc::closed);
    BOOST_TEST(error_of(read_to_end(client->read_all()).end).code == errc::closed);
    BOOST_TEST(error_of(client->get_commit_position()).code == errc::closed);
    BOOST_TEST(error_of(client->subscribe_to_stream("s")).code == errc::closed);
    BOOST_TEST(error_of(client->subscribe_to_all()).code == errc::closed);
    BOOST_TEST(error_of(client->wait_connected()).code == errc::closed);
  }
};

struct state {
  const char* name;
  void (*enter)(running_client&);
};

void never_connected(running_client&) {}

void discovering(running_client& s) {
  s.proxy.stall(); // It answers no probe.
  s.pend([client = s.client.get()] { return client->get_commit_position(); });
  s.pend([client = s.client.get()] { return client->wait_connected(); });
  s.pend([client = s.client.get()] { return client->subscribe_to_stream("s"); });
  s.appends.push_back(s.client->start_append("s", stream_state::any, numbered(1)));
  fixtures::wait_until("a connection", [&] { return s.proxy.accepted() > 0; });
}

void refused(running_client& s) {
  s.proxy.refuse();
  BOOST_TEST(error_of(s.client->get_commit_position()).code == errc::discovery_failed);
}

void idle(running_client& s) {
  value_of(s.client->append("s", stream_state::any, numbered(1)));
}

void appending(running_client& s) {
  s.connect_and_stall();
  for (int i = 0; i < 50; ++i)
    s.appends.push_back(s.client->start_append("s", stream_state::any, numbered(1)));
  s.appends.push_back(s.client->start_append("large", stream_state::any, {sized(10 << 20), sized(10 << 20)}));
}

void reading(running_client& s) {
  for (int i = 0; i < 40; ++i)
    value_of(s.client->append("s", stream_state::any, {sized(1 << 20)}));
  for (int i = 0; i < 5; ++i) {
    s.reads.push_back(s.client->read_stream("s"));
    BOOST_REQUIRE(!value_of(s.reads.back()->next()).empty());
  }
}

void reading_in_silence(running_client& s) {
  s.connect_and_stall();
  for (int i = 0; i < 5; ++i) {
    s.pend([client = s.client.get()] { return read_to_end(client->read_stream("s")).end; });
    s.pend([client = s.client.get()] { return client->get_commit_position(); });
  }
}

void subscribed(running_client& s) {
  value_of(s.client->append("s", stream_state::any, numbered(500)));
  for (int i = 0; i < 10; ++i) {
    s.subscriptions.push_back(value_of(s.client->subscribe_to_stream("s")));
    s.subscriptions.push_back(value_of(s.client->subscribe_to_all()));
    follow_until_caught_up(*s.subscriptions.back());
  }
}

void subscribed_in_silence(running_client& s) {
  subscribed(s);
  s.proxy.stall();
  s.pend([client = s.client.get()] { return client->subscribe_to_stream("s"); });
}

void resuming(running_client& s) {
  subscribed(s);
  s.proxy.refuse();
  s.proxy.cut();
}

const std::array states{
  state{"never connected", never_connected},
  state{"discovering", discovering},
  state{"refused", refused},
  state{"idle", idle},
  state{"with appends on a silent connection", appending},
  state{"with readings half read", reading},
  state{"with readings on a silent connection", reading_in_silence},
  state{"with subscriptions", subscribed},
  state{"with subscriptions on a silent connection", subscribed_in_silence},
  state{"with subscriptions that look for a node", resuming},
};

std::ostream& operator<<(std::ostream& out, const state& row) {
  return out << row.name;
}

} // namespace

BOOST_AUTO_TEST_SUITE(close)

KDB_NODE_SCENARIO_TABLE(a_client_closes_soon_and_ends_everything_once_in_every_state, states) {
  running_client s{which};
  row.enter(s);
  const fixtures::stopwatch since;
  s.client->close();
  BOOST_TEST((since.elapsed() < fixtures::soon));
  s.expect_everything_closed();
  const fixtures::stopwatch again;
  s.client->close();
  BOOST_TEST((again.elapsed() < fixtures::soon));
}

KDB_NODE_SCENARIO_TABLE(a_client_may_be_dropped_in_every_state, states) {
  running_client s{which};
  row.enter(s);
  if (!s.others.empty() || !s.appends.empty())
    s.client->close(); // Nobody may use it while it is destroyed.
  for (auto& each : s.others)
    fixtures::value_of(each, "the end of an operation");
  for (auto& each : s.appends)
    static_cast<void>(fixtures::value_of(each, "the end of an append"));
  const fixtures::stopwatch since;
  s.reads.clear();
  s.subscriptions.clear();
  s.client.reset();
  BOOST_TEST((since.elapsed() < fixtures::soon));
}

KDB_NODE_SCENARIO(what_is_unknown_of_an_append_is_said_when_the_client_closes) {
  running_client s{which};
  s.connect_and_stall();
  auto sent = s.client->start_append("s", stream_state::any, numbered(1));
  BOOST_TEST((sent.wait_for(50ms) == std::future_status::timeout));
  s.client->close();
  const auto why = error_of(fixtures::value_of(sent, "the end of an append"));
  BOOST_TEST(why.code == errc::closed);
  BOOST_TEST(why.outcome_unknown);
}

KDB_NODE_SCENARIO(many_threads_may_close_at_once_while_others_work) {
  running_client s{which};
  value_of(s.client->append("s", stream_state::any, numbered(1)));
  std::vector<std::future<void>> workers;
  std::atomic<int> done{0};
  for (int i = 0; i < 4; ++i)
    workers.push_back(std::async(std::launch::async, [&] {
      for (;;) {
        if (!s.client->append("s", stream_state::any, numbered(3)))
          return;
        if (!read_to_end(s.client->read_stream("s", {.direction = backwards, .limit = 10})).end)
          return;
        ++done;
      }
    }));
  fixtures::wait_until("some work", [&] { return done > 20; });
  const fixtures::stopwatch since;
  std::vector<std::thread> closers;
  for (int i = 0; i < 4; ++i)
    closers.emplace_back([&] { s.client->close(); });
  for (auto& each : closers)
    each.join();
  BOOST_TEST((since.elapsed() < fixtures::soon));
  for (auto& each : workers)
    fixtures::value_of(each, "the end of a worker");
  s.expect_nothing_works();
}

KDB_SCENARIO(the_log_sink_may_close_the_client) {
  const fixtures::server server;
  auto how = server.settings();
  std::atomic<driver*> client{nullptr};
  std::atomic<bool> closed{false};
  how.minimum_log_level = log_level::debug;
  how.log = [&](log_level, std::string_view) {
    if (auto* found = client.exchange(nullptr)) {
      found->close();
      closed = true;
    }
  };
  const auto made = connect(which, how);
  client = made.get();
  auto pending = std::async(std::launch::async, [&] { return made->wait_connected(); });
  fixtures::wait_until("the end of closing", [&] { return closed.load(); });
  static_cast<void>(fixtures::value_of(pending, "the end of an operation"));
  BOOST_TEST(error_of(made->get_commit_position()).code == errc::closed);
}

KDB_NODE_SCENARIO(a_closed_client_leaves_no_connection_behind) {
  for (int i = 0; i < 20; ++i) {
    running_client s{which};
    value_of(s.client->append("s", stream_state::any, numbered(100)));
    const auto subscription = value_of(s.client->subscribe_to_stream("s"));
    follow_events(*subscription, 100);
    const auto unfinished = s.client->read_stream("s");
    value_of(unfinished->next());
    BOOST_TEST(s.proxy.connections() > 0u);
    s.client->close();
    fixtures::wait_until("the end of all connections", [&] { return s.proxy.connections() == 0; });
  }
}

KDB_SCENARIO(threads_and_files_are_as_many_after_closing_as_before) {
  const fixtures::server server;
  const auto stream = fixtures::own_names{}("s");
  const auto use = [&] {
    const auto client = connect(which, server.settings());
    value_of(client->append(stream, stream_state::any, numbered(100)));
    const auto subscription = value_of(client->subscribe_to_stream(stream));
    follow_events(*subscription, 100);
    const auto unfinished = client->read_stream(stream);
    value_of(unfinished->next());
    client->close();
  };
  use(); // What gRPC keeps for good is there now.
  const auto rounds = [&] {
    for (int i = 0; i < 10; ++i)
      use();
  };
  rounds();
  const auto files = fixtures::wait_until_steady("steady files", fixtures::open_files, 300ms);
  const auto threads = fixtures::wait_until_steady("steady threads", fixtures::thread_count, 300ms);
  rounds();
  fixtures::wait_until("as many files as before", [&] { return fixtures::open_files() <= files; });
  // gRPC's own pool may have grown by one meanwhile: what leaks would leak ten times.
  fixtures::wait_until("as many threads as before", [&] { return fixtures::thread_count() <= threads + 2; });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
