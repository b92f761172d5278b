// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <map>
#include <thread>

namespace kdb::integration {

BOOST_AUTO_TEST_SUITE(subscribe)

// -- one stream ----------------------------------------------------------------------------

KDB_SCENARIO(a_stream_is_followed_from_its_start_and_then_live) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(200)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream));
  const auto old = follow_until_caught_up(*subscription);
  BOOST_TEST((old.revisions() == numbers(0, 200)));
  value_of(s.client->append(s.stream, stream_state::any, numbered(3)));
  BOOST_TEST((follow_events(*subscription, 3).revisions() == numbers(200, 203)));
}

KDB_SCENARIO(a_stream_is_followed_from_its_end) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(200)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream, {.from = stream_end}));
  BOOST_TEST(follow_until_caught_up(*subscription).count() == 0u);
  value_of(s.client->append(s.stream, stream_state::any, numbered(3)));
  BOOST_TEST((follow_events(*subscription, 3).revisions() == numbers(200, 203)));
}

KDB_SCENARIO(a_stream_is_followed_after_a_revision) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(200)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream, {.from = stream_revision{149}}));
  BOOST_TEST((follow_until_caught_up(*subscription).revisions() == numbers(150, 200)));
}

KDB_SCENARIO(a_missing_stream_is_followed_until_it_appears) {
  scenario s{which};
  const auto subscription = value_of(s.client->subscribe_to_stream(s.named("later")));
  BOOST_TEST(follow_until_caught_up(*subscription).count() == 0u);
  value_of(s.client->append(s.named("other"), stream_state::any, numbered(1)));
  value_of(s.client->append(s.named("later"), stream_state::no_stream, numbered(2)));
  BOOST_TEST((follow_events(*subscription, 2).revisions() == numbers(0, 2)));
}

KDB_SCENARIO(links_are_followed_live_and_in_the_past) {
  scenario s{which};
  value_of(s.client->append(s.named("target"), stream_state::any, numbered(2)));
  value_of(s.client->append(s.named("links"), stream_state::any, {new_event::binary("$>", "0@" + s.named("target"))}));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.named("links"), {.resolve_links = true}));
  const auto old = follow_until_caught_up(*subscription);
  BOOST_REQUIRE(old.count() == 1u);
  BOOST_TEST(old.events()[0].is_resolved());
  value_of(
    s.client->append(s.named("links"), stream_state::any,
                     {new_event::binary("$>", "1@" + s.named("target")), new_event::binary("$>", "9@" + s.named("target"))}));
  const auto live = follow_events(*subscription, 2);
  BOOST_TEST(live.events()[0].is_resolved());
  BOOST_TEST(live.events()[0].event().revision().value == 1u);
  BOOST_TEST(live.events()[1].is_broken_link());
}

// -- $all ------------------------------------------------------------------------------------

KDB_NODE_SCENARIO(all_streams_are_followed_from_the_start) {
  scenario s{which};
  const auto own = read_to_end(s.client->read_all()).events().size(); // Of the node itself.
  value_of(s.client->append(s.stream, stream_state::any, numbered(300)));
  const auto subscription = value_of(s.client->subscribe_to_all());
  BOOST_TEST(follow_until_caught_up(*subscription).count() == own + 300u);
  value_of(s.client->append(s.stream, stream_state::any, numbered(2)));
  BOOST_TEST(follow_events(*subscription, 2).count() == 2u);
}

KDB_SCENARIO(all_streams_are_followed_from_a_position_and_the_end) {
  scenario s{which};
  value_of(s.client->append(s.named("a"), stream_state::any, numbered(100)));
  const auto middle = value_of(s.client->append(s.named("b"), stream_state::any, numbered(100))).position.value();
  value_of(s.client->append(s.named("c"), stream_state::any, numbered(100)));
  const auto from_middle = value_of(s.client->subscribe_to_all({.from = middle}));
  const auto from_end = value_of(s.client->subscribe_to_all({.from = all_end}));
  const auto& own = s.named.prefix();
  const auto second_half = follow_until_caught_up(*from_middle);
  BOOST_TEST(second_half.count(own) == 100u);
  BOOST_TEST(second_half.events(own).at(0).stream() == s.named("c"));
  BOOST_TEST(follow_until_caught_up(*from_end).count(own) == 0u);

  value_of(s.client->append(s.named("d"), stream_state::any, numbered(2)));
  for (auto* each : {from_middle.get(), from_end.get()}) {
    const auto live = follow_events(*each, 2, own);
    BOOST_TEST(live.count(own) == 2u);
    BOOST_TEST(live.events(own).at(0).stream() == s.named("d"));
  }
}

// -- order ---------------------------------------------------------------------------------

KDB_SCENARIO(ten_thousand_events_come_once_and_in_order_while_others_append) {
  constexpr std::size_t before = 4'000, total = 10'000, at_once = 50;
  scenario s{which};
  const auto before_all = s.begin();
  value_of(s.client->append(s.stream, stream_state::any, numbered(before)));
  const auto one = value_of(s.client->subscribe_to_stream(s.stream));
  const auto all = value_of(s.client->subscribe_to_all({.from = before_all}));
  auto writer = std::async(std::launch::async, [&] {
    for (auto n = before; n < total; n += at_once) {
      if (auto done = s.client->append(s.stream, stream_state::any, numbered(at_once, n)); !done)
        throw std::runtime_error{to_string(done.error())};
    }
  });
  BOOST_TEST((follow_events(*one, total).revisions() == numbers(0, total)));
  BOOST_TEST((follow_events(*all, total, s.stream).revisions(s.stream) == numbers(0, total)));
  fixtures::value_of(writer, "the writer");
}

