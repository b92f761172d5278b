// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "tests/integration/scenario.hpp"

// Consuming from groups of persistent subscriptions.
namespace kdb::integration {

namespace {

/// Takes batches and acknowledges them until there are that many events.
std::vector<std::uint64_t> consume_and_ack(running_consumer& consumer, std::size_t count) {
  std::vector<std::uint64_t> revisions;
  while (revisions.size() < count) {
    const auto batch = value_of(consumer.next());
    BOOST_REQUIRE_MESSAGE(!batch.empty(), "waited in vain for event " << revisions.size() << " of " << count);
    for (const auto& each : batch)
      revisions.push_back(each.event.revision().value);
    BOOST_TEST(value_of(consumer.ack(batch)).taken == batch.size());
  }
  return revisions;
}

/// The next event alone, from a consumer with a buffer of one.
consumer_batch take_one(running_consumer& consumer) {
  auto batch = value_of(consumer.next());
  BOOST_REQUIRE_EQUAL(batch.size(), 1u);
  return batch;
}

/// The error that the consumer ended with.
error end_of(running_consumer& consumer) {
  const fixtures::stopwatch since;
  for (;;) {
    auto batch = consumer.next();
    if (!batch)
      return batch.error();
    BOOST_REQUIRE_MESSAGE(since.elapsed() < fixtures::patience, "waited in vain for the end of a consumer");
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(consumers)

KDB_SCENARIO(every_event_comes_once_and_progress_is_kept) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(500)));
  group_settings how;
  how.max_checkpoint = 100;
  require(f.client->create_group(f.stream, "g", {.settings = how}));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 50}));
  BOOST_TEST((consume_and_ack(*consumer, 500) == numbers(0, 500)));
  value_of(f.client->append(f.stream, stream_state::any, numbered(1)));
  BOOST_TEST((consume_and_ack(*consumer, 1) == numbers(500, 501)));
  fixtures::wait_until("all to be answered", [&] { return value_of(f.client->get_group_info(f.group)).in_flight == 0; });
  BOOST_TEST(value_of(f.client->get_group_info(f.group)).connections.size() == 1u);
}

KDB_SCENARIO(answers_that_wait_are_sent_when_the_consumer_is_cancelled) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(5)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 100, .ack_delay = 1h}));
  consume_and_ack(*consumer, 5);
  consumer->cancel();
  BOOST_TEST(end_of(*consumer).code == errc::cancelled);
  BOOST_REQUIRE(consumer->ended().has_value());
  BOOST_TEST(consumer->ended()->reason == end_reason::cancelled);
  fixtures::wait_until("the consumer to be gone",
                       [&] { return value_of(f.client->get_group_info(f.group)).connections.empty(); });
  value_of(f.client->append(f.stream, stream_state::any, numbered(1)));
  auto again = value_of(f.client->consume(f.group));
  BOOST_TEST((consume_and_ack(*again, 1) == numbers(5, 6)));
}

KDB_SCENARIO(the_same_when_the_client_is_closed) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(5)));
  require(f.client->create_group(f.stream, "g"));
  auto other = connect(which, f.server.settings());
  auto consumer = value_of(other->consume(f.group, {.buffer = 100, .ack_delay = 1h}));
  consume_and_ack(*consumer, 5);
  other->close();
  BOOST_TEST(end_of(*consumer).code == errc::closed);
  fixtures::wait_until("the consumer to be gone",
                       [&] { return value_of(f.client->get_group_info(f.group)).connections.empty(); });
  value_of(f.client->append(f.stream, stream_state::any, numbered(1)));
  auto again = value_of(f.client->consume(f.group));
  BOOST_TEST((consume_and_ack(*again, 1) == numbers(5, 6)));
}

KDB_SCENARIO(a_retried_event_comes_again_and_is_counted) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(1)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 1}));
  for (std::uint32_t retries = 0; retries < 3; ++retries) {
    const auto batch = take_one(*consumer);
    BOOST_TEST(batch[0].retries == retries);
    value_of(consumer->answer(batch[0].token, outcome::nack(nack_action::retry, "again")));
  }
  BOOST_TEST(value_of(consumer->ack(take_one(*consumer))).taken == 1u);
}

