// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <set>

#include "actors/workers/appender.hpp"
#include "tests/actors/scripted_connection.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

struct appender_fixture : worker_fixture {
  explicit appender_fixture(settings how = default_settings()) : worker_fixture{std::move(how)} {
    tested = keep(sys.spawn(appender, context));
  }
  ~appender_fixture() { tested = nullptr; }

  answer<append_result> append(std::size_t bytes = 10, call_options call = {}) {
    return ask<append_result>(
      tested,
      append_to_stream{.stream = "s", .events = {new_event::binary("t", std::string(bytes, 'x'))}, .options = {std::move(call)}});
  }
  /// The shared call for those that require a leader, or do not.
  scripted_append& lane(std::size_t index = 0) { return *calls().appends.at(index); }
  /// Appends that are in the mailbox together.
  void append_many(std::size_t count) {
    as_self([&](caf::event_based_actor* from) {
      for (std::size_t i = 0; i < count; ++i)
        any_caf::request(from, tested, caf::infinite, append_to_stream{.stream = "s", .events = {new_event::binary("t", "x")}})
          .then([](const append_result&) {}, [](const caf::error&) {});
    });
  }
  std::size_t written() {
    std::size_t sum = 0;
    for (const auto& each : calls().appends)
      sum += each->correlations().size();
    return sum;
  }
  void reply(std::size_t append, std::uint64_t revision, std::size_t index = 0) {
    lane(index).reply(lane(index).correlations().at(append), append_result{stream_revision{revision}, std::nullopt});
    drain();
  }
  void call_ends(result<void> how, std::size_t index = 0) {
    lane(index).end(std::move(how));
    drain();
  }

  appender_actor tested;
};

settings limited_to(std::uint32_t count, std::uint64_t bytes = 64 << 20) {
  auto how = worker_fixture::default_settings();
  how.max_appends_in_flight = count;
  how.max_append_bytes_in_flight = bytes;
  return how;
}

} // namespace

BOOST_AUTO_TEST_SUITE(appender_actor_)

BOOST_AUTO_TEST_CASE(many_appends_share_one_call) {
  appender_fixture f;
  const auto first = f.append();
  const auto second = f.append();
  const auto third = f.append();
  BOOST_REQUIRE_EQUAL(f.calls().appends.size(), 1u);
  BOOST_TEST(f.written() == 3u);
  BOOST_TEST(f.link->asks == 1u);
  const auto ids = f.lane().correlations();
  BOOST_TEST((std::set<uuid>{ids.begin(), ids.end()}.size()) == 3u);
  BOOST_TEST((f.lane().settings.credentials == f.context->settings.credentials));
}

BOOST_AUTO_TEST_CASE(appends_that_come_together_are_written_together) {
  appender_fixture f;
  f.append();
  f.append();
  BOOST_TEST(f.lane().writes == 2u); // Alone, none waits for others.
  f.append_many(10);
  BOOST_TEST(f.written() == 12u);
  BOOST_TEST(f.lane().writes == 3u);
  f.append_many(150);
  BOOST_TEST(f.written() == 162u);
  BOOST_TEST(f.lane().writes == 6u); // A write starts when there is a good number of them.
}

BOOST_AUTO_TEST_CASE(replies_find_their_append_in_any_order) {
  appender_fixture f;
  const answer<append_result> all[] = {f.append(), f.append(), f.append()};
  f.reply(2, 12);
  f.reply(0, 10);
  BOOST_TEST(all[1].pending());
  f.reply(1, 11);
  for (std::uint64_t i = 0; i < 3; ++i)
    BOOST_TEST(all[i].value().revision->value == 10 + i);
}

BOOST_AUTO_TEST_CASE(an_error_reply_is_the_error_of_one_append) {
  appender_fixture f;
  const auto first = f.append();
  const auto second = f.append();
  f.lane().reply(f.lane().correlations()[0], unexpected{failure_of(errc::wrong_expected_version)});
  f.drain();
  BOOST_TEST((first.code() == errc::wrong_expected_version));
  BOOST_TEST(second.pending());
  f.reply(1, 5);
  BOOST_TEST(second.succeeded());
  BOOST_TEST(f.link->losses.empty());
}

