#include <boost/test/unit_test.hpp>

#include <caf/response_promise.hpp>

#include <stdexcept>

#include <actors/scripted_connection.hpp>
#include <subscription.hpp>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

using numbers = std::vector<std::uint64_t>;

enum class manner { at_once, later, throws, answers_with_a_number, refuses };

/// What a subscriber got, and how it behaves.
struct subscriber_script {
  manner how = manner::at_once;
  std::vector<event_batch> batches;
  std::vector<subscription_ended> ends;
  std::deque<caf::response_promise> owed;
  bool batch_after_end = false;
};

caf::behavior play(caf::event_based_actor* self, std::shared_ptr<subscriber_script> script) {
  return {
    [self, script](const event_batch& batch) -> caf::result<void> {
      script->batch_after_end |= !script->ends.empty();
      script->batches.push_back(batch);
      switch (script->how) {
        case manner::throws:
          throw std::runtime_error{"scripted"};
        case manner::refuses:
          return caf::make_error(caf::sec::invalid_argument);
        case manner::later: {
          auto promise = self->make_response_promise<void>();
          script->owed.push_back(promise);
          return promise;
        }
        default:
          return caf::unit;
      }
    },
    [script](const subscription_ended& end) { script->ends.push_back(end); },
    [](const step& what) { what.run(); },
  };
}

caf::behavior play_with_number(caf::event_based_actor*, std::shared_ptr<subscriber_script> script) {
  return {
    [script](const event_batch& batch) {
      script->batches.push_back(batch);
      return 42;
    },
    [script](const subscription_ended& end) { script->ends.push_back(end); },
    [](const step& what) { what.run(); },
  };
}

struct subscription_fixture : worker_fixture {
  explicit subscription_fixture(manner how = manner::at_once) {
    script->how = how;
    receiver = keep(how == manner::answers_with_a_number ? sys.spawn(play_with_number, script) : sys.spawn(play, script));
  }
  ~subscription_fixture() {
    tested = nullptr;
    receiver = nullptr;
  }

  void start(stream_position from = stream_start, call_options call = {}) {
    start(subscription_plan{stream_plan{"s", {.from = from, .call = std::move(call)}}, receiver});
  }
  void start(subscription_plan plan) {
    auto spawned = sys.spawn(subscription, std::move(plan), context);
    begun = ask<void>(caf::actor_cast<caf::actor>(spawned), begin{});
    tested = keep(subscription_actor{spawned});
  }
  /// Begun and confirmed.
  void run(stream_position from = stream_start) {
    start(from);
    confirm();
  }
  scripted_read& call() { return *calls().reads.back(); }
  void confirm() {
    call().confirm();
    drain();
  }
  void arrives(event_batch batch) {
    call().batch(std::move(batch));
    drain();
  }
  void ends(result<void> how) {
    call().end(std::move(how));
    drain();
  }
  void fails(errc code) { ends(tl::unexpected{failure_of(code)}); }
  void answer_batch() {
    tell(receiver, step{[this] {
           auto promise = std::move(script->owed.front());
           script->owed.pop_front();
           promise.deliver(caf::unit);
         }});
  }
  numbers received() const {
    numbers all;
    for (const auto& batch : script->batches)
      for (auto each : revisions(batch))
        all.push_back(each);
    return all;
  }
  std::size_t calls_made() {
    std::size_t sum = 0;
    for (const auto& each : transports)
      sum += each->reads.size();
    return sum;
  }
  stream_position from_of_last_call() { return std::get<wire::stream_source>(call().request.source).from; }

  std::shared_ptr<subscriber_script> script = std::make_shared<subscriber_script>();
  caf::actor receiver;
  subscription_actor tested;
  answer<void> begun;
};

/// Longer than any pause between two tries.
constexpr auto any_pause = 5100ms;

} // namespace

BOOST_AUTO_TEST_SUITE(subscription_actor_)

