// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <caf/response_promise.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <stdexcept>
#include <vector>

#include "actors/workers/consumer.hpp"
#include "libkdb/policy/failure.hpp"
#include "libkdb/values/utf8.hpp"
#include "tests/actors/heard_log.hpp"
#include "tests/actors/scripted_connection.hpp"
#include "tests/fixtures/wait.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

enum class manner { acks, by_itself, later, throws, refuses, says_nothing };

/// What a consumer's host got, and how it behaves.
struct host_script {
  manner how = manner::acks;
  batch_outcomes says = batch_outcomes::all(outcome::ack());
  std::string trouble = "no disk";
  std::vector<consumer_batch> batches;
  std::vector<subscription_ended> ends;
  std::deque<caf::response_promise> owed;
};

caf::behavior host(caf::event_based_actor* self, std::shared_ptr<host_script> script) {
  return {
    [self, script](const consumer_batch& batch) -> caf::result<batch_outcomes> {
      script->batches.push_back(batch);
      switch (script->how) {
        case manner::throws: throw std::runtime_error{"scripted"};
        case manner::refuses: return to_caf({.code = errc::internal, .message = script->trouble});
        case manner::by_itself: return batch_outcomes{};
        case manner::later: {
          auto promise = self->make_response_promise();
          script->owed.push_back(promise);
          return promise;
        }
        default: return script->says;
      }
    },
    [script](const subscription_ended& end) { script->ends.push_back(end); },
    [](const step& what) { what.run(); },
  };
}

caf::behavior silent_host(caf::event_based_actor*, std::shared_ptr<host_script> script) {
  return {
    [script](const consumer_batch& batch) { script->batches.push_back(batch); },
    [script](const subscription_ended& end) { script->ends.push_back(end); },
  };
}

constexpr std::chrono::milliseconds any_pause{5100};

struct consumer_fixture : worker_fixture {
  explicit consumer_fixture(manner how = manner::acks) {
    script->how = how;
    receiver = keep(how == manner::says_nothing ? sys.spawn(silent_host, script) : sys.spawn(host, script));
  }
  ~consumer_fixture() {
    tested = nullptr;
    receiver = nullptr;
  }

  void start(consume_options how = {}) {
    auto spawned = sys.spawn(consumer, consumer_plan{{"s", "g"}, std::move(how), receiver}, context);
    begun = ask<consumer_actor>(caf::actor_cast<caf::actor>(spawned), begin{});
    tested = keep(consumer_actor{spawned});
  }
  /// Begun and confirmed.
  void run(consume_options how = {}) {
    start(std::move(how));
    confirm();
  }
  scripted_consume& call() { return *calls().consumers.back(); }
  void confirm() {
    call().confirm();
    drain();
  }
  void arrives(wire::consumed_events what) {
    call().batch(std::move(what));
    drain();
  }
  void ends(result<void> how) {
    call().end(std::move(how));
    drain();
  }
  void fails(errc code) { ends(unexpected{failure_of(code)}); }
  void answer_batch_with(batch_outcomes how) {
    tell(receiver, step{[this, how] {
           auto promise = std::move(script->owed.front());
           script->owed.pop_front();
           promise.deliver(how);
         }});
  }
  std::size_t calls_made() {
    std::size_t sum = 0;
    for (const auto& each : transports)
      sum += each->consumers.size();
    return sum;
  }
  const consumer_batch& got() const { return script->batches.back(); }

  std::shared_ptr<host_script> script = std::make_shared<host_script>();
  caf::actor receiver;
  consumer_actor tested;
  answer<consumer_actor> begun;
};

outcome parked(std::string reason = {}) {
  return outcome::nack(nack_action::park, std::move(reason));
}

} // namespace

BOOST_AUTO_TEST_SUITE(consumer_actor_)

BOOST_AUTO_TEST_CASE(the_request_names_the_group_and_the_first_confirmation_answers) {
  consumer_fixture f;
  f.start({.buffer = 77});
  BOOST_TEST(to_string(f.call().request.group) == "s::g");
  BOOST_TEST(f.call().request.buffer == 77u);
  BOOST_TEST(f.call().open_demand() == 77u);
  BOOST_TEST(f.begun.pending());
  f.confirm();
  BOOST_TEST(f.begun.succeeded());
}

BOOST_AUTO_TEST_CASE(a_refusal_at_the_start_is_the_answer_and_nothing_is_told_to_the_subscriber) {
  for (const auto code : {errc::group_not_found, errc::maximum_subscribers, errc::access_denied, errc::unavailable}) {
    consumer_fixture f;
    f.start();
    f.fails(code);
    BOOST_TEST((f.begun.code() == code));
    f.expect_exit(f.tested);
    BOOST_TEST(f.script->ends.empty());
  }
}