BOOST_AUTO_TEST_CASE(a_reply_to_nobody_is_ignored) {
  appender_fixture f;
  const auto first = f.append();
  f.lane().reply(random_uuid(), append_result{});
  f.drain();
  BOOST_TEST(first.pending());
  f.reply(0, 1);
  f.reply(0, 2); // Twice.
  BOOST_TEST(first.value().revision->value == 1u);
}

BOOST_AUTO_TEST_CASE(what_cant_be_sent_is_refused_before_it_can_end_the_call_for_everybody) {
  appender_fixture f;
  const auto empty_type = f.ask<append_result>(f.tested, append_to_stream{.stream = "s", .events = {new_event::json("", "{}")}});
  BOOST_TEST((empty_type.code() == errc::invalid_argument));
  auto nil = new_event::json("t", "{}");
  nil.id = {};
  BOOST_TEST((f.ask<append_result>(f.tested, append_to_stream{.stream = "s", .events = {nil}}).code() == errc::invalid_argument));
  BOOST_TEST(f.calls().appends.empty());
}

BOOST_AUTO_TEST_CASE(no_more_than_the_allowed_number_is_in_flight) {
  appender_fixture f{limited_to(2)};
  std::vector<answer<append_result>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(f.append());
  BOOST_TEST(f.written() == 2u);
  f.reply(1, 1);
  BOOST_TEST(f.written() == 3u);
  for (std::size_t i : {0u, 2u, 3u, 4u})
    f.reply(i, i);
  for (const auto& each : all)
    BOOST_TEST(each.succeeded());
}

BOOST_AUTO_TEST_CASE(no_more_than_the_allowed_bytes_are_in_flight_save_one_larger_append) {
  appender_fixture f{limited_to(100, 1000)};
  const auto first = f.append(900);
  const auto second = f.append(900);
  const auto third = f.append(900);
  BOOST_TEST(f.written() == 2u); // There was room before the second: the bound is passed by one append at most.
  f.reply(0, 0);
  BOOST_TEST(f.written() == 3u);
  f.reply(1, 1);
  f.reply(2, 2);
  BOOST_TEST(third.succeeded());
  const auto larger = f.append(5000);
  BOOST_TEST(f.written() == 4u);
  f.reply(3, 3);
  BOOST_TEST(larger.succeeded());
}

BOOST_AUTO_TEST_CASE(a_deadline_without_a_node_leaves_nothing_unknown) {
  appender_fixture f;
  f.link->at_once.reset();
  const auto waits = f.append(10, {.deadline = 1000ms});
  const auto patient = f.append();
  f.advance(999ms);
  BOOST_TEST(waits.pending());
  f.advance(1ms);
  BOOST_REQUIRE(!waits.pending());
  BOOST_TEST((waits.code() == errc::deadline_exceeded));
  BOOST_TEST(!waits.why().outcome_unknown);
  BOOST_TEST(patient.pending());
  f.answer_asks(f.make_node(2));
  BOOST_TEST(f.written() == 1u);
}

BOOST_AUTO_TEST_CASE(a_deadline_after_sending_leaves_the_outcome_unknown_and_makes_room) {
  appender_fixture f{limited_to(1)};
  const auto slow = f.append(10, {.deadline = 1000ms});
  BOOST_TEST(f.lane().written.at(0).has_deadline);
  const auto other = f.append();
  f.advance(1000ms);
  BOOST_REQUIRE(!slow.pending());
  BOOST_TEST((slow.code() == errc::deadline_exceeded));
  BOOST_TEST(slow.why().outcome_unknown);
  BOOST_TEST(f.written() == 2u);
  f.reply(0, 0); // Too late.
  f.reply(1, 1);
  BOOST_TEST(other.value().revision->value == 1u);
}