BOOST_AUTO_TEST_CASE(the_first_confirmation_answers_once) {
  subscription_fixture f;
  f.start();
  BOOST_TEST(f.begun.pending());
  f.confirm();
  BOOST_TEST(f.begun.succeeded());
  f.fails(errc::unavailable);
  f.advance(any_pause);
  f.confirm();
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(a_failure_before_the_confirmation_is_the_answer_and_nothing_else_comes) {
  for (const auto code : {errc::unavailable, errc::access_denied, errc::deadline_exceeded}) {
    subscription_fixture f;
    f.start();
    f.fails(code);
    BOOST_REQUIRE(!f.begun.pending());
    BOOST_TEST((f.begun.code() == code));
    f.expect_exit(f.tested);
    f.advance(any_pause);
    BOOST_TEST(f.script->ends.empty());
    BOOST_TEST(f.calls_made() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(without_a_node_it_does_not_begin) {
  subscription_fixture f;
  f.link->at_once = tl::unexpected{failure_of(errc::discovery_failed)};
  f.start();
  BOOST_TEST((f.begun.code() == errc::discovery_failed));
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(killed_before_it_began_it_tells_only_who_asked) {
  subscription_fixture f;
  f.start();
  f.kill(f.tested);
  BOOST_TEST((f.begun.code() == errc::closed));
  BOOST_TEST(f.script->ends.empty());
  BOOST_TEST(f.call().cancelled);
}

BOOST_AUTO_TEST_CASE(killed_before_it_was_asked_to_begin_it_tells_the_subscriber_nothing) {
  subscription_fixture f;
  auto spawned = f.keep(f.sys.spawn(subscription, subscription_plan{stream_plan{"s", {}}, f.receiver}, f.context));
  f.kill(spawned);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(the_deadline_bounds_the_start_alone) {
  subscription_fixture f;
  f.link->at_once.reset();
  f.start(stream_start, {.deadline = 1000ms});
  f.advance(300ms);
  f.answer_asks(f.make_node(2));
  BOOST_TEST((f.call().settings.start_timeout == std::optional{700ms}));
  BOOST_TEST(!f.call().settings.deadline.has_value());
  f.use(f.make_node(3));
  f.transports[1]->reads[0]->confirm();
  f.drain();
  f.advance(1h);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(batches_are_handed_over_one_at_a_time_and_answers_are_credit) {
  subscription_fixture f{manner::later};
  f.run();
  constexpr auto ahead = subscription_state::batches_ahead;
  BOOST_TEST(f.call().open_demand() == ahead);
  for (std::uint64_t i = 0; i < ahead; ++i)
    f.arrives(events(i));
  BOOST_TEST(f.call().open_demand() == 0u);
  for (std::uint64_t answered = 0; answered < ahead; ++answered) {
    BOOST_TEST(f.script->batches.size() == answered + 1);
    BOOST_TEST(f.call().open_demand() == answered);
    f.answer_batch();
  }
  BOOST_TEST(f.script->batches.size() == ahead);
  BOOST_TEST(f.call().open_demand() == ahead);
}

BOOST_AUTO_TEST_CASE(resuming_does_not_add_to_what_may_be_under_way) {
  subscription_fixture f{manner::later};
  f.run();
  constexpr auto ahead = subscription_state::batches_ahead;
  f.arrives(events(0));
  f.arrives(events(1));
  for (int i = 0; i < 3; ++i) {
    f.fails(errc::too_busy);
    f.advance(any_pause);
  }
  BOOST_TEST(f.call().open_demand() + 2 <= ahead); // One with the subscriber, one ready.
  f.answer_batch();
  f.answer_batch();
  BOOST_TEST(f.call().open_demand() == ahead);
}

BOOST_AUTO_TEST_CASE(after_a_retryable_failure_it_goes_on_behind_the_last_event_received) {
  for (const auto code : {errc::unavailable, errc::not_leader, errc::server_stopping, errc::consumer_too_slow, errc::too_busy}) {
    subscription_fixture f;
    f.run();
    f.arrives(events(0, 3));
    f.use(f.make_node(2));
    f.transports[0]->reads[0]->end(tl::unexpected{failure_of(code)});
    f.drain();
    f.advance(any_pause);
    BOOST_REQUIRE_EQUAL(f.calls_made(), 2u);
    BOOST_TEST((f.from_of_last_call() == stream_position{stream_revision{2}}));
    const auto lost = policy::is_node_lost(failure_of(code));
    BOOST_TEST(f.link->losses.size() == (lost ? 1u : 0u));
    f.confirm();
    f.arrives(events(3));
    BOOST_TEST((f.received() == numbers{0, 1, 2, 3}));
    BOOST_TEST(f.script->ends.empty());
  }
}

BOOST_AUTO_TEST_CASE(without_an_event_it_goes_on_where_it_was_asked_to_begin) {
  subscription_fixture f;
  f.run(stream_end);
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST(f.from_of_last_call().is_end());
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_it_in_order_is_resumed_too) {
  subscription_fixture f;
  f.run();
  f.ends({});
  f.advance(any_pause);
  BOOST_TEST(f.calls_made() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_received_and_not_delivered_is_not_asked_for_again) {
  subscription_fixture f{manner::later};
  f.run();
  f.arrives(events(0));
  f.arrives(events(1));
  f.arrives(events(2));
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST((f.from_of_last_call() == stream_position{stream_revision{2}}));
  for (int i = 0; i < 3; ++i)
    f.answer_batch();
  BOOST_TEST((f.received() == numbers{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(a_subscription_to_all_resumes_by_position) {
  subscription_fixture f;
  f.start(subscription_plan{all_plan{}, f.receiver});
  f.confirm();
  f.arrives(events(4));
  f.fails(errc::unavailable);
  f.advance(any_pause);
  BOOST_TEST((std::get<wire::all_source>(f.call().request.source).from == all_position{log_position{40, 40}}));
}

BOOST_AUTO_TEST_CASE(pauses_between_tries_grow_and_stay_bounded) {
  subscription_fixture f;
  f.run();
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 12; ++i) {
    const auto before = f.calls_made();
    f.fails(errc::unavailable);
    BOOST_TEST(f.calls_made() == before);
    auto pause = 0ms;
    for (; f.calls_made() == before && pause < any_pause; pause += 10ms)
      f.advance(10ms);
    pauses.push_back(pause);
  }
  BOOST_TEST((pauses.front() >= 50ms && pauses.front() <= 110ms));
  BOOST_TEST((pauses.back() >= 2500ms && pauses.back() <= 5010ms));
}

BOOST_AUTO_TEST_CASE(an_event_makes_the_next_pause_short_again) {
  subscription_fixture f;
  f.run();
  for (int i = 0; i < 10; ++i) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  f.arrives(events(0));
  const auto before = f.calls_made();
  f.fails(errc::unavailable);
  f.advance(110ms);
  BOOST_TEST(f.calls_made() == before + 1);
}

BOOST_AUTO_TEST_CASE(the_budget_of_tries_ends_it_with_the_last_error) {
  subscription_fixture f;
  f.run();
  f.arrives(events(0));
  int failures = 0;
  for (; f.script->ends.empty() && failures < 100; ++failures) {
    f.fails(errc::unavailable);
    f.advance(any_pause);
  }
  BOOST_TEST(failures == 31);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  const auto& end = f.script->ends[0];
  BOOST_TEST((end.reason == end_reason::connection_lost));
  BOOST_REQUIRE(end.cause.has_value());
  BOOST_TEST((end.cause->code == errc::unavailable));
  BOOST_TEST((end.last == last_delivered{stream_revision{0}}));
  BOOST_TEST(end.node == "node1:2113");
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(having_no_node_for_a_while_is_a_failure_to_resume_from) {
  subscription_fixture f;
  f.run();
  f.link->at_once = tl::unexpected{failure_of(errc::discovery_failed)};
  f.fails(errc::unavailable);
  f.advance(3 * any_pause);
  BOOST_TEST(f.script->ends.empty());
  f.use(f.make_node(2));
  f.advance(any_pause);
  BOOST_TEST(f.calls().reads.size() == 1u);
}

BOOST_AUTO_TEST_CASE(late_words_of_an_earlier_call_are_ignored) {
  subscription_fixture f;
  f.run();
  f.arrives(events(0));
  auto old = f.calls().reads[0];
  f.fails(errc::unavailable);
  const auto address = caf::actor_cast<caf::actor>(f.tested);
  f.tell(address, batch_arrived{1, events(7)}); // Between two calls.
  f.advance(any_pause);
  f.tell(address, batch_arrived{1, events(8)});
  f.tell(address, read_ended{1, tl::unexpected{failure_of(errc::access_denied)}});
  f.tell(address, subscription_confirmed{1});
  BOOST_TEST((f.received() == numbers{0}));
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(a_final_error_ends_it_after_what_is_ready) {
  struct { errc code; end_reason reason; } const rows[] = {
    {errc::stream_deleted, end_reason::stream_deleted},
    {errc::access_denied, end_reason::access_denied},
    {errc::unauthenticated, end_reason::access_denied},
    {errc::invalid_position, end_reason::invalid},
    {errc::protocol_error, end_reason::server_error},
  };
  for (const auto& row : rows) {
    subscription_fixture f{manner::later};
    f.run();
    f.arrives(events(0));
    f.arrives(events(1));
    f.fails(row.code);
    BOOST_TEST(f.script->ends.empty());
    f.answer_batch();
    BOOST_TEST(f.script->ends.empty());
    f.answer_batch();
    BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
    BOOST_TEST((f.script->ends[0].reason == row.reason));
    BOOST_TEST((f.script->ends[0].cause->code == row.code));
    BOOST_TEST((f.script->ends[0].last == last_delivered{stream_revision{1}}));
    f.expect_exit(f.tested);
    f.advance(any_pause);
    BOOST_TEST(f.calls_made() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_in_any_state_and_answers_when_the_end_was_sent) {
  for (const int state : {0, 1, 2, 3}) { // Idle, batches at the subscriber, between two calls, final error known.
    subscription_fixture f{manner::later};
    f.run();
    if (state != 0) {
      f.arrives(events(0));
      f.arrives(events(1));
    }
    if (state == 2)
      f.fails(errc::unavailable);
    if (state == 3)
      f.fails(errc::stream_deleted);
    const auto done = f.ask<void>(f.tested, cancel{});
    BOOST_TEST(done.succeeded());
    BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
    BOOST_TEST((f.script->ends[0].reason == end_reason::cancelled));
    BOOST_TEST(!f.script->ends[0].cause.has_value());
    f.expect_exit(f.tested);
    BOOST_TEST(f.calls().reads[0]->cancelled);
    f.advance(any_pause);
    if (state != 0)
      f.answer_batch(); // Too late.
    BOOST_TEST(f.script->ends.size() == 1u);
    BOOST_TEST(f.calls_made() == 1u);
    BOOST_TEST(!f.script->batch_after_end);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_subscriber) {
  for (const bool busy : {false, true}) {
    subscription_fixture f{manner::later};
    f.run();
    if (busy)
      f.arrives(events(0));
    f.kill(f.receiver);
    f.expect_exit(f.tested);
    BOOST_TEST(f.call().cancelled);
  }
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_is_dead_already_ends_it_before_it_begins) {
  subscription_fixture f;
  f.kill(f.receiver);
  f.start();
  BOOST_REQUIRE(!f.begun.pending());
  BOOST_TEST((f.begun.code() == errc::subscriber_failed || f.begun.code() == errc::closed));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_throws_ends_it) {
  subscription_fixture f{manner::throws};
  f.run();
  f.arrives(events(0));
  f.expect_exit(f.tested);
  BOOST_TEST(f.call().cancelled);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_refuses_a_batch_ends_it_and_is_told) {
  subscription_fixture f{manner::refuses};
  f.run();
  f.arrives(events(0));
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::subscriber_failed));
  BOOST_TEST((f.script->ends[0].cause->code == errc::subscriber_failed));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_answer_with_more_than_it_has_to) {
  subscription_fixture f{manner::answers_with_a_number};
  f.run();
  for (std::uint64_t i = 0; i < 10; ++i)
    f.arrives(events(i));
  BOOST_TEST(f.received().size() == 10u);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_take_all_the_time_it_wants) {
  subscription_fixture f{manner::later};
  f.run();
  f.arrives(events(0));
  f.arrives(events(1));
  f.advance(2h);
  BOOST_TEST(f.script->batches.size() == 1u);
  f.answer_batch();
  BOOST_TEST(f.script->batches.size() == 2u);
  BOOST_TEST(f.script->ends.empty());
}

BOOST_AUTO_TEST_CASE(items_that_are_no_events_are_delivered_too) {
  subscription_fixture f;
  f.run();
  f.arrives(caught_up_batch());
  BOOST_REQUIRE_EQUAL(f.script->batches.size(), 1u);
  BOOST_TEST(f.script->batches[0].size() == 1u);
}

BOOST_AUTO_TEST_CASE(killed_it_tells_the_end_once) {
  subscription_fixture f;
  f.run();
  f.arrives(events(0));
  f.kill(f.tested);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::closed));
}

BOOST_AUTO_TEST_SUITE_END()
