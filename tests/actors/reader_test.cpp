// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "actors/workers/reader.hpp"
#include "tests/actors/scripted_connection.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

struct reader_fixture : worker_fixture {
  reader_actor start(call_options call = {}, caf::actor owner = nullptr) {
    return sys.spawn(reader, read_plan{{.source = wire::stream_source{"s", stream_start}}, std::move(call)}, context,
                     caf::actor_cast<caf::strong_actor_ptr>(owner ? owner : self));
  }
  reader_actor started(call_options call = {}) {
    auto tested = start(std::move(call));
    drain();
    return tested;
  }
  answer<event_batch> next_of(const reader_actor& tested) { return ask<event_batch>(tested, next{}); }
  scripted_read& call() { return *calls().reads.back(); }
  void arrives(event_batch batch) {
    call().batch(std::move(batch));
    drain();
  }
  void ends(result<void> how) {
    call().end(std::move(how));
    drain();
  }
};

using numbers = std::vector<std::uint64_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(reader_actor_)

BOOST_AUTO_TEST_CASE(batches_come_in_order_and_an_empty_one_ends_them) {
  reader_fixture f;
  const auto tested = f.started();
  f.arrives(events(0, 2));
  f.arrives(events(2));
  BOOST_TEST((revisions(f.next_of(tested).value()) == numbers{0, 1}));
  const auto second = f.next_of(tested);
  BOOST_TEST((revisions(second.value()) == numbers{2}));
  const auto third = f.next_of(tested);
  BOOST_TEST(third.pending());
  f.ends({});
  BOOST_REQUIRE(third.succeeded());
  BOOST_TEST(third.value().empty());
  f.expect_exit(tested);
}

BOOST_AUTO_TEST_CASE(several_who_ask_ahead_are_served_in_turn) {
  reader_fixture f;
  const auto tested = f.started();
  const auto first = f.next_of(tested);
  const auto second = f.next_of(tested);
  const auto third = f.next_of(tested);
  f.arrives(events(0));
  f.arrives(events(1));
  BOOST_TEST((revisions(first.value()) == numbers{0}));
  BOOST_TEST((revisions(second.value()) == numbers{1}));
  BOOST_TEST(third.pending());
  f.ends({});
  BOOST_TEST(third.value().empty());
}

BOOST_AUTO_TEST_CASE(the_end_comes_after_what_is_ready_and_to_all_who_wait) {
  for (const bool in_order : {true, false}) {
    reader_fixture f;
    const auto tested = f.started();
    f.arrives(events(0));
    f.ends(in_order ? result<void>{} : unexpected{node_gone()});
    BOOST_TEST((revisions(f.next_of(tested).value()) == numbers{0}));
    const auto last = f.next_of(tested);
    BOOST_REQUIRE(!last.pending());
    if (in_order)
      BOOST_TEST(last.value().empty());
    else
      BOOST_TEST((last.code() == errc::unavailable));
    f.expect_exit(tested);
  }
}

BOOST_AUTO_TEST_CASE(all_who_wait_get_the_error) {
  reader_fixture f;
  const auto tested = f.started();
  const auto first = f.next_of(tested);
  const auto second = f.next_of(tested);
  f.ends(unexpected{failure_of(errc::stream_not_found)});
  BOOST_TEST((first.code() == errc::stream_not_found));
  BOOST_TEST((second.code() == errc::stream_not_found));
  BOOST_TEST(f.link->losses.empty());
}

