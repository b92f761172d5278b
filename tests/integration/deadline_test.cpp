// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include "tests/fixtures/tcp_proxy.hpp"

namespace kdb::integration {

namespace {

constexpr auto short_deadline = 300ms;
const call_options in_time{.deadline = short_deadline};

/// A client that knows its node, and a connection that has fallen silent since.
struct silent {
  explicit silent(way which, bool with_default = false) : client{make(which, with_default)} {
    require(client->wait_connected().transform([](const connected&) {}));
    value_of(client->append("s", stream_state::any, numbered(1)));
    proxy.stall();
    since = {};
  }

  /// The error is a deadline's, and came in time.
  void expect_overdue(const error& why, bool outcome_unknown) const {
    BOOST_TEST(why.code == errc::deadline_exceeded);
    BOOST_TEST(why.outcome_unknown == outcome_unknown);
    BOOST_TEST((since.elapsed() >= short_deadline - 20ms));
    BOOST_TEST((since.elapsed() < short_deadline + fixtures::soon));
  }

  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  std::unique_ptr<driver> client;
  fixtures::stopwatch since;

private:
  std::unique_ptr<driver> make(way which, bool with_default) const {
    auto how = settings_for(proxy.connection_string());
    how.credentials_in_clear = true;
    if (with_default)
      how.default_deadline = short_deadline;
    return connect(which, how);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(deadline)

KDB_NODE_SCENARIO(an_append_that_was_sent_and_is_not_answered_in_time_may_have_been_written) {
  silent s{which};
  s.expect_overdue(error_of(s.client->append("s", stream_state::any, numbered(1), {.call = in_time})), true);
  s.proxy.resume();
  value_of(s.client->append("s", stream_state::any, numbered(1)));
}

KDB_NODE_SCENARIO(an_append_of_its_own_call_has_the_same_deadline) {
  silent s{which};
  auto call = in_time;
  call.credentials = credentials::basic("admin", "changeit");
  s.expect_overdue(error_of(s.client->append("s", stream_state::any, numbered(1), {.call = call})), true);
}

KDB_NODE_SCENARIO(an_append_that_finds_no_node_in_time_was_not_written) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  proxy.stall();
  const auto client = connect(which, proxy.connection_string());
  const fixtures::stopwatch since;
  const auto why = error_of(client->append("s", stream_state::any, numbered(1), {.call = in_time}));
  BOOST_TEST(why.code == errc::deadline_exceeded);
  BOOST_TEST(!why.outcome_unknown);
  BOOST_TEST((since.elapsed() < short_deadline + fixtures::soon));
  BOOST_TEST(error_of(read_to_end(client->read_stream("s", {.call = in_time})).end).code == errc::deadline_exceeded);
  BOOST_TEST(error_of(client->subscribe_to_stream("s", {.call = in_time})).code == errc::deadline_exceeded);
  BOOST_TEST(error_of(client->get_commit_position({.call = in_time})).code == errc::deadline_exceeded);
}

KDB_NODE_SCENARIO(a_read_ends_at_its_deadline) {
  silent s{which};
  s.expect_overdue(error_of(read_to_end(s.client->read_stream("s", {.call = in_time})).end), false);
}

KDB_NODE_SCENARIO(a_read_of_all_streams_ends_at_its_deadline) {
  silent s{which};
  s.expect_overdue(error_of(read_to_end(s.client->read_all({.call = in_time})).end), false);
}

KDB_NODE_SCENARIO(the_head_position_has_a_deadline) {
  silent s{which};
  s.expect_overdue(error_of(s.client->get_commit_position({.call = in_time})), false);
}

KDB_NODE_SCENARIO(the_start_of_a_subscription_has_a_deadline) {
  silent s{which};
  s.expect_overdue(error_of(s.client->subscribe_to_stream("s", {.call = in_time})), false);
}

KDB_NODE_SCENARIO(the_settings_have_a_deadline_for_operations_without_one) {
  silent s{which, true};
  s.expect_overdue(error_of(s.client->append("s", stream_state::any, numbered(1))), true);
  s.since = {};
  s.expect_overdue(error_of(read_to_end(s.client->read_stream("s")).end), false);
  s.since = {};
  s.expect_overdue(error_of(s.client->get_commit_position()), false);
}

KDB_SCENARIO(a_deadline_that_passes_in_the_middle_of_a_read_ends_it) {
  scenario s{which};
  for (int i = 0; i < 40; ++i) // More than is read ahead.
    value_of(s.client->append(s.stream, stream_state::any, {sized(1 << 20)}));
  const fixtures::stopwatch since;
  const auto reading = s.client->read_stream(s.stream, {.call = {.deadline = 1s * fixtures::slowness}});
  BOOST_REQUIRE(!value_of(reading->next()).empty());
  fixtures::wait_until("the deadline", [&] { return since.elapsed() > 1s * fixtures::slowness; });
  BOOST_TEST(error_of(read_to_end(*reading).end).code == errc::deadline_exceeded);
}

KDB_SCENARIO(no_deadline_ends_a_subscription_that_runs) {
  scenario s{which, [](settings& how) { how.default_deadline = short_deadline; }};
  const auto by_default = value_of(s.client->subscribe_to_stream(s.stream));
  const auto by_call = value_of(s.client->subscribe_to_stream(s.stream, {.call = {.deadline = 1s * fixtures::slowness}}));
  const fixtures::stopwatch since;
  fixtures::wait_until("both deadlines", [&] { return since.elapsed() > 1s * fixtures::slowness + 200ms; });
  value_of(s.client->append(s.stream, stream_state::any, numbered(2)));
  BOOST_TEST(follow_events(*by_default, 2).count() == 2u);
  BOOST_TEST(follow_events(*by_call, 2).count() == 2u);
}

KDB_SCENARIO(an_overdue_append_does_not_disturb_those_in_flight_with_it) {
  scenario s{which};
  std::vector<std::future<result<append_result>>> running;
  for (int i = 0; i < 200; ++i)
    running.push_back(s.client->start_append(s.stream, stream_state::any, numbered(1),
                                             i % 2 ? append_options{} : append_options{.call = {.deadline = 1ms}}));
  for (std::size_t i = 0; i < running.size(); ++i) {
    const auto done = fixtures::value_of(running[i], "an append");
    if (i % 2)
      value_of(done);
    else if (!done)
      BOOST_TEST(done.error().code == errc::deadline_exceeded);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