BOOST_AUTO_TEST_CASE(deadlines_pass_in_their_own_order) {
  appender_fixture f;
  const auto late = f.append(10, {.deadline = 900ms});
  const auto early = f.append(10, {.deadline = 300ms});
  const auto middle = f.append(10, {.deadline = 600ms});
  f.advance(300ms);
  BOOST_TEST(!early.pending());
  BOOST_TEST(middle.pending());
  f.advance(300ms);
  BOOST_TEST(!middle.pending());
  BOOST_TEST(late.pending());
  f.advance(300ms);
  BOOST_TEST(!late.pending());
}

BOOST_AUTO_TEST_CASE(when_the_call_ends_what_is_in_flight_is_unknown_and_what_waits_goes_to_the_next_node) {
  appender_fixture f{limited_to(2)};
  const answer<append_result> flying[] = {f.append(), f.append()};
  const auto waits = f.append();
  auto old = f.transports.back();
  f.use(f.make_node(2));
  auto broken = node_gone();
  broken.outcome_unknown = true;
  old->appends[0]->end(unexpected{broken});
  f.drain();
  for (const auto& each : flying) {
    BOOST_REQUIRE(!each.pending());
    BOOST_TEST((each.code() == errc::unavailable));
    BOOST_TEST(each.why().outcome_unknown);
  }
  BOOST_REQUIRE_EQUAL(f.link->losses.size(), 1u);
  BOOST_TEST((f.link->losses[0].generation == generation{1}));
  BOOST_TEST(f.written() == 1u);
  f.reply(0, 9);
  BOOST_TEST(waits.value().revision->value == 9u);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_in_order_fails_what_is_in_flight_too) {
  appender_fixture f;
  const auto flying = f.append();
  f.call_ends({});
  BOOST_TEST((flying.code() == errc::unavailable));
  BOOST_TEST(flying.why().outcome_unknown);
  const auto again = f.append();
  BOOST_TEST(again.pending());
}

BOOST_AUTO_TEST_CASE(a_failure_that_keeps_the_node_opens_another_call_on_it) {
  appender_fixture f;
  const auto flying = f.append();
  f.call_ends(unexpected{failure_of(errc::access_denied)});
  BOOST_TEST((flying.code() == errc::access_denied));
  BOOST_TEST(f.link->losses.empty());
  const auto again = f.append();
  BOOST_REQUIRE_EQUAL(f.calls().appends.size(), 2u);
  f.reply(0, 3, 1);
  BOOST_TEST(again.succeeded());
}

BOOST_AUTO_TEST_CASE(appends_with_headers_go_alone) {
  appender_fixture f;
  const auto shared = f.append();
  const auto alone = f.append(10, {.headers = {{"x-tenant", "blue"}}});
  f.drain();
  BOOST_TEST(f.written() == 1u);
  BOOST_REQUIRE(f.calls().exchanges.size() == 1u);
  BOOST_TEST((f.calls().exchanges.front()->settings.headers == std::vector<header>{{"x-tenant", "blue"}}));
  BOOST_TEST(f.lane().settings.headers.empty());
}

BOOST_AUTO_TEST_CASE(appends_with_credentials_of_their_own_go_alone) {
  appender_fixture f;
  const auto mine = credentials::basic("ada", "secret");
  const auto own = f.append(10, {.deadline = 700ms, .credentials = mine});
  BOOST_TEST(f.calls().appends.empty());
  BOOST_REQUIRE_EQUAL(f.calls().exchanges.size(), 1u);
  auto& call = *f.calls().exchanges[0];
  BOOST_TEST((call.settings.credentials == std::optional{mine}));
  BOOST_TEST((call.settings.deadline == std::optional{700ms}));
  BOOST_TEST((call.kind == wire::request_kind::write));
  BOOST_TEST(call.messages.size() == 2u);
  call.end(std::vector{append_message(4)});
  f.drain();
  BOOST_TEST(own.value().revision->value == 4u);
}