BOOST_AUTO_TEST_CASE(no_more_is_requested_than_batches_ahead) {
  reader_fixture f;
  const auto tested = f.started();
  constexpr auto ahead = reader_state::batches_ahead;
  BOOST_TEST(f.call().open_demand() == ahead);
  for (std::uint64_t i = 0; i < ahead; ++i)
    f.arrives(events(i));
  BOOST_TEST(f.call().open_demand() == 0u);
  for (std::uint64_t taken = 1; taken <= ahead; ++taken) {
    f.next_of(tested);
    BOOST_TEST(f.call().open_demand() == taken);
  }
  const auto waits = f.next_of(tested);
  BOOST_TEST(f.call().open_demand() == ahead);
  f.arrives(events(ahead));
  BOOST_TEST(waits.succeeded());
  BOOST_TEST(f.call().open_demand() == ahead);
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_in_any_state) {
  for (const int state : {0, 1, 2, 3}) { // No node yet, a call, something ready, somebody waiting.
    reader_fixture f;
    if (state == 0)
      f.link->at_once.reset();
    const auto tested = f.started();
    if (state == 2)
      f.arrives(events(0));
    const auto waiting = state == 3 ? f.next_of(tested) : answer<event_batch>{};
    f.tell(tested, cancel{});
    f.expect_exit(tested);
    if (state > 0)
      BOOST_TEST(f.call().cancelled);
    if (state == 3)
      BOOST_TEST((waiting.code() == errc::closed));
    f.answer_asks(f.make_node(2)); // Too late: starts nothing.
    BOOST_TEST(f.calls().reads.empty());
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_owner) {
  reader_fixture f;
  const auto owner = f.spawn_worker();
  const auto tested = f.start({}, owner);
  f.drain();
  f.kill(owner);
  f.expect_exit(tested);
  BOOST_TEST(f.call().cancelled);
}

BOOST_AUTO_TEST_CASE(a_dropped_handle_cancels_the_call) {
  reader_fixture f;
  auto tested = f.started();
  BOOST_TEST(!f.call().cancelled);
  tested = nullptr;
  f.drain();
  BOOST_TEST(f.call().cancelled);
  f.ends(unexpected{failure_of(errc::cancelled)}); // Nobody is there any more.
}

BOOST_AUTO_TEST_CASE(a_dropped_handle_does_not_take_the_answer_from_who_asked) {
  reader_fixture f;
  auto tested = f.started();
  const auto waiting = f.next_of(tested);
  tested = nullptr;
  f.drain();
  if (f.call().cancelled) {
    BOOST_TEST((waiting.code() == errc::closed));
  } else {
    f.arrives(events(0));
    BOOST_TEST(waiting.succeeded());
  }
}

BOOST_AUTO_TEST_CASE(the_deadline_counts_from_the_start_and_goes_with_the_call) {
  reader_fixture f;
  f.link->at_once.reset();
  const auto tested = f.started({.deadline = 1000ms});
  f.advance(400ms);
  f.answer_asks(f.make_node(2));
  BOOST_REQUIRE_EQUAL(f.calls().reads.size(), 1u);
  const auto& settings = f.call().settings;
  BOOST_TEST((settings.deadline == std::optional{600ms}));
  BOOST_TEST(!settings.start_timeout.has_value());
}

BOOST_AUTO_TEST_CASE(without_a_deadline_the_first_answer_is_bounded) {
  reader_fixture f;
  const auto tested = f.started();
  BOOST_TEST(!f.call().settings.deadline.has_value());
  BOOST_TEST((f.call().settings.start_timeout == std::optional{f.context->settings.start_timeout}));
}

BOOST_AUTO_TEST_CASE(a_deadline_without_a_node_is_an_error_that_leaves_nothing_unknown) {
  reader_fixture f;
  f.link->at_once.reset();
  const auto tested = f.started({.deadline = 1000ms});
  const auto waiting = f.next_of(tested);
  f.advance(999ms);
  BOOST_TEST(waiting.pending());
  f.advance(1ms);
  BOOST_REQUIRE(!waiting.pending());
  BOOST_TEST((waiting.code() == errc::deadline_exceeded));
  BOOST_TEST(!waiting.why().outcome_unknown);
  f.expect_exit(tested);
}

BOOST_AUTO_TEST_CASE(own_credentials_and_requires_leader_go_with_the_call) {
  reader_fixture f;
  const auto mine = credentials::basic("ada", "secret");
  const auto tested = f.started({.credentials = mine, .requires_leader = false});
  BOOST_TEST((f.call().settings.credentials == std::optional{mine}));
  BOOST_TEST(!f.call().settings.requires_leader);
}

BOOST_AUTO_TEST_CASE(a_node_is_reported_lost_exactly_when_the_policy_says_so) {
  for (int number = 1; number < 150; ++number) {
    const auto code = static_cast<errc>(number);
    if (to_string(code) == "unknown" || to_string(code).empty())
      continue;
    reader_fixture f;
    const auto tested = f.started();
    f.ends(unexpected{failure_of(code)});
    const auto wanted = policy::concerns_node(failure_of(code));
    BOOST_TEST((f.link->losses.size() == (wanted ? 1u : 0u)), "wrong for " << to_string(code));
    if (wanted && !f.link->losses.empty())
      BOOST_TEST((f.link->losses[0].generation == generation{1}));
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_no_node_fails_the_next) {
  reader_fixture f;
  f.link->at_once = unexpected{failure_of(errc::discovery_failed)};
  const auto tested = f.started();
  const auto waiting = f.next_of(tested);
  BOOST_REQUIRE(!waiting.pending());
  BOOST_TEST((waiting.code() == errc::discovery_failed));
  f.expect_exit(tested);
}

BOOST_AUTO_TEST_CASE(a_next_after_the_end_is_answered_with_closed) {
  reader_fixture f;
  const auto tested = f.started();
  const auto last = f.next_of(tested);
  f.ends({});
  BOOST_TEST(last.succeeded());
  BOOST_TEST((f.next_of(tested).code() == errc::closed));
}

BOOST_AUTO_TEST_CASE(until_its_first_batch_a_read_may_be_tried_again) {
  for (const bool begun : {false, true}) {
    reader_fixture f;
    const auto tested = f.started({.retry = 1});
    if (begun)
      f.arrives(events(0));
    const auto first = f.next_of(tested);
    f.ends(unexpected{failure_of(errc::not_ready)});
    f.advance(100ms);
    BOOST_TEST(f.calls().reads.size() == (begun ? 1u : 2u));
    const auto second = f.next_of(tested);
    if (begun) {
      BOOST_TEST((second.code() == errc::not_ready));
      continue;
    }
    f.arrives(events(0));
    BOOST_TEST(first.succeeded());
    f.ends(unexpected{failure_of(errc::not_ready)});
    BOOST_TEST((second.code() == errc::not_ready));
  }
}

BOOST_AUTO_TEST_CASE(what_is_final_is_not_tried_again) {
  reader_fixture f;
  const auto tested = f.started({.retry = 5});
  f.ends(unexpected{failure_of(errc::access_denied)});
  BOOST_TEST((f.next_of(tested).code() == errc::access_denied));
}

BOOST_AUTO_TEST_CASE(a_read_that_is_stopped_fails_whatever_it_does) {
  for (const int state : {0, 1, 2}) { // No node yet, a call, something ready.
    reader_fixture f;
    if (state == 0)
      f.link->at_once.reset();
    std::stop_source source;
    const auto tested = f.started({.stop = source.get_token()});
    if (state == 2)
      f.arrives(events(0));
    std::optional<answer<event_batch>> waiting;
    if (state != 2)
      waiting = f.next_of(tested);
    source.request_stop();
    f.drain();
    const auto end = waiting ? *waiting : f.next_of(tested);
    BOOST_REQUIRE(!end.pending());
    BOOST_TEST((end.code() == errc::cancelled));
    BOOST_TEST(!end.why().outcome_unknown);
    if (state > 0)
      BOOST_TEST(f.call().cancelled);
  }
}

BOOST_AUTO_TEST_SUITE_END()
