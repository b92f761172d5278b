// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <caf/response_promise.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "actors/workers/competing_workers.hpp"
#include "actors/workers/consumer.hpp"
#include "tests/actors/scripted_connection.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

/// An event that a worker has and has not answered.
struct task {
  std::uint64_t number = 0;
  std::uint32_t retries = 0;
  caf::actor worker;
  caf::response_promise promise;
};

/// What the workers got, and what the observer was told.
struct workers_script {
  std::vector<task> tasks;
  std::vector<std::uint64_t> given; ///< All, in order.
  std::set<std::uint64_t> throws_at, refuses_at;
  std::size_t spawned = 0;
  std::vector<worker_lost> losses;
  std::vector<subscription_ended> ends;
};
using script_ptr = std::shared_ptr<workers_script>;

caf::behavior worker(caf::event_based_actor* self, script_ptr script) {
  return {
    [self, script](const work_item& item) -> caf::result<outcome> {
      const auto number = item.event().revision().value;
      script->given.push_back(number);
      if (script->throws_at.contains(number))
        throw std::runtime_error{"scripted"};
      if (script->refuses_at.contains(number))
        return to_caf({.code = errc::internal, .message = "no disk"});
      auto promise = self->make_response_promise();
      script->tasks.push_back({number, item.retries(), caf::actor{self}, promise});
      return promise;
    },
    [](const step& what) { what.run(); },
  };
}

caf::behavior silent_worker(caf::event_based_actor*) {
  return {[](const work_item&) {}};
}

caf::behavior observer(caf::event_based_actor*, script_ptr script) {
  return {
    [script](const worker_lost& what) { script->losses.push_back(what); },
    [script](const subscription_ended& what) { script->ends.push_back(what); },
  };
}

/// Starts consumers as a client does.
caf::behavior consuming_client(caf::event_based_actor* self, worker_context_ptr context, std::shared_ptr<caf::actor> spawned) {
  return {
    [self, context, spawned](const consume& what) -> caf::result<consumer_actor> {
      auto promise = self->make_response_promise<consumer_actor>();
      auto started = self->spawn(consumer, consumer_plan{what.group, what.options, what.subscriber.handle()}, context);
      *spawned = caf::actor_cast<caf::actor>(started);
      any_caf::request(self, *spawned, caf::infinite, begin{})
        .then([promise](const consumer_actor& begun) mutable { promise.deliver(begun); },
              [promise](const caf::error& why) mutable { promise.deliver(why); });
      return promise;
    },
  };
}

constexpr std::chrono::milliseconds any_pause{5100};

struct workers_fixture : worker_fixture {
  ~workers_fixture() {
    script->tasks.clear();
    tested = nullptr;
    client = nullptr;
    watcher = nullptr;
    *spawned = nullptr;
  }

  void start(competing_workers_options how = {}) {
    watcher = keep(sys.spawn(observer, script));
    client = keep(sys.spawn(consuming_client, context, spawned));
    competing_workers_plan plan{.group = {"s", "g"},
                                .make_worker =
                                  [this](caf::actor_system& system) {
                                    ++script->spawned;
                                    return silent ? system.spawn(silent_worker) : system.spawn(worker, script);
                                  },
                                .observer = watcher,
                                .options = std::move(how)};
    tested = keep(spawn_competing_workers(sys, caf::actor_cast<client_actor>(client), std::move(plan)).value());
    joined = ask<void>(tested, await_joined{});
    keep(*spawned);
  }
  void run(competing_workers_options how = {}) {
    start(std::move(how));
    call().confirm();
    drain();
  }