BOOST_AUTO_TEST_CASE(very_large_appends_go_alone) {
  appender_fixture f;
  std::vector<new_event> events;
  for (int i = 0; i < 9; ++i)
    events.push_back(new_event::binary("t", std::string(1 << 20, 'x')));
  const auto large = f.ask<append_result>(f.tested, append_to_stream{.stream = "s", .events = std::move(events)});
  const auto small = f.append();
  BOOST_TEST(f.calls().exchanges.size() == 1u);
  BOOST_TEST(f.written() == 1u);
}

BOOST_AUTO_TEST_CASE(appends_of_several_chunks_stand_together_under_one_correlation) {
  appender_fixture f;
  std::vector<new_event> events;
  for (int i = 0; i < 7; ++i)
    events.push_back(new_event::binary("t", std::string(1 << 20, 'x')));
  const auto large = f.ask<append_result>(f.tested, append_to_stream{.stream = "s", .events = std::move(events)});
  const auto small = f.append();
  const auto& chunks = f.lane().written;
  BOOST_REQUIRE(chunks.size() > 2u);
  for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
    BOOST_TEST((chunks[i].correlation == chunks[0].correlation));
    BOOST_TEST(chunks[i].bytes <= wire::batch_append_chunk_bytes);
    BOOST_TEST(chunks[i].is_final == (i + 2 == chunks.size()));
  }
  BOOST_TEST((chunks.back().correlation != chunks[0].correlation));
}

BOOST_AUTO_TEST_CASE(a_server_without_batch_append_gets_single_calls) {
  appender_fixture f;
  f.use(f.make_node(2, false));
  const auto first = f.append();
  const auto second = f.append();
  BOOST_TEST(f.calls().appends.empty());
  BOOST_REQUIRE_EQUAL(f.calls().exchanges.size(), 2u);
  f.calls().exchanges[1]->end(std::vector{append_message(8)});
  f.calls().exchanges[0]->end(unexpected{failure_of(errc::stream_deleted)});
  f.drain();
  BOOST_TEST(second.value().revision->value == 8u);
  BOOST_TEST((first.code() == errc::stream_deleted));
}

BOOST_AUTO_TEST_CASE(a_single_call_that_loses_the_node_sends_the_next_to_another) {
  appender_fixture f;
  const auto old = f.make_node(2, false);
  f.use(old);
  const auto first = f.append();
  auto& transport = f.calls();
  f.use(f.make_node(3, false));
  transport.exchanges[0]->end(unexpected{node_gone()});
  f.drain();
  BOOST_TEST((first.code() == errc::unavailable));
  BOOST_REQUIRE_EQUAL(f.link->losses.size(), 1u);
  BOOST_TEST((f.link->losses[0].generation == generation{2}));
  const auto second = f.append();
  BOOST_TEST(f.calls().exchanges.size() == 1u);
}

BOOST_AUTO_TEST_CASE(requires_leader_and_not_are_calls_apart) {
  appender_fixture f;
  const auto anywhere = f.append(10, {.requires_leader = false});
  const auto leader = f.append(10, {.requires_leader = true});
  BOOST_REQUIRE_EQUAL(f.calls().appends.size(), 2u);
  BOOST_TEST(!f.lane(0).settings.requires_leader);
  BOOST_TEST(f.lane(1).settings.requires_leader);
  f.call_ends(unexpected{failure_of(errc::too_busy)}, 1);
  BOOST_TEST((leader.code() == errc::too_busy));
  BOOST_TEST(anywhere.pending());
  f.reply(0, 1, 0);
  BOOST_TEST(anywhere.succeeded());
}

BOOST_AUTO_TEST_CASE(a_call_left_on_an_earlier_node_does_not_take_the_new_one_with_it) {
  appender_fixture f;
  const auto anywhere = f.append(10, {.requires_leader = false});
  const auto leader = f.append(10, {.requires_leader = true});
  auto old = f.transports.back();
  f.use(f.make_node(2));
  old->appends[1]->end(unexpected{failure_of(errc::not_leader)});
  f.drain();
  const auto second = f.append(10, {.requires_leader = true}); // On the new node.
  BOOST_REQUIRE_EQUAL(f.calls().appends.size(), 1u);
  old->appends[0]->end(unexpected{node_gone()});
  f.drain();
  BOOST_TEST((anywhere.code() == errc::unavailable));
  BOOST_REQUIRE_EQUAL(f.link->losses.size(), 2u);
  for (const auto& loss : f.link->losses)
    BOOST_TEST((loss.generation == generation{1}));
  BOOST_TEST(second.pending());
  const auto asks = f.link->asks;
  f.append(10, {.requires_leader = true});
  BOOST_TEST(f.link->asks == asks);
}