BOOST_AUTO_TEST_CASE(sent_to_the_leader_at_its_start_it_goes_there) {
  consumer_fixture f;
  f.start();
  auto& first = f.call();
  f.use(f.make_node(2));
  first.end(unexpected{failure_of(errc::not_leader)});
  f.drain();
  BOOST_TEST(f.link->losses.size() == 1u);
  BOOST_TEST(f.begun.pending());
  f.advance(any_pause);
  f.confirm();
  BOOST_TEST(f.begun.succeeded());
  BOOST_TEST(f.calls_made() == 2u);
}

BOOST_AUTO_TEST_CASE(without_tries_left_it_is_not_sent_anywhere) {
  consumer_fixture f;
  f.start({.resume = {.limit = 0}});
  f.fails(errc::not_leader);
  BOOST_TEST((f.begun.code() == errc::not_leader));
  f.expect_exit(f.tested);
}

// Nodes may point to each other for ever, and the pauses between grow.
BOOST_AUTO_TEST_CASE(who_is_sent_on_and_on_has_until_its_deadline_to_begin) {
  consumer_fixture f;
  f.start({.call = {.deadline = 2s}});
  std::size_t refused = 0;
  auto waited = 0ms;
  for (; f.begun.pending() && waited <= 2s; waited += 10ms) {
    if (refused < f.calls_made()) {
      ++refused;
      f.fails(errc::not_leader);
    }
    f.advance(10ms);
  }
  BOOST_TEST((f.begun.code() == errc::not_leader));
  BOOST_TEST(refused > 1u);
  BOOST_TEST(waited.count() <= 2000);
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(what_the_host_says_to_hold_counts_to_the_buffer) {
  consumer_fixture f{manner::by_itself};
  f.run({.buffer = 10, .ack_delay = 0ms});
  const auto holds = caf::actor_cast<caf::actor>(f.tested);
  f.tell(holds, host_holds{6}); // Sent on before it answers the batch.
  f.arrives(consumed(0, 6));
  BOOST_TEST(f.call().open_demand() == 4u);
  f.tell(holds, host_holds{10});
  f.arrives(consumed(6, 4));
  BOOST_TEST(f.call().open_demand() == 0u);
  f.tell(holds, host_holds{9, f.got()[0].token, parked("bad")});
  BOOST_TEST(f.call().open_demand() == 1u);
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 1u);
  BOOST_TEST((f.call().answers[0].answer == parked("bad")));
  f.tell(holds, host_holds{0});
  BOOST_TEST(f.call().open_demand() == 10u);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_answers_travel_in_few_messages) {
  consumer_fixture f;
  f.run({.buffer = 500, .ack_batch = 50});
  constexpr std::uint64_t all = 100'000, at_a_time = 40;
  for (std::uint64_t sent = 0; sent < all; sent += at_a_time)
    f.arrives(consumed(sent, at_a_time));
  f.advance(20ms);
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), all);
  for (std::uint64_t i = 0; i < all; ++i)
    BOOST_REQUIRE((f.call().answers[i].id == id_of_event(i) && f.call().answers[i].answer.is_ack()));
  BOOST_TEST(f.call().messages <= all / 50);
}

BOOST_AUTO_TEST_CASE(events_without_a_confirmation_are_an_error_and_not_delivered) {
  consumer_fixture f{manner::later};
  f.start();
  f.arrives(consumed(0));
  BOOST_TEST((f.begun.code() == errc::protocol_error));
  BOOST_TEST(f.script->batches.empty());
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(batches_come_one_at_a_time_and_never_more_events_than_the_buffer_holds) {
  consumer_fixture f{manner::later};
  f.run({.buffer = 10});
  f.arrives(consumed(0, 4));
  f.arrives(consumed(4, 6));
  BOOST_TEST(f.script->batches.size() == 1u);
  BOOST_TEST(f.call().open_demand() == 0u);
  f.answer_batch_with(batch_outcomes::all(outcome::ack()));
  BOOST_TEST(f.script->batches.size() == 2u);
  BOOST_TEST(f.call().open_demand() == 4u);
  f.answer_batch_with({});
  BOOST_TEST(f.call().open_demand() == 10u);
}

BOOST_AUTO_TEST_CASE(retry_counts_are_told) {
  consumer_fixture f;
  f.run();
  f.arrives(consumed(0, 1, 3));
  BOOST_TEST(f.got()[0].retries == 3u);
}

BOOST_AUTO_TEST_CASE(answers_wait_for_others_until_there_are_enough) {
  consumer_fixture f;
  f.run({.buffer = 100, .ack_batch = 3, .ack_delay = 1h});
  f.arrives(consumed(0, 2));
  BOOST_TEST(f.call().answers.empty());
  f.arrives(consumed(2, 1));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 3u);
  BOOST_TEST(f.call().messages == 1u);
  for (std::uint64_t i = 0; i < 3; ++i)
    BOOST_TEST((f.call().answers[i].id == id_of_event(i) && f.call().answers[i].answer.is_ack()));
}