KDB_SCENARIO(parked_events_are_counted_replayed_and_truncated) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(4)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 4}));
  std::size_t seen = 0;
  while (seen < 4) {
    const auto batch = value_of(consumer->next());
    seen += batch.size();
    value_of(consumer->answer(batch, batch_outcomes::all(outcome::nack(nack_action::park, "not today"))));
  }
  const auto parked = [&] { return value_of(f.client->get_group_info(f.group)).parked; };
  fixtures::wait_until("four parked events", [&] { return parked() == 4; });
  require(f.client->replay_parked(f.group, {.stop_at = 2}));
  BOOST_TEST((consume_and_ack(*consumer, 2).size() == 2u)); // By the ids of the links in the stream of parked events.
  fixtures::wait_until("two parked events", [&] { return parked() == 2; });
  require(f.client->truncate_parked(f.group));
  fixtures::wait_until("no parked events", [&] { return parked() == 0; });
  fixtures::wait_until("all to be answered", [&] { return value_of(f.client->get_group_info(f.group)).in_flight == 0; });
}

KDB_SCENARIO(outcomes_may_differ_within_a_batch) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(4)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 4}));
  std::size_t seen = 0;
  while (seen < 4) {
    const auto batch = value_of(consumer->next());
    batch_outcomes outcomes;
    for (const auto& each : batch)
      outcomes.each.push_back(each.event.revision().value % 2 == 0 ? outcome::ack() : outcome::nack(nack_action::park, "odd"));
    seen += batch.size();
    value_of(consumer->answer(batch, outcomes));
  }
  fixtures::wait_until("two parked events", [&] { return value_of(f.client->get_group_info(f.group)).parked == 2; });
}

KDB_SCENARIO(an_event_nobody_answers_comes_again_after_the_message_timeout) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(1)));
  group_settings how;
  how.message_timeout = 100ms;
  require(f.client->create_group(f.stream, "g", {.settings = how}));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 1}));
  BOOST_TEST(take_one(*consumer)[0].retries == 0u);
  const auto again = take_one(*consumer);
  BOOST_TEST(again[0].retries == 1u);
  value_of(consumer->ack(again));
}

KDB_SCENARIO(a_stalled_consumer_holds_exactly_its_buffer) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(100)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 7}));
  fixtures::wait_until("a full buffer", [&] {
    const auto info = value_of(f.client->get_group_info(f.group));
    return info.in_flight == 7 && info.connections.size() == 1 && info.connections[0].available_slots == 0;
  });
  BOOST_TEST((consume_and_ack(*consumer, 100) == numbers(0, 100)));
}

KDB_SCENARIO(what_is_taken_without_an_answer_is_no_more_than_the_buffer) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(100)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 7}));
  std::vector<consumer_batch> taken;
  std::size_t events = 0;
  while (events < 7) {
    taken.push_back(value_of(consumer->next()));
    events += taken.back().size();
  }
  BOOST_TEST(events == 7u);
  BOOST_TEST(value_of(consumer->next(100ms)).empty());
  const auto info = value_of(f.client->get_group_info(f.group));
  BOOST_TEST(info.in_flight == 7);
  BOOST_REQUIRE_EQUAL(info.connections.size(), 1u);
  BOOST_TEST(info.connections[0].available_slots == 0);
  for (const auto& each : taken)
    value_of(consumer->ack(each));
  BOOST_TEST((consume_and_ack(*consumer, 93) == numbers(7, 100)));
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_events_are_acknowledged_in_batches_and_the_group_has_got_to_the_end) {
  scenario f{way::actors};
  constexpr std::uint64_t all = 100'000, part = 2'000;
  for (std::uint64_t i = 0; i < all; i += part)
    value_of(f.client->append(f.stream, stream_state::any, numbered(part, i)));
  group_settings how;
  how.read_batch = 500;
  how.history_buffer = 2'000;
  how.checkpoint_after = 100ms;
  how.min_checkpoint = 1;
  require(f.client->create_group(f.stream, "g", {.settings = how}));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 1'000}));
  BOOST_TEST((consume_and_ack(*consumer, all) == numbers(0, all)));
  fixtures::wait_until("the checkpoint of the last event", [&] {
    const auto info = value_of(f.client->get_group_info(f.group));
    return info.in_flight == 0 && info.last_checkpoint == group_position{stream_revision{all - 1}};
  });
}

