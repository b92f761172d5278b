// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include "tests/fixtures/child_node.hpp"
#include "tests/fixtures/tcp_proxy.hpp"

namespace kdb::integration {

namespace {

/// A node behind a bad network, and a client of the network; `direct` goes around it.
struct behind_proxy {
  explicit behind_proxy(
    way which, void (*adjust)(settings&) = [](settings&) {})
    : client{connect_adjusted(which, adjust)}, direct{connect(which, node.connection_string())} {}

  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  std::unique_ptr<driver> client;
  std::unique_ptr<driver> direct;

private:
  std::unique_ptr<driver> connect_adjusted(way which, void (*adjust)(settings&)) const {
    auto how = settings_for(proxy.connection_string());
    adjust(how);
    return connect(which, how);
  }
};

bool has_events(driver& client, const std::string& stream) {
  return read_to_end(client.read_stream(stream)).end.has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(failure, *fixtures::needs_own_node())

// -- connecting ------------------------------------------------------------------------------

KDB_SCENARIO(a_client_made_while_the_server_is_down_works_once_it_is_up) {
  fixtures::child_node node;
  node.kill();
  const auto client = connect(which, node.connection_string());
  const auto why = error_of(client->append("s", stream_state::any, numbered(1)));
  BOOST_TEST(why.code == errc::discovery_failed);
  BOOST_TEST(why.retry_can_help);
  BOOST_TEST(!why.outcome_unknown);
  BOOST_TEST(error_of(read_to_end(client->read_stream("s")).end).code == errc::discovery_failed);
  BOOST_TEST(error_of(client->subscribe_to_stream("s")).code == errc::discovery_failed);
  node.restart();
  value_of(client->append("s", stream_state::no_stream, numbered(1)));
  BOOST_TEST(read_to_end(client->read_stream("s")).events().size() == 1u);
}

KDB_SCENARIO(waiting_for_a_connection_goes_on_until_the_server_is_there) {
  behind_proxy s{which};
  s.proxy.refuse();
  BOOST_TEST(error_of(s.client->wait_connected(200ms)).code == errc::deadline_exceeded);
  auto waiting = std::async(std::launch::async, [&] { return s.client->wait_connected(); });
  BOOST_TEST(error_of(s.client->get_commit_position()).code == errc::discovery_failed);
  s.proxy.accept_again();
  const auto found = value_of(fixtures::value_of(waiting, "the connection"));
  BOOST_TEST(to_string(found.node) == "127.0.0.1:" + std::to_string(s.proxy.port()));
}

KDB_SCENARIO(a_wait_that_is_not_positive_is_refused) {
  scenario s{which};
  BOOST_TEST(error_of(s.client->wait_connected(0ms)).code == errc::invalid_argument);
}

// -- a node that dies --------------------------------------------------------------------------

KDB_SCENARIO(everything_pending_ends_once_when_the_node_is_killed_and_the_next_operation_works) {
  fixtures::child_node node;
  const auto client = connect(which, node.connection_string());
  value_of(client->append("s", stream_state::any, numbered(10)));
  for (int round = 0; round < 2; ++round) {
    node.freeze();
    std::vector<std::future<result<append_result>>> appends;
    for (int i = 0; i < 20; ++i)
      appends.push_back(client->start_append("s", stream_state::any, numbered(1)));
    auto head = std::async(std::launch::async, [&] { return client->get_commit_position(); });
    auto read = std::async(std::launch::async, [&] { return read_to_end(client->read_stream("s")).end; });
    auto subscribing = std::async(std::launch::async, [&] { return client->subscribe_to_stream("s"); });
    node.kill();
    for (auto& each : appends)
      BOOST_TEST(!fixtures::value_of(each, "the end of an append").has_value());
    BOOST_TEST(!fixtures::value_of(head, "the end of a head position").has_value());
    BOOST_TEST(!fixtures::value_of(read, "the end of a read").has_value());
    BOOST_TEST(!fixtures::value_of(subscribing, "the end of a subscription's start").has_value());
    node.restart();
    value_of(client->append("s", stream_state::any, numbered(10)));
    BOOST_TEST(read_to_end(client->read_stream("s")).events().size() == 10u);
  }
}

KDB_SCENARIO(an_append_that_was_sent_to_a_killed_node_may_have_been_written) {
  fixtures::child_node node;
  const auto client = connect(which, node.connection_string());
  value_of(client->append("s", stream_state::any, numbered(1))); // The shared call is open.
  node.freeze();
  auto append = client->start_append("s", stream_state::any, numbered(1));
  BOOST_TEST((append.wait_for(100ms) == std::future_status::timeout));
  node.kill();
  const auto why = error_of(fixtures::value_of(append, "the end of an append"));
  BOOST_TEST(why.code == errc::unavailable);
  BOOST_TEST(why.outcome_unknown);
  BOOST_TEST(why.retry_can_help);
}

KDB_SCENARIO(a_subscription_goes_on_where_it_was_after_its_node_is_restarted) {
  fixtures::child_node node;
  const auto client = connect(which, node.connection_string());
  value_of(client->append("s", stream_state::any, numbered(10)));
  const auto subscription = value_of(client->subscribe_to_stream("s"));
  BOOST_TEST((follow_until_caught_up(*subscription).revisions() == numbers(0, 10)));
  for (std::uint64_t round = 1; round <= 3; ++round) {
    node.restart();
    // Its memory is lost: what was there is written again, and not delivered again.
    const auto before = round * 10, now = before + 10;
    value_of(client->append("s", stream_state::any, numbered(now)));
    BOOST_TEST((follow_events(*subscription, 10).revisions() == numbers(before, now)));
  }
  subscription->cancel();
  BOOST_TEST(follow_to_end(*subscription).reason == end_reason::cancelled);
  BOOST_TEST(subscription->after_the_end() == 0u);
}

// -- connections that are cut -------------------------------------------------------------------

KDB_SCENARIO(a_read_whose_connection_is_cut_ends_with_an_error_and_the_next_one_works) {
  behind_proxy s{which};
  for (int i = 0; i < 40; ++i) // More than is read ahead.
    value_of(s.direct->append("s", stream_state::any, {sized(1 << 20)}));
  const auto reading = s.client->read_stream("s");
  BOOST_REQUIRE(!value_of(reading->next()).empty());
  s.proxy.cut();
  const auto rest = read_to_end(*reading);
  const auto why = error_of(rest.end);
  BOOST_TEST(why.code == errc::unavailable);
  BOOST_TEST(why.retry_can_help);
  BOOST_TEST(!why.outcome_unknown);
  BOOST_TEST(error_of(reading->finish()).code == errc::unavailable);
  const auto again = read_to_end(s.client->read_stream("s"));
  require(again.end);
  BOOST_TEST((again.revisions() == numbers(0, 40)));
}

KDB_SCENARIO(an_append_whose_answer_is_lost_says_so_and_its_retry_finds_it) {
  for (const auto own_call : {false, true}) {
    behind_proxy s{which, [](settings& how) { how.credentials_in_clear = true; }};
    append_options options;
    if (own_call)
      options.call.credentials = credentials::basic("admin", "changeit");
    value_of(s.client->append("other", stream_state::any, numbered(1), options));
    const auto events = numbered(3);
    s.proxy.stall_answers();
    auto append = s.client->start_append("s", stream_state::no_stream, events, options);
    fixtures::wait_until("the events on the node", [&] { return has_events(*s.direct, "s"); });
    s.proxy.cut();
    const auto why = error_of(fixtures::value_of(append, "the end of an append"));
    BOOST_TEST(why.code == errc::unavailable);
    BOOST_TEST(why.outcome_unknown);
    s.proxy.resume();
    BOOST_TEST(value_of(s.client->append("s", stream_state::no_stream, events, options)).revision.value().value == 2u);
    BOOST_TEST(read_to_end(s.direct->read_stream("s")).events().size() == 3u);
  }
}

KDB_SCENARIO(a_large_append_that_is_cut_off_writes_nothing) {
  behind_proxy s{which};
  require(s.client->wait_connected().transform([](const connected&) {}));
  s.proxy.slow(4 << 20);
  const auto before = s.proxy.bytes_to_clients();
  auto append = s.client->start_append("s", stream_state::no_stream, {sized(10 << 20), sized(10 << 20)});
  // gRPC begins again by itself with what was not on its way yet.
  fixtures::wait_until("the node to ask for more of it", [&] { return s.proxy.bytes_to_clients() > before + 100; });
  s.proxy.cut();
  s.proxy.resume();
  const auto why = error_of(fixtures::value_of(append, "the end of an append"));
  BOOST_TEST(why.code == errc::unavailable);
  BOOST_TEST(!has_events(*s.direct, "s"));
  value_of(s.client->append("s", stream_state::no_stream, numbered(1)));
}

KDB_SCENARIO(subscriptions_whose_connection_is_cut_again_and_again_miss_and_repeat_nothing) {
  constexpr std::size_t total = 5'000, at_once = 500;
  behind_proxy s{which};
  const auto before = value_of(s.direct->append("before", stream_state::any, numbered(1))).position.value();
  value_of(s.direct->append("s", stream_state::any, numbered(at_once)));
  const auto one = value_of(s.client->subscribe_to_stream("s"));
  const auto all = value_of(s.client->subscribe_to_all({.from = before}));
  const auto from_end = value_of(s.client->subscribe_to_stream("s", {.from = stream_end}));
  follow_until_caught_up(*from_end);
  std::vector<std::uint64_t> one_got, all_got, end_got;
  const auto follow = [](running_subscription& from, std::vector<std::uint64_t>& got, std::size_t wanted) {
    while (got.size() < wanted)
      for (const auto revision : follow_events(from, 1).revisions())
        got.push_back(revision);
  };
  for (auto n = at_once; n < total; n += at_once) {
    value_of(s.direct->append("s", stream_state::any, numbered(at_once, n)));
    s.proxy.cut();
    follow(*one, one_got, n - at_once / 2);
  }
  follow(*one, one_got, total);
  follow(*all, all_got, total);
  follow(*from_end, end_got, total - at_once);
  BOOST_TEST((one_got == numbers(0, total)));
  BOOST_TEST((all_got == numbers(0, total)));
  BOOST_TEST((end_got == numbers(at_once, total)));
}

KDB_SCENARIO(a_subscription_from_the_end_that_is_cut_while_nothing_happens_misses_nothing) {
  behind_proxy s{which};
  value_of(s.direct->append("s", stream_state::any, numbered(5)));
  const auto one = value_of(s.client->subscribe_to_stream("s", {.from = stream_end}));
  const auto all = value_of(s.client->subscribe_to_all({.from = all_end}));
  const auto missing = value_of(s.client->subscribe_to_stream("later", {.from = stream_end}));
  for (auto* each : {one.get(), all.get(), missing.get()})
    follow_until_caught_up(*each);
  s.proxy.refuse();
  s.proxy.cut();
  value_of(s.direct->append("s", stream_state::any, numbered(2)));
  value_of(s.direct->append("later", stream_state::any, numbered(2)));
  s.proxy.accept_again();
  BOOST_TEST((follow_events(*one, 2).revisions() == numbers(5, 7)));
  BOOST_TEST(follow_events(*all, 4).count() == 4u);
  BOOST_TEST((follow_events(*missing, 2).revisions() == numbers(0, 2)));
}

// -- connections that are silent --------------------------------------------------------------

KDB_SCENARIO(a_first_answer_that_does_not_come_ends_the_start) {
  behind_proxy s{which, [](settings& how) { how.start_timeout = 300ms; }};
  value_of(s.client->append("s", stream_state::any, numbered(1)));
  s.proxy.stall();
  const auto read = error_of(read_to_end(s.client->read_stream("s")).end);
  BOOST_TEST(read.code == errc::deadline_exceeded);
  BOOST_TEST(read.retry_can_help);
  BOOST_TEST(error_of(s.client->subscribe_to_stream("s")).code == errc::deadline_exceeded);
  s.proxy.resume();
  BOOST_TEST(read_to_end(s.client->read_stream("s")).events().size() == 1u);
}

KDB_SCENARIO(keepalive_ends_a_dead_connection_within_its_limits) {
  behind_proxy s{which, [](settings& how) {
                   how.keep_alive_interval = 500ms;
                   how.keep_alive_timeout = 500ms;
                 }};
  value_of(s.direct->append("s", stream_state::any, numbered(5)));
  value_of(s.client->append("other", stream_state::any, numbered(1)));
  const auto subscription = value_of(s.client->subscribe_to_stream("s"));
  follow_until_caught_up(*subscription);
  s.proxy.stall();
  const fixtures::stopwatch since;
  auto append = s.client->start_append("other", stream_state::any, numbered(1));
  const auto why = error_of(fixtures::value_of(append, "the end of an append"));
  BOOST_TEST(why.code == errc::unavailable);
  BOOST_TEST(why.outcome_unknown);
  BOOST_TEST((since.elapsed() < 1s + 2 * fixtures::soon));
  value_of(s.direct->append("s", stream_state::any, numbered(5)));
  s.proxy.resume();
  BOOST_TEST((follow_events(*subscription, 5).revisions() == numbers(5, 10)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
