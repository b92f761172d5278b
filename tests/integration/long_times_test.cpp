// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

// "For ever", as people write it: it never means now.
namespace kdb::integration {

namespace {

using std::chrono::milliseconds;

constexpr std::array for_ever{milliseconds::max(), milliseconds{std::chrono::hours{24 * 365 * 1000}}};
/// The last one is what `hours::max()` becomes in the caller's program.
constexpr std::array below_zero{-1ms, milliseconds::min(), milliseconds{-3'600'000}};

call_options within(milliseconds deadline) {
  return {.deadline = deadline};
}

/// Takes batches until there is an event; how many there are. An empty batch says that the wait was over.
std::size_t follow_one(running_subscription& following, milliseconds wait) {
  for (;;) {
    const auto batch = following.next(wait);
    if (!batch || batch->empty())
      return 0;
    if (const auto events = batch->events(); !events.empty())
      return static_cast<std::size_t>(std::ranges::distance(events.begin(), events.end()));
  }
}

/// The member that an error names.
template <class T>
std::string refused_member(const result<T>& outcome) {
  const auto why = error_of(outcome);
  BOOST_TEST(why.code == errc::invalid_argument);
  const auto* detail = why.template get<bad_argument>();
  return detail ? detail->name : std::string{"none"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(long_times)

KDB_SCENARIO_TABLE(a_deadline_for_ever_does_not_pass, for_ever) {
  scenario s{which, [](settings& settings) { settings.credentials_in_clear = true; }};
  const auto call = within(row);
  value_of(s.client->wait_connected(row));
  value_of(s.client->append(s.stream, stream_state::any, numbered(3), {.call = call}));
  auto own_call = call;
  own_call.credentials = credentials::basic("admin", "changeit");
  value_of(s.client->append(s.stream, stream_state::any, numbered(1), {.call = own_call}));
  auto retried = call;
  retried.retry = 2;
  value_of(s.client->append(s.stream, stream_state::any, numbered(1), {.call = retried}));
  BOOST_TEST(read_to_end(s.client->read_stream(s.stream, {.call = call})).revisions() == numbers(0, 5),
             boost::test_tools::per_element());
  BOOST_TEST(value_of(s.client->read_stream_to_end(s.stream, {.call = retried})).size() == 5u);
  value_of(s.client->get_commit_position({.call = call}));
  value_of(s.client->get_server_info(call));
  value_of(s.client->read_gossip(call));
  require(s.client->create_group(s.stream, "g", {.call = call}));
}

KDB_SCENARIO_TABLE(a_subscription_or_consumer_with_times_for_ever_runs, for_ever) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(2)));
  require(s.client->create_group(s.stream, "g"));
  const resume_options resume{.span = row, .watchdog = row};
  const auto following = value_of(s.client->subscribe_to_stream(s.stream, {.resume = resume, .call = within(row)}));
  BOOST_TEST(follow_events(*following, 2).count() == 2u);
  const auto consumer =
    value_of(s.client->consume(s.group, {.ack_delay = row, .slow_after = row, .resume = {.span = row}, .call = within(row)}));
  const auto batch = value_of(consumer->next());
  BOOST_REQUIRE(!batch.empty());
  BOOST_TEST(value_of(consumer->ack(batch)).taken == batch.size());
}

KDB_SCENARIO_TABLE(times_below_zero_are_refused, below_zero) {
  scenario s{which};
  const auto call = within(row);
  auto retried = call;
  retried.retry = 2;
  BOOST_TEST(refused_member(s.client->wait_connected(row)) == "timeout");
  BOOST_TEST(refused_member(s.client->append(s.stream, stream_state::any, numbered(1), {.call = call})) == "deadline");
  BOOST_TEST(refused_member(s.client->append(s.stream, stream_state::any, numbered(1), {.call = retried})) == "deadline");
  BOOST_TEST(refused_member(read_to_end(s.client->read_stream(s.stream, {.call = call})).end) == "deadline");
  BOOST_TEST(refused_member(s.client->read_stream_to_end(s.stream, {.call = call})) == "deadline");
  BOOST_TEST(refused_member(s.client->get_commit_position({.call = call})) == "deadline");
  BOOST_TEST(refused_member(s.client->get_server_info(call)) == "deadline");
  BOOST_TEST(refused_member(s.client->create_group(s.stream, "g", {.call = call})) == "deadline");
  BOOST_TEST(refused_member(s.client->subscribe_to_stream(s.stream, {.call = call})) == "deadline");
  BOOST_TEST(refused_member(s.client->subscribe_to_stream(s.stream, {.resume = {.span = row}})) == "resume.span");
  BOOST_TEST(refused_member(s.client->consume(s.group, {.ack_delay = row})) == "ack_delay");
}

BOOST_AUTO_TEST_CASE(a_blocking_wait_for_ever_ends_with_what_comes) {
  for (const auto row : for_ever) {
    scenario s{way::blocking};
    const auto following = value_of(s.client->subscribe_to_stream(s.stream));
    auto waiting = std::async(std::launch::async, [&] { return follow_one(*following, row); });
    value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
    BOOST_TEST(fixtures::value_of(waiting, "the event") == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_blocking_wait_below_zero_is_refused) {
  scenario s{way::blocking};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  require(s.client->create_group(s.stream, "g"));
  const auto following = value_of(s.client->subscribe_to_stream(s.stream));
  const auto consumer = value_of(s.client->consume(s.group));
  for (const auto row : below_zero) {
    BOOST_TEST(refused_member(following->next(row)) == "timeout");
    BOOST_TEST(refused_member(consumer->next(row)) == "timeout");
  }
  BOOST_TEST(follow_events(*following, 1).count() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