  scripted_consume& call() { return *calls().consumers.back(); }
  void arrive(const std::vector<std::uint64_t>& numbers, std::uint32_t retries = 0) {
    call().batch(consumed_of(numbers, retries));
    drain();
  }
  void fails(errc code) {
    call().end(unexpected{failure_of(code)});
    drain();
  }
  /// Of the one who has that event.
  task take(std::uint64_t number) {
    const auto at = std::ranges::find(script->tasks, number, &task::number);
    if (at == script->tasks.end())
      throw std::logic_error{"nobody has event " + std::to_string(number)};
    auto taken = *at;
    script->tasks.erase(at);
    return taken;
  }
  void answer(std::uint64_t number, outcome answer = outcome::ack()) {
    auto one = take(number);
    tell(one.worker, step{[one, answer]() mutable { one.promise.deliver(answer); }});
  }
  std::vector<std::uint64_t> working() const {
    std::vector<std::uint64_t> numbers;
    for (const auto& each : script->tasks)
      numbers.push_back(each.number);
    return numbers;
  }
  std::optional<outcome> written(std::uint64_t number) {
    for (const auto& each : call().answers)
      if (each.id == id_of_event(number))
        return each.answer;
    return std::nullopt;
  }
  workload load() { return ask<workload>(tested, get_workload{}).value(); }

  script_ptr script = std::make_shared<workers_script>();
  bool silent = false;
  caf::actor watcher, client;
  std::shared_ptr<caf::actor> spawned = std::make_shared<caf::actor>();
  competing_workers_actor tested;
  kdb::test::answer<void> joined;
};

using numbers = std::vector<std::uint64_t>;