BOOST_AUTO_TEST_CASE(answers_wait_for_others_no_longer_than_the_delay) {
  consumer_fixture f;
  f.run({.buffer = 100, .ack_delay = 50ms});
  f.arrives(consumed(0));
  f.advance(49ms);
  BOOST_TEST(f.call().answers.empty());
  f.advance(1ms);
  BOOST_TEST(f.call().answers.size() == 1u);
  f.arrives(consumed(1));
  BOOST_TEST(f.call().answers.size() == 1u);
  f.advance(50ms);
  BOOST_TEST(f.call().answers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_small_buffer_does_not_wait_for_a_large_batch_of_answers) {
  consumer_fixture f;
  f.run({.buffer = 10, .ack_batch = 50, .ack_delay = 1h});
  f.arrives(consumed(0, 5));
  BOOST_TEST(f.call().answers.size() == 5u);
}

BOOST_AUTO_TEST_CASE(outcomes_of_each_event_are_sent_in_order) {
  consumer_fixture f;
  f.script->says = {{outcome::ack(), parked("bad"), outcome::nack(nack_action::retry), outcome::ack()}};
  f.run({.buffer = 100, .ack_delay = 0ms});
  f.arrives(consumed(0, 4));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 4u);
  for (std::uint64_t i = 0; i < 4; ++i)
    BOOST_TEST((f.call().answers[i].answer == f.script->says.each[i]));
  BOOST_TEST(f.call().messages == 4u);
}

BOOST_AUTO_TEST_CASE(events_without_an_outcome_are_answered_by_policy) {
  consumer_fixture f;
  f.script->says = {{outcome::ack(), outcome::ack()}};
  f.run({.buffer = 100, .ack_delay = 0ms, .on_failure = parked()});
  f.arrives(consumed(0, 3));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 3u);
  BOOST_TEST(f.call().answers[1].answer.is_ack());
  BOOST_TEST((f.call().answers[2].answer.action() == nack_action::park));
}

BOOST_AUTO_TEST_CASE(a_host_may_answer_by_messages) {
  consumer_fixture f{manner::by_itself};
  f.run({.buffer = 100, .ack_delay = 0ms});
  f.arrives(consumed(0, 3));
  BOOST_TEST(f.call().answers.empty());
  const auto batch = f.got();
  BOOST_TEST((f.ask<ack_result>(f.tested, ack_events{{batch[1].token}}).value() == ack_result{.taken = 1}));
  f.tell(f.tested, nack_events{{batch[0].token}, nack_action::skip, "seen"});
  BOOST_TEST((f.ask<ack_result>(f.tested, answer_batch{batch}).value() == ack_result{.taken = 3}));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 5u);
  BOOST_TEST((f.call().answers[0].id == id_of_event(1)));
  BOOST_TEST((f.call().answers[1].answer == outcome::nack(nack_action::skip, "seen")));
}

BOOST_AUTO_TEST_CASE(a_host_that_answers_with_nothing_gets_the_next_batch) {
  consumer_fixture f{manner::says_nothing};
  f.run();
  f.arrives(consumed(0));
  f.arrives(consumed(1));
  BOOST_TEST(f.script->batches.size() == 2u);
  BOOST_TEST(f.script->ends.empty());
  BOOST_TEST(f.call().open_demand() == 10u);
}