KDB_SCENARIO(two_hundred_and_fifty_subscriptions_run_at_once) {
  constexpr std::size_t count = 250; // On more than two connections.
  scenario s{which};
  std::vector<std::unique_ptr<running_subscription>> running;
  for (std::size_t i = 0; i < count; ++i) {
    running.push_back(value_of(s.client->subscribe_to_stream(s.named("s-" + std::to_string(i)))));
    follow_until_caught_up(*running.back());
  }
  std::vector<std::future<result<append_result>>> appends;
  for (std::size_t i = 0; i < count; ++i)
    appends.push_back(s.client->start_append(s.named("s-" + std::to_string(i)), stream_state::no_stream, numbered(1, i)));
  for (std::size_t i = 0; i < count; ++i) {
    value_of(fixtures::value_of(appends[i], "an append"));
    BOOST_TEST(follow_events(*running[i], 1).events()[0].data() == "{\"n\":" + std::to_string(i) + "}");
  }
  BOOST_TEST(value_of(s.client->get_commit_position()).commit > 0u);
}

KDB_SCENARIO(two_hundred_and_fifty_subscriptions_start_at_once) {
  constexpr std::size_t count = 250;
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  std::vector<std::future<result<std::unique_ptr<running_subscription>>>> starting;
  for (std::size_t i = 0; i < count; ++i)
    starting.push_back(std::async(std::launch::async, [&] { return s.client->subscribe_to_stream(s.stream); }));
  for (auto& each : starting)
    BOOST_TEST(follow_events(*value_of(fixtures::value_of(each, "a subscription")), 1).count() == 1u);
}

KDB_SCENARIO(a_slow_subscriber_gets_everything) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(100)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream));
  std::uint64_t next = 0;
  for (int round = 0; round < 30; ++round) { // It takes one batch for every three hundred events.
    value_of(s.client->append(s.stream, stream_state::any, numbered(300)));
    for (const auto& event : value_of(subscription->next()).events())
      BOOST_REQUIRE(event.revision().value == next++);
  }
  while (next < 9'100)
    for (const auto& event : value_of(subscription->next()).events())
      BOOST_REQUIRE(event.revision().value == next++);
}

// -- the end -------------------------------------------------------------------------------

KDB_SCENARIO(a_cancelled_subscription_ends_once_and_nothing_comes_after) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(10)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream));
  follow_events(*subscription, 10);
  subscription->cancel();
  subscription->cancel();
  const auto end = follow_to_end(*subscription);
  BOOST_TEST(end.reason == end_reason::cancelled);
  BOOST_TEST(!end.cause.has_value());
  BOOST_TEST(to_string(end.last) == "revision 9");
  BOOST_TEST(end.node == to_string(value_of(s.client->wait_connected()).node));
  value_of(s.client->append(s.stream, stream_state::any, numbered(10)));
  subscription->cancel();
  BOOST_TEST(!subscription->next(10ms).has_value());
  BOOST_TEST(subscription->after_the_end() == 0u);
}

KDB_SCENARIO(a_subscription_is_cancelled_from_another_thread_while_one_waits) {
  scenario s{which};
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream));
  follow_until_caught_up(*subscription);
  auto waiting = std::async(std::launch::async, [&] { return subscription->next(fixtures::patience); });
  subscription->cancel();
  const auto got = fixtures::value_of(waiting, "the end");
  BOOST_REQUIRE(!got.has_value());
  BOOST_TEST(got.error().code == errc::cancelled);
}

KDB_SCENARIO(a_tombstone_is_delivered_and_ends_the_subscription) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream));
  follow_until_caught_up(*subscription);
  s.tombstone_stream(s.stream);
  BOOST_TEST(follow_events(*subscription, 1).events()[0].type() == "$streamDeleted");
  const auto end = follow_to_end(*subscription);
  BOOST_TEST(end.reason == end_reason::stream_deleted);
  BOOST_REQUIRE(end.cause.has_value());
  BOOST_TEST(end.cause->code == errc::stream_deleted);
}

KDB_SCENARIO(a_soft_delete_goes_unnoticed_and_later_events_arrive) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(2)));
  const auto subscription = value_of(s.client->subscribe_to_stream(s.stream));
  follow_until_caught_up(*subscription);
  s.delete_stream(s.stream);
  value_of(s.client->append(s.stream, stream_state::no_stream, numbered(1)));
  BOOST_TEST((follow_events(*subscription, 1).revisions() == numbers(2, 3)));
}

KDB_SCENARIO(a_subscription_that_can_not_begin_is_a_typed_error) {
  scenario s{which};
  value_of(s.client->append(s.named("hard"), stream_state::any, numbered(1)));
  s.tombstone_stream(s.named("hard"));
  BOOST_TEST(error_of(s.client->subscribe_to_stream(s.named("hard"))).code == errc::stream_deleted);
  BOOST_TEST(error_of(s.client->subscribe_to_stream("")).code == errc::invalid_argument);
  BOOST_TEST(error_of(s.client->subscribe_to_stream(s.stream, {.call = {.deadline = 0ms}})).code == errc::invalid_argument);
}

KDB_SCENARIO(many_subscriptions_dropped_free_their_streams) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(100)));
  for (int i = 0; i < 500; ++i)
    value_of(s.client->subscribe_to_stream(s.stream));
  BOOST_TEST(read_to_end(s.client->read_stream(s.stream)).events().size() == 100u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