competing_workers_options at_once(std::size_t workers, std::uint32_t buffer = 100) {
  return {.workers = workers, .consumer = {.buffer = buffer, .ack_delay = 0ms}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(competing_workers_actor_)

BOOST_AUTO_TEST_CASE(it_has_joined_when_the_server_has_confirmed) {
  workers_fixture f;
  f.start({.consumer = {.buffer = 33}});
  BOOST_TEST(to_string(f.call().request.group) == "s::g");
  BOOST_TEST(f.call().request.buffer == 33u);
  BOOST_TEST(f.script->spawned == 4u);
  BOOST_TEST(f.joined.pending());
  f.call().confirm();
  f.drain();
  BOOST_TEST(f.joined.succeeded());
  BOOST_TEST(f.ask<void>(f.tested, await_joined{}).succeeded());
}

BOOST_AUTO_TEST_CASE(a_refused_consumer_is_the_answer_and_the_end) {
  workers_fixture f;
  f.start();
  f.fails(errc::group_not_found);
  BOOST_TEST((f.joined.code() == errc::group_not_found));
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::group_gone));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(what_can_not_work_is_refused) {
  workers_fixture f;
  const auto refused = [&](competing_workers_plan plan) {
    return spawn_competing_workers(f.sys, client_actor{}, std::move(plan)).error().code == errc::invalid_argument;
  };
  const worker_factory none = [](caf::actor_system&) { return caf::actor{}; };
  BOOST_TEST(refused({.group = {"s", "g"}}));
  BOOST_TEST(refused({.group = {"s", "g"}, .make_worker = none, .options = {.workers = 0}}));
  BOOST_TEST(refused({.group = {"s", "g"}, .make_worker = none, .options = {.key = nullptr}}));
}

BOOST_AUTO_TEST_CASE(keys_go_on_in_parallel_and_each_keeps_its_order) {
  workers_fixture f;
  f.run(at_once(3));
  f.arrive({0, 5, 1, 10, 6, 2, 3});
  BOOST_TEST(f.working() == (numbers{0, 1, 2}), boost::test_tools::per_element());
  f.answer(1);
  BOOST_TEST(f.working() == (numbers{0, 2, 3}), boost::test_tools::per_element()); // 3 has waited longer than 6.
  f.answer(0);
  f.answer(2);
  BOOST_TEST(f.working() == (numbers{3, 6, 5}), boost::test_tools::per_element());
  f.answer(5);
  BOOST_TEST(f.script->given.back() == 10u);
  BOOST_TEST((f.load() == workload{.workers = 3, .working = 3, .waiting = 0}));
}

BOOST_AUTO_TEST_CASE(each_outcome_is_sent_on_as_it_comes) {
  workers_fixture f;
  f.run(at_once(2));
  f.arrive({0, 1, 2});
  f.answer(1, outcome::nack(nack_action::park, "bad"));
  BOOST_REQUIRE_EQUAL(f.call().answers.size(), 1u);
  BOOST_TEST((*f.written(1) == outcome::nack(nack_action::park, "bad")));
  f.answer(0);
  BOOST_TEST((*f.written(0) == outcome::ack()));
  BOOST_TEST(!f.written(2).has_value());
}

BOOST_AUTO_TEST_CASE(keys_are_what_the_options_say) {
  workers_fixture f;
  auto how = at_once(3);
  how.key = [](const resolved_event& event) { return event.revision().value < 3 ? "small" : "large"; };
  f.run(std::move(how));
  f.arrive({0, 1, 2, 3, 4});
  BOOST_TEST(f.working() == (numbers{0, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_more_is_held_than_the_buffer_and_batches_do_not_wait_for_each_other) {
  workers_fixture f;
  f.run(at_once(2, 6));
  BOOST_TEST(f.call().open_demand() == 6u);
  f.arrive({0, 1, 2});
  BOOST_TEST(f.call().open_demand() == 3u);
  f.arrive({3, 5, 10});
  BOOST_TEST(f.call().open_demand() == 0u);
  BOOST_TEST((f.load() == workload{.workers = 2, .working = 2, .waiting = 4}));
  f.answer(1);
  BOOST_TEST(f.call().open_demand() == 1u);
  f.arrive({4});
  BOOST_TEST(f.call().open_demand() == 0u);
  for (const auto each : {0u, 2u, 3u, 4u, 5u, 10u})
    f.answer(each);
  BOOST_TEST(f.call().open_demand() > 3u); // Not for every single event.
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_nacks_by_policy_and_is_replaced_and_reported) {
  workers_fixture f;
  f.script->throws_at = {0};
  auto how = at_once(2);
  how.consumer.on_failure = outcome::nack(nack_action::park);
  f.run(std::move(how));
  f.arrive({0, 5, 1});
  BOOST_REQUIRE(f.written(0).has_value());
  BOOST_TEST((f.written(0)->action() == nack_action::park));
  BOOST_TEST(!f.written(0)->reason().empty());
  BOOST_REQUIRE_EQUAL(f.script->losses.size(), 1u);
  BOOST_TEST(f.script->losses[0].replaced);
  BOOST_TEST(f.script->losses[0].workers == 2u);
  BOOST_TEST(f.script->spawned == 3u);
  BOOST_TEST(f.working() == (numbers{1, 5}), boost::test_tools::per_element());
  f.arrive({0}, 1);
  BOOST_TEST(!f.script->ends.size());
}

BOOST_AUTO_TEST_CASE(a_worker_that_goes_between_events_is_replaced_too) {
  workers_fixture f;
  f.run(at_once(1));
  f.arrive({0});
  auto one = f.take(0);
  f.tell(one.worker, step{[one]() mutable { one.promise.deliver(outcome::ack()); }});
  f.kill(one.worker);
  BOOST_TEST(f.script->losses.size() == 1u);
  f.arrive({1});
  BOOST_TEST(f.working() == numbers{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_worker_whose_error_looks_like_its_end_goes_on_when_it_has_not_ended) {
  workers_fixture f;
  f.run(at_once(1));
  f.arrive({0, 5});
  auto one = f.take(0);
  f.tell(one.worker, step{[one]() mutable { one.promise.deliver(make_error(caf::sec::runtime_error)); }});
  BOOST_TEST((f.written(0)->action() == nack_action::retry));
  BOOST_TEST(f.working().empty());
  f.advance(competing_workers_state::doubt);
  BOOST_TEST(f.working() == numbers{5}, boost::test_tools::per_element());
  BOOST_TEST(f.script->losses.empty());
}

BOOST_AUTO_TEST_CASE(a_worker_that_refuses_or_says_nothing_nacks_by_policy_and_lives_on) {
  workers_fixture f;
  f.script->refuses_at = {0};
  f.run(at_once(1));
  f.arrive({0, 1});
  BOOST_TEST((*f.written(0) == outcome::nack(nack_action::retry, "no disk")));
  BOOST_TEST(f.working() == numbers{1}, boost::test_tools::per_element());
  BOOST_TEST(f.script->losses.empty());
  workers_fixture quiet;
  quiet.silent = true;
  quiet.run(at_once(1));
  quiet.arrive({0, 1});
  BOOST_TEST((quiet.written(1)->action() == nack_action::retry));
}

BOOST_AUTO_TEST_CASE(without_replacements_there_are_fewer_and_after_the_last_one_the_end) {
  workers_fixture f;
  f.script->throws_at = {0, 1};
  auto how = at_once(2);
  how.replacements = 0;
  f.run(std::move(how));
  f.arrive({0});
  BOOST_TEST(!f.script->losses.at(0).replaced);
  BOOST_TEST(f.load().workers == 1u);
  f.arrive({1});
  f.advance(consumer_state::grace);
  BOOST_TEST((f.written(1)->action() == nack_action::retry));
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::subscriber_failed));
  BOOST_TEST((f.script->ends[0].cause->code == errc::subscriber_failed));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(cancelled_it_lets_workers_finish_and_sends_what_they_say) {
  workers_fixture f;
  f.run(at_once(2));
  f.arrive({0, 5, 1, 6});
  const auto cancelled = f.ask<void>(f.tested, cancel{});
  f.answer(0);
  BOOST_TEST(f.working() == numbers{1}, boost::test_tools::per_element()); // 5 and 6 are handed out to nobody.
  BOOST_TEST(cancelled.pending());
  BOOST_TEST(!f.call().cancelled);
  f.answer(1);
  f.advance(consumer_state::grace);
  BOOST_TEST(f.call().answers.size() == 2u);
  BOOST_TEST(cancelled.succeeded());
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::cancelled));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(workers_that_take_too_long_are_not_waited_for) {
  workers_fixture f;
  auto how = at_once(1);
  how.stop_within = 2s;
  f.run(std::move(how));
  f.arrive({0});
  const auto cancelled = f.ask<void>(f.tested, cancel{});
  f.advance(1999ms);
  BOOST_TEST(cancelled.pending());
  f.advance(1ms);
  BOOST_TEST(cancelled.succeeded());
  const auto left = f.take(0);
  f.expect_exit(left.worker);
}

BOOST_AUTO_TEST_CASE(cancelled_before_it_has_joined_it_ends_when_that_is_decided) {
  workers_fixture f;
  f.start();
  const auto cancelled = f.ask<void>(f.tested, cancel{});
  BOOST_TEST(cancelled.pending());
  f.call().confirm();
  f.drain();
  BOOST_TEST(cancelled.succeeded());
  BOOST_TEST((f.script->ends.at(0).reason == end_reason::cancelled));
  f.expect_exit(f.tested);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_consumer_is_the_end_and_the_workers_end_with_it) {
  workers_fixture f;
  f.run(at_once(1));
  f.arrive({0});
  f.fails(errc::access_denied);
  BOOST_REQUIRE_EQUAL(f.script->ends.size(), 1u);
  BOOST_TEST((f.script->ends[0].reason == end_reason::access_denied));
  f.expect_exit(f.tested);
  const auto left = f.take(0);
  f.expect_exit(left.worker);
}

BOOST_AUTO_TEST_CASE(killed_it_tells_the_end_and_takes_its_workers_along) {
  workers_fixture f;
  f.run(at_once(1));
  f.arrive({0});
  f.kill(f.tested);
  BOOST_TEST(f.script->ends.size() == 1u);
  const auto left = f.take(0);
  f.expect_exit(left.worker);
}

BOOST_AUTO_TEST_CASE(after_a_lost_call_what_waits_is_taken_back_and_what_is_at_work_goes_before_its_like) {
  workers_fixture f;
  f.run(at_once(2));
  f.arrive({0, 5, 1, 6});
  f.fails(errc::unavailable);
  f.advance(any_pause);
  f.call().confirm();
  f.drain();
  f.arrive({0, 5, 2}, 1);
  BOOST_TEST((f.load() == workload{.workers = 2, .working = 2, .waiting = 3}));
  f.answer(0); // It belongs to the call that was lost.
  BOOST_TEST(f.call().answers.empty());
  BOOST_TEST(f.working() == (numbers{1, 2}), boost::test_tools::per_element());
  f.answer(1);
  f.answer(2);
  f.answer(0);
  BOOST_TEST(f.written(0)->is_ack());
  BOOST_TEST(f.script->given == (numbers{0, 1, 2, 0, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_event_that_is_here_already_and_comes_again_is_worked_on_once) {
  workers_fixture f;
  f.run(at_once(1));
  f.arrive({0, 1});
  f.arrive({0, 1}, 1); // Their message timeout has passed.
  BOOST_TEST((f.load() == workload{.workers = 1, .working = 1, .waiting = 1}));
  f.answer(0);
  f.answer(1);
  BOOST_TEST(f.working().empty());
  f.arrive({0}, 2); // Handed out again after the answer: the server did not know it yet.
  BOOST_TEST(f.working() == numbers{0}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

// -- whatever happens -----------------------------------------------------------------------------

namespace {

struct workers_run : workers_fixture {
  static constexpr std::uint32_t buffer = 12;

  explicit workers_run(unsigned seed) : random{seed} {
    run(at_once(3, buffer));
    confirmed = &call();
  }

  std::size_t roll(std::size_t sides) { return std::uniform_int_distribution<std::size_t>{0, sides - 1}(random); }
  bool alive() { return !call().ended && !call().cancelled; }
  bool may_send() { return alive() && confirmed == &call() && call().open_demand() > 0; }

  void next_step() {
    switch (roll(12)) {
      case 0:
      case 1:
      case 2: send(); break;
      case 3:
      case 4:
      case 5:
      case 6:
        if (!script->tasks.empty())
          answer(any_task(), roll(4) ? outcome::ack() : outcome::nack(nack_action::retry, "again"));
        break;
      case 7:
        if (!script->tasks.empty() && roll(3) == 0)
          kill(take(any_task()).worker);
        break;
      case 8:
        if (confirmed == &call() && alive() && roll(5) == 0) {
          fails(errc::unavailable);
          sent.clear();
          was_lost = true;
        }
        break;
      case 9: advance(std::chrono::milliseconds{roll(3000)}); break;
      case 10:
        if (alive() && confirmed != &call()) {
          confirmed = &call();
          call().confirm();
          drain();
        }
        break;
      case 11: send_again(); break;
    }
    check();
  }
  std::uint64_t any_task() { return script->tasks[roll(script->tasks.size())].number; }
  void send() {
    if (!may_send())
      return;
    std::vector<std::uint64_t> some;
    const auto count = 1 + roll(std::min<std::size_t>(call().open_demand(), 4));
    for (std::size_t i = 0; i < count; ++i)
      some.push_back(++last);
    sent.insert(some.begin(), some.end());
    arrive(some);
  }
  /// One whose message timeout has passed.
  void send_again() {
    if (!may_send() || sent.empty())
      return;
    const auto which = *std::next(sent.begin(), static_cast<std::ptrdiff_t>(roll(sent.size())));
    if (!written(which))
      arrive({which}, 1);
  }
  void check() {
    std::set<std::uint64_t> keys;
    for (const auto& each : script->tasks)
      BOOST_REQUIRE(keys.insert(each.number % 5).second); // One of a key at a time.
    const auto now = load();
    BOOST_REQUIRE_EQUAL(now.workers, 3u);
    BOOST_REQUIRE_EQUAL(now.working, script->tasks.size());
    // A call whose confirmation has to be read may bring one event beyond what is left of earlier ones.
    if (alive())
      BOOST_REQUIRE(now.working + now.waiting + call().open_demand() <= buffer + (was_lost ? 1u : 0u));
    if (now.waiting > 0)
      BOOST_REQUIRE(now.working > 0);
  }

  std::mt19937 random;
  std::uint64_t last = 0;
  std::set<std::uint64_t> sent; // With this call.
  const scripted_consume* confirmed = nullptr;
  bool was_lost = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(competing_workers_interleavings)

BOOST_DATA_TEST_CASE(keys_keep_their_order_and_every_event_is_answered, boost::unit_test::data::xrange(1u, 61u), seed) {
  workers_run run{seed};
  for (int i = 0; i < 300; ++i)
    run.next_step();
  while (!run.script->tasks.empty())
    run.answer(run.script->tasks.front().number);
  BOOST_TEST(run.load().waiting == 0u);
  BOOST_TEST(!run.script->given.empty());
  std::map<std::uint64_t, std::uint64_t> latest; // Of each key.
  for (const auto each : run.script->given)
    BOOST_REQUIRE(std::exchange(latest[each % 5], each) < each);
  if (run.alive())
    for (const auto each : run.sent)
      BOOST_TEST(run.written(each).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