KDB_SCENARIO(links_are_answered_by_their_own_ids) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(3)));
  std::vector<new_event> links;
  for (int i = 0; i < 3; ++i)
    links.push_back(new_event::binary("$>", std::to_string(i) + "@" + f.stream));
  value_of(f.client->append(f.named("links"), stream_state::any, links));
  group_settings how;
  how.resolve_links = true;
  require(f.client->create_group(f.named("links"), "g", {.settings = how}));
  auto consumer = value_of(f.client->consume({f.named("links"), "g"}, {.buffer = 1}));
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto batch = take_one(*consumer);
    BOOST_TEST(batch[0].event.event().revision().value == i);
    BOOST_TEST((batch[0].token.id == links[i].id));
    value_of(consumer->ack(batch)); // Were it the wrong id there would be no room for the next one.
  }
}

KDB_SCENARIO(groups_on_all_are_consumed_through_their_filter) {
  scenario f{which};
  value_of(f.client->append(f.named("wanted"), stream_state::any, numbered(3)));
  value_of(f.client->append(f.named("other"), stream_state::any, numbered(3)));
  value_of(f.client->append(f.named("wanted"), stream_state::any, numbered(3, 3)));
  require(f.client->create_group_on_all(f.group_on_all.group, {.filter = event_filter::stream_prefixes({f.named("wanted")})}));
  auto consumer = value_of(f.client->consume(f.group_on_all));
  BOOST_TEST((consume_and_ack(*consumer, 6) == numbers(0, 6)));
}

KDB_SCENARIO(a_consumer_is_refused_where_there_is_no_group_or_no_room) {
  scenario f{which};
  BOOST_TEST(error_of(f.client->consume(f.group)).code == errc::group_not_found);
  BOOST_TEST(error_of(f.client->consume(f.group, {.buffer = 0})).code == errc::invalid_argument);
  group_settings how;
  how.max_subscribers = 1;
  require(f.client->create_group(f.stream, "g", {.settings = how}));
  auto consumer = value_of(f.client->consume(f.group));
  BOOST_TEST(error_of(f.client->consume(f.group)).code == errc::maximum_subscribers);
}

KDB_SCENARIO(a_consumer_ends_for_good_when_its_group_is_deleted) {
  scenario f{which};
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group));
  require(f.client->delete_group(f.group));
  BOOST_TEST(end_of(*consumer).code == errc::group_not_found);
  BOOST_REQUIRE(consumer->ended().has_value());
  BOOST_TEST(consumer->ended()->reason == end_reason::group_gone);
  BOOST_TEST(error_of(consumer->answer(event_token{}, outcome::ack())).code == errc::closed);
}

KDB_SCENARIO(a_consumer_comes_back_after_an_update_and_answers_to_what_came_before_are_stale) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(1)));
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group, {.buffer = 1}));
  const auto before = take_one(*consumer);
  require(f.client->update_group(f.stream, "g", {}));
  const auto again = take_one(*consumer);
  BOOST_TEST(again[0].event.revision().value == 0u);
  BOOST_TEST(again.incarnation() != before.incarnation());
  BOOST_TEST((value_of(consumer->ack(before)) == ack_result{.stale = 1}));
  BOOST_TEST((value_of(consumer->ack(again)) == ack_result{.taken = 1}));
}

KDB_SCENARIO(a_consumer_comes_back_after_the_subsystem_was_restarted) {
  scenario f{which};
  require(f.client->create_group(f.stream, "g"));
  auto consumer = value_of(f.client->consume(f.group));
  require(f.client->restart_persistent_subscriptions());
  value_of(f.client->append(f.stream, stream_state::any, numbered(10)));
  BOOST_TEST((consume_and_ack(*consumer, 10) == numbers(0, 10)));
}

KDB_SCENARIO(two_consumers_share_the_events_of_a_group) {
  scenario f{which};
  value_of(f.client->append(f.stream, stream_state::any, numbered(20)));
  require(f.client->create_group(f.stream, "g"));
  auto one = value_of(f.client->consume(f.group, {.buffer = 10}));
  auto other = value_of(f.client->consume(f.group, {.buffer = 10}));
  std::multiset<std::uint64_t> all;
  const fixtures::stopwatch since;
  while (all.size() < 20) {
    BOOST_REQUIRE_MESSAGE(since.elapsed() < fixtures::patience, "waited in vain for 20 events");
    for (auto* each : {one.get(), other.get()}) {
      const auto batch = value_of(each->next(10ms));
      for (const auto& event : batch)
        all.insert(event.event.revision().value);
      if (!batch.empty())
        value_of(each->ack(batch));
    }
  }
  const auto expected = numbers(0, 20);
  BOOST_TEST((all == std::multiset<std::uint64_t>(expected.begin(), expected.end())));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