BOOST_AUTO_TEST_CASE(a_handler_that_fails_nacks_by_policy_and_goes_on) {
  consumer_fixture f{manner::refuses};
  f.run({.buffer = 100, .ack_delay = 0ms});
  f.arrives(consumed(0, 2));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 2u);
  BOOST_TEST((f.call().answers[1].answer == outcome::nack(nack_action::retry, "no disk")));
  f.arrives(consumed(2));
  BOOST_TEST(f.script->batches.size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_text_of_a_failed_handler_is_sent_as_utf8_and_cut) {
  for (const auto& text : {std::string{"cut: \xC3"}, std::string(1 << 20, 'x')}) {
    consumer_fixture f{manner::refuses};
    f.script->trouble = text;
    f.run({.buffer = 100, .ack_delay = 0ms});
    f.arrives(consumed(0));
    BOOST_REQUIRE_EQUAL(f.call().answers.size(), 1u);
    const auto& reason = f.call().answers[0].answer.reason();
    BOOST_TEST((is_utf8(reason) && reason.size() <= outcome::longest_reason && reason.size() > 4));
  }
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_nacks_by_policy_before_the_end) {
  consumer_fixture f{manner::throws};
  f.run({.buffer = 100, .ack_delay = 1h, .on_failure = parked("thrown")});
  f.arrives(consumed(0, 2));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 2u);
  BOOST_TEST((f.call().answers[0].answer.action() == nack_action::park));
  BOOST_TEST(!f.call().cancelled);
  f.advance(consumer_state::grace);
  BOOST_TEST(f.call().cancelled);
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(what_is_answered_is_sent_when_it_is_stopped_and_has_time_to_leave) {
  consumer_fixture f;
  f.run({.buffer = 100, .ack_delay = 1h});
  f.arrives(consumed(0, 2));
  const auto cancelled = f.ask<void>(f.tested, cancel{});
  BOOST_TEST(f.call().answers.size() == 2u);
  BOOST_TEST(!f.call().cancelled);
  BOOST_TEST(cancelled.pending());
  f.advance(consumer_state::grace);
  BOOST_TEST(f.call().cancelled);
  BOOST_TEST(cancelled.succeeded());
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::cancelled));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(the_same_when_the_client_closes) {
  consumer_fixture f;
  f.run({.buffer = 100, .ack_delay = 1h});
  f.arrives(consumed(0, 2));
  f.as_self([&](caf::event_based_actor* self) { self->send_exit(f.tested, caf::exit_reason::user_shutdown); });
  BOOST_TEST(f.call().answers.size() == 2u);
  f.advance(consumer_state::grace);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::closed));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(stopping_without_answers_takes_no_time) {
  consumer_fixture f;
  f.run();
  BOOST_TEST(f.ask<void>(f.tested, cancel{}).succeeded());
  BOOST_TEST(f.call().cancelled);
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(every_loss_that_may_pass_is_resumed_and_told_to_the_connection) {
  for (const auto code : {errc::unavailable, errc::not_leader, errc::server_stopping, errc::group_dropped,
                          errc::maximum_subscribers, errc::too_busy}) {
    consumer_fixture f;
    f.run();
    f.use(f.make_node(2));
    f.transports[0]->consumers[0]->end(unexpected{failure_of(code)});
    f.drain();
    f.advance(any_pause);
    BOOST_REQUIRE_EQUAL(f.calls_made(), 2u);
    BOOST_TEST(f.link->losses.size() == (policy::concerns_node(failure_of(code)) ? 1u : 0u));
    f.confirm();
    f.arrives(consumed(0));
    BOOST_TEST(f.script->batches.size() == 1u);
    BOOST_TEST(f.script->ends.empty());
  }
}

BOOST_AUTO_TEST_CASE(it_ends_for_good_when_the_group_is_deleted) {
  consumer_fixture f;
  f.run();
  f.fails(errc::group_dropped);
  f.advance(any_pause);
  f.fails(errc::group_not_found);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_REQUIRE(f.script->ends[0].cause.has_value());
  BOOST_TEST((f.script->ends[0].cause->code == errc::group_not_found));
  BOOST_TEST((f.script->ends[0].reason == end_reason::group_gone));
  f.expect_exit(f.tested);
}

// A node that has just started can't read its users yet.
BOOST_AUTO_TEST_CASE(credentials_that_have_worked_may_be_refused_for_a_while_after_a_loss) {
  consumer_fixture f;
  f.run();
  f.fails(errc::unavailable);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(f.script->ends.empty());
    f.advance(any_pause);
    f.fails(errc::unauthenticated);
  }
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::access_denied));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(credentials_that_are_refused_while_it_runs_end_it_at_once) {
  consumer_fixture f;
  f.run();
  f.fails(errc::unauthenticated);
  BOOST_TEST(f.script->ends.size() == 1u);
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(a_full_group_ends_it_where_its_options_say_so) {
  consumer_fixture f;
  f.run({.end_when_full = true});
  f.fails(errc::unavailable);
  f.advance(any_pause);
  f.fails(errc::maximum_subscribers);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].cause->code == errc::maximum_subscribers));
  BOOST_TEST((f.script->ends[0].reason == end_reason::group_full));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(the_budget_ends_it) {
  consumer_fixture f;
  f.run({.resume = {.limit = 2}});
  for (int i = 0; i < 3; ++i) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::connection_lost));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(answers_to_events_of_an_earlier_call_are_counted_and_do_nothing) {
  consumer_fixture f{manner::later};
  f.run({.buffer = 10, .ack_delay = 0ms});
  f.arrives(consumed(0, 4));
  f.arrives(consumed(4, 2));
  const auto before = f.got();
  f.fails(errc::unavailable);
  BOOST_TEST((f.ask<ack_result>(f.tested, ack_events{{before[0].token}}).value() == ack_result{.stale = 1}));
  f.advance(any_pause);
  BOOST_TEST(f.call().open_demand() == 6u); // The batch that is still being handled takes its room.
  f.confirm();
  BOOST_TEST((f.ask<ack_result>(f.tested, answer_batch{before}).value() == ack_result{.stale = 4}));
  f.answer_batch_with(batch_outcomes::all(outcome::ack()));
  BOOST_TEST(f.call().answers.empty());
  BOOST_TEST(f.call().open_demand() == 10u);
  BOOST_TEST(f.script->batches.size() == 1u); // What was ready then comes again from the server.
  f.arrives(consumed(0, 4));
  BOOST_TEST((f.ask<ack_result>(f.tested, ack_events{{f.got()[0].token}}).value() == ack_result{.taken = 1}));
  BOOST_TEST(f.call().answers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_batch_that_fills_the_buffer_does_not_keep_it_from_joining_again) {
  consumer_fixture f{manner::later};
  f.run({.buffer = 4});
  f.arrives(consumed(0, 4));
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST(f.call().open_demand() == 1u);
  f.confirm();
  f.arrives(consumed(0, 1));
  BOOST_TEST(f.script->batches.size() == 1u);
  f.answer_batch_with({});
  BOOST_TEST(f.script->batches.size() == 2u);
  BOOST_TEST(f.call().open_demand() == 3u);
}

BOOST_AUTO_TEST_CASE(slow_handling_is_told_in_the_log) {
  const auto lines = std::make_shared<std::atomic<int>>(0);
  consumer_fixture f{manner::later};
  f.context = std::make_shared<const worker_context>(
    worker_context{f.context->settings, f.context->connection,
                   std::make_shared<const logger>([lines](log_level, std::string_view) { ++*lines; }, log_level::warning),
                   f.context->credentials});
  f.run({.slow_after = 1s});
  f.arrives(consumed(0));
  f.advance(1s);
  f.answer_batch_with({});
  f.arrives(consumed(1));
  f.advance(1s + 1ms);
  f.answer_batch_with({});
  fixtures::wait_until("the warning", [&] { return *lines > 0; });
  f.ask<void>(f.tested, cancel{});
  f.context = nullptr; // With the last user of the logger everything is handed out.
  f.expect_exit(f.tested);
  BOOST_TEST(*lines == 1);
}

BOOST_AUTO_TEST_CASE(stopped_it_ends_like_one_that_is_cancelled) {
  for (const bool confirmed : {false, true}) {
    consumer_fixture f;
    std::stop_source source;
    f.start({.call = {.stop = source.get_token()}});
    if (confirmed)
      f.confirm();
    source.request_stop();
    f.drain();
    BOOST_TEST(f.call().cancelled);
    if (confirmed)
      BOOST_TEST((f.script->ends.at(0).reason == end_reason::cancelled));
    else
      BOOST_TEST((f.begun.code() == errc::cancelled));
    BOOST_TEST(f.script->ends.size() == (confirmed ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(a_loss_is_two_lines_of_the_log_however_often_it_tries) {
  heard_log heard;
  consumer_fixture f;
  f.context = with_log(*f.context, heard.log());
  f.run();
  for (int attempt = 0; attempt < 3; ++attempt) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  f.confirm();
  const auto lines = heard.finish();
  BOOST_REQUIRE(lines.size() == 2u);
  BOOST_TEST(lines[0].starts_with("info the consumer of s::g was lost, and resumes: unavailable"), lines[0]);
  BOOST_TEST(lines[1] == "info the consumer of s::g has resumed on node1:2113 after 2 failed attempts");
  const auto records = heard.records();
  BOOST_TEST(records[0].ends_with(R"("db.kurrentdb.stream":"s","kurrentdb.group":"g","error.type":"unavailable"})"), records[0]);
  BOOST_TEST(records[1].find(R"("event":"subscription.resumed")") != std::string::npos, records[1]);
}

BOOST_AUTO_TEST_SUITE_END()