BOOST_AUTO_TEST_CASE(late_words_of_an_ended_call_change_nothing) {
  appender_fixture f;
  const auto first = f.append();
  f.call_ends(unexpected{failure_of(errc::too_busy)});
  const auto second = f.append();
  f.tell(f.tested, append_call_ended{1, unexpected{node_gone()}});
  BOOST_TEST(second.pending());
  BOOST_TEST(f.link->losses.empty());
}

BOOST_AUTO_TEST_CASE(without_a_node_all_who_wait_are_refused_and_the_next_asks_again) {
  appender_fixture f;
  f.link->at_once.reset();
  const auto first = f.append();
  const auto second = f.append();
  f.answer_asks(unexpected{failure_of(errc::discovery_failed)});
  BOOST_TEST((first.code() == errc::discovery_failed));
  BOOST_TEST((second.code() == errc::discovery_failed));
  BOOST_TEST(!first.why().outcome_unknown);
  f.use(f.make_node(2));
  const auto third = f.append();
  f.reply(0, 1);
  BOOST_TEST(third.succeeded());
}

BOOST_AUTO_TEST_CASE(its_death_is_not_the_end_of_the_client) {
  appender_fixture f{limited_to(1)};
  const auto flying = f.append();
  const auto waits = f.append();
  f.kill(f.tested);
  BOOST_TEST((flying.code() == errc::unavailable));
  BOOST_TEST(flying.why().outcome_unknown);
  BOOST_TEST((waits.code() == errc::unavailable));
  BOOST_TEST(!waits.why().outcome_unknown);
  BOOST_TEST(waits.why().retry_can_help);
}

BOOST_AUTO_TEST_CASE(its_end_answers_everyone_and_cancels_its_calls) {
  appender_fixture f{limited_to(2)};
  const auto flying = f.append();
  const auto alone = f.append(10, {.credentials = credentials::basic("ada", "secret")});
  const auto waits = f.append();
  f.context->connection->close();
  f.kill(f.tested);
  BOOST_TEST((flying.code() == errc::closed));
  BOOST_TEST(flying.why().outcome_unknown);
  BOOST_TEST((alone.code() == errc::closed));
  BOOST_TEST(alone.why().outcome_unknown);
  BOOST_TEST((waits.code() == errc::closed));
  BOOST_TEST(!waits.why().outcome_unknown);
  BOOST_TEST(f.lane().cancelled);
  BOOST_TEST(f.calls().exchanges[0]->cancelled);
}

BOOST_AUTO_TEST_CASE(a_node_without_deadlines_is_sent_none) {
  appender_fixture f;
  auto old = *f.make_node(2);
  old.features.offers.erase("event_store.client.streams.streams/batchappend/deadline_duration");
  f.use(std::make_shared<const node>(old));
  const auto first = f.append(10, {.deadline = 1000ms});
  BOOST_TEST(!f.lane().written.at(0).has_deadline);
  f.advance(1000ms);
  BOOST_TEST((first.code() == errc::deadline_exceeded));
}

// -- the node changes -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(once_another_node_is_in_use_new_appends_go_there_and_answers_of_the_old_one_still_count) {
  appender_fixture f;
  const auto before = f.append();
  auto old = f.calls().appends.at(0);
  f.use(f.make_node(2));
  f.tell(f.tested, node_changed{});
  const auto after = f.append();
  BOOST_REQUIRE_EQUAL(f.calls().appends.size(), 1u); // On the new node.
  f.reply(0, 20);
  BOOST_TEST(after.succeeded());
  BOOST_TEST(!old->cancelled);
  old->reply(old->correlations().at(0), append_result{stream_revision{10}, std::nullopt});
  f.drain();
  BOOST_TEST(before.value().revision->value == 10u);
  BOOST_TEST(old->cancelled); // Nobody waits for anything on it any more.
}

BOOST_AUTO_TEST_CASE(a_change_that_leaves_the_node_leaves_its_call) {
  appender_fixture f;
  f.append();
  f.tell(f.tested, node_changed{});
  f.append();
  BOOST_TEST(f.calls().appends.size() == 1u);
  BOOST_TEST(f.written() == 2u);
}

BOOST_AUTO_TEST_CASE(the_end_of_an_earlier_call_takes_only_its_own_appends) {
  appender_fixture f;
  const auto before = f.append();
  auto old = f.calls().appends.at(0);
  f.use(f.make_node(2));
  f.tell(f.tested, node_changed{});
  const auto after = f.append();
  old->end(unexpected{node_gone()});
  f.drain();
  BOOST_TEST((before.code() == errc::unavailable));
  BOOST_TEST(after.pending());
  f.reply(0, 1);
  BOOST_TEST(after.succeeded());
}

BOOST_AUTO_TEST_CASE(a_reply_that_says_something_of_the_node_reaches_the_connection) {
  for (const auto code : {errc::not_ready, errc::wrong_expected_version}) {
    appender_fixture f;
    const auto done = f.append();
    f.lane().reply(f.lane().correlations().at(0), unexpected{failure_of(code)});
    f.drain();
    BOOST_TEST((done.code() == code));
    BOOST_TEST(f.link->losses.size() == (code == errc::not_ready ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(who_does_not_want_to_wait_for_a_node_overtakes_those_who_do) {
  appender_fixture f;
  f.link->at_once.reset();
  const auto waits = f.append();
  f.link->at_once = unexpected{failure_of(errc::unavailable)};
  const auto hasty = f.append(10, {.wait_for_node = false});
  BOOST_TEST((hasty.code() == errc::unavailable));
  BOOST_TEST(waits.pending());
  f.use(f.make_node(1));
  const auto again = f.append(10, {.wait_for_node = false});
  f.reply(0, 1);
  BOOST_TEST(again.succeeded());
}

BOOST_AUTO_TEST_CASE(an_append_that_is_stopped_says_whether_it_may_have_been_written) {
  appender_fixture f{limited_to(1)};
  std::stop_source shared, single, unused, before;
  const auto flying = f.append(10, {.stop = shared.get_token()});
  const auto waiting = f.append(10, {.stop = shared.get_token()});
  const auto unconcerned = f.append(10, {.stop = unused.get_token()});
  BOOST_TEST(f.written() == 1u);
  shared.request_stop();
  f.drain();
  BOOST_TEST((flying.code() == errc::cancelled));
  BOOST_TEST(flying.why().outcome_unknown);
  BOOST_TEST((waiting.code() == errc::cancelled));
  BOOST_TEST(!waiting.why().outcome_unknown);
  BOOST_TEST(unconcerned.pending());
  BOOST_TEST(f.written() == 2u); // It made room.
  f.reply(1, 7);
  BOOST_TEST(unconcerned.value().revision->value == 7u);

  const auto alone = f.append(10, {.credentials = credentials::basic("ann", "secret"), .stop = single.get_token()});
  BOOST_REQUIRE_EQUAL(f.calls().exchanges.size(), 1u);
  single.request_stop();
  f.drain();
  BOOST_TEST((alone.code() == errc::cancelled));
  BOOST_TEST(alone.why().outcome_unknown);
  BOOST_TEST(f.calls().exchanges[0]->cancelled);

  before.request_stop();
  const auto never = f.append(10, {.stop = before.get_token()});
  BOOST_TEST((never.code() == errc::cancelled));
  BOOST_TEST(!never.why().outcome_unknown);
  BOOST_TEST(f.written() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
