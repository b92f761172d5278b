// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>

#include "actors/workers/appender.hpp"
#include "actors/workers/reader.hpp"
#include "actors/workers/subscription.hpp"
#include "tests/actors/scripted_connection.hpp"

// Random orders of what the network, the host and the clock can do, against what must hold in all of them. A failure names its
// seed; the same seed does the same again.

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

constexpr int steps_of_a_run = 300;
const auto seeds = boost::unit_test::data::xrange(1u, 61u);

class dice {
public:
  explicit dice(unsigned seed) : source_{seed} {}
  /// 0 … sides-1.
  std::size_t roll(std::size_t sides) { return std::uniform_int_distribution<std::size_t>{0, sides - 1}(source_); }
  bool chance(unsigned percent) { return roll(100) < percent; }
  template <class T>
  T& one_of(std::vector<T>& all) {
    return all[roll(all.size())];
  }

private:
  std::mt19937 source_;
};

error some_failure(dice& random) {
  static constexpr errc codes[] = {errc::unavailable, errc::not_leader, errc::too_busy, errc::server_timeout,
                                   errc::server_stopping};
  return failure_of(codes[random.roll(std::size(codes))]);
}

// -- appender ------------------------------------------------------------------------------

struct appends_run : worker_fixture {
  static settings tight() {
    auto how = default_settings();
    how.max_appends_in_flight = 5;
    how.max_append_bytes_in_flight = 2000;
    return how;
  }
  explicit appends_run(unsigned seed) : worker_fixture{tight()}, random{seed} { tested = keep(sys.spawn(appender, context)); }
  ~appends_run() { tested = nullptr; }

  void step() {
    switch (random.roll(9)) {
      case 0:
      case 1:
      case 2: append(); break;
      case 3:
      case 4: reply(); break;
      case 5: end_a_call(); break;
      case 6: advance(std::chrono::milliseconds{random.roll(200)}); break;
      case 7: end_an_exchange(); break;
      case 8: change_the_connection(); break;
    }
    check_bounds();
  }

  void append() {
    call_options call;
    if (random.chance(30))
      call.deadline = std::chrono::milliseconds{1 + random.roll(500)};
    if (random.chance(10))
      call.credentials = credentials::basic("ada", "secret");
    if (random.chance(30))
      call.requires_leader = false;
    asked.push_back(ask<append_result>(
      tested, append_to_stream{
                .stream = "s", .events = {new_event::binary("t", std::string(random.roll(900), 'x'))}, .options = {call}}));
  }
  void reply() {
    std::vector<std::pair<std::shared_ptr<scripted_append>, uuid>> candidates;
    for (const auto& call : open(&scripted_transport::appends))
      for (const auto& id : call->correlations())
        candidates.emplace_back(call, id);
    if (candidates.empty())
      return;
    auto& [call, id] = random.one_of(candidates);
    if (random.chance(20))
      call->reply(id, unexpected{failure_of(errc::wrong_expected_version)});
    else
      call->reply(id, append_result{stream_revision{1}, std::nullopt});
    drain();
  }
  /// Of all nodes: what goes on with one call opens others meanwhile.
  template <class Call>
  std::vector<std::shared_ptr<Call>> open(std::vector<std::shared_ptr<Call>> scripted_transport::*calls) {
    std::vector<std::shared_ptr<Call>> found;
    for (const auto& transport : transports)
      for (const auto& call : (*transport).*calls)
        if (!call->ended)
          found.push_back(call);
    return found;
  }
  void end_a_call() {
    for (const auto& call : open(&scripted_transport::appends))
      if (random.chance(30)) {
        call->end(random.chance(20) ? result<void>{} : unexpected{some_failure(random)});
        drain();
      }
  }
  void end_an_exchange() {
    for (const auto& call : open(&scripted_transport::exchanges))
      if (random.chance(50)) {
        call->end(random.chance(50) ? result<std::vector<std::string>>{std::vector{append_message(2)}}
                                    : unexpected{some_failure(random)});
        drain();
      }
  }
  void change_the_connection() {
    if (random.chance(40)) {
      link->at_once.reset();
    } else if (random.chance(20)) {
      link->at_once = unexpected{failure_of(errc::discovery_failed)};
      answer_asks(*link->at_once);
    } else {
      use(make_node(++generations, random.chance(80)));
      answer_asks(*link->at_once);
    }
  }
  void check_bounds() {
    std::size_t flying = 0;
    for (const auto& each : asked)
      flying += each.pending() ? 1 : 0;
    const auto& state = any_caf::state_of(caf::actor_cast<caf::stateful_actor<appender_state, appender_actor::base>*>(tested));
    BOOST_REQUIRE_EQUAL(state.flying.size() + state.singles.size() + state.waiting.size(), flying);
    BOOST_REQUIRE(state.flying.size() + state.singles.size() <= 5u);
    std::size_t bytes = 0, bytes_waiting = 0;
    for (const auto& [number, each] : state.flying)
      bytes += each.held.bytes();
    for (const auto& [number, each] : state.singles)
      bytes += each.held.bytes();
    for (const auto& each : state.waiting)
      bytes_waiting += each.bytes;
    BOOST_REQUIRE_EQUAL(state.flying_load.appends, state.flying.size() + state.singles.size());
    BOOST_REQUIRE_EQUAL(state.flying_load.bytes, bytes);
    BOOST_REQUIRE_EQUAL(state.queued_load.appends, state.waiting.size());
    BOOST_REQUIRE_EQUAL(state.queued_load.bytes, bytes_waiting);
  }

  dice random;
  appender_actor tested;
  std::uint64_t generations = 1;
  std::vector<answer<append_result>> asked;
};

// -- reader ---------------------------------------------------------------------------------

struct read_run : worker_fixture {
  explicit read_run(unsigned seed) : random{seed} {
    if (random.chance(30))
      link->at_once.reset();
    tested = keep(reader_actor{sys.spawn(reader, read_plan{{.source = wire::stream_source{"s", stream_start}}, {}}, context,
                                         caf::actor_cast<caf::strong_actor_ptr>(self))});
    drain();
  }
  ~read_run() { tested = nullptr; }

  scripted_read* open_call() { return calls().reads.empty() || calls().reads[0]->ended ? nullptr : calls().reads[0].get(); }
  void step() {
    auto* call = open_call();
    switch (random.roll(6)) {
      case 0:
      case 1: asked.push_back(ask<event_batch>(tested, next{})); break;
      case 2:
      case 3:
        if (call && call->open_demand() > 0) {
          const auto count = 1 + random.roll(4);
          call->batch(events(sent, count));
          sent += count;
          drain();
        }
        break;
      case 4:
        if (!link->asked.empty())
          answer_asks(random.chance(90) ? result<node_ptr>{make_node(1)} : unexpected{failure_of(errc::discovery_failed)});
        break;
      case 5:
        if (call && random.chance(4)) {
          call->end(random.chance(50) ? result<void>{} : unexpected{some_failure(random)});
          drain();
        }
        break;
    }
    if ((call = open_call()))
      BOOST_REQUIRE(call->open_demand() <= reader_state::batches_ahead);
    check_order();
  }
  /// Answers come in the order of the questions, with all events in order, then the end for all.
  void check_order() {
    std::uint64_t expected = 0;
    bool over = false;
    for (const auto& each : asked) {
      if (each.pending()) {
        over = true;
        continue;
      }
      if (!each.succeeded() || each.value().empty()) {
        over = true;
        continue;
      }
      BOOST_REQUIRE(!over);
      for (const auto revision : revisions(each.value()))
        BOOST_REQUIRE_EQUAL(revision, expected++);
    }
    BOOST_REQUIRE(expected <= sent);
  }

  dice random;
  reader_actor tested;
  std::uint64_t sent = 0;
  std::vector<answer<event_batch>> asked;
};

// -- subscription ------------------------------------------------------------------------------

struct follower {
  std::vector<std::uint64_t> got;
  int ends = 0;
  int handling = 0;
  bool wrong = false;
  std::vector<caf::response_promise> owed;
};

caf::behavior follow(caf::event_based_actor* self, std::shared_ptr<follower> seen) {
  return {
    [self, seen](const event_batch& batch) -> caf::result<void> {
      seen->wrong |= seen->ends > 0 || seen->handling++ > 0;
      for (const auto each : revisions(batch))
        seen->got.push_back(each);
      auto promise = self->make_response_promise();
      seen->owed.push_back(promise);
      return promise;
    },
    [seen](const subscription_ended&) { ++seen->ends; },
    [](const step& what) { what.run(); },
  };
}

struct subscription_run : worker_fixture {
  explicit subscription_run(unsigned seed) : random{seed} {
    receiver = keep(sys.spawn(follow, seen));
    auto spawned = sys.spawn(subscription, subscription_plan{stream_plan{"s", {}}, receiver}, context);
    begun = ask<subscription_actor>(caf::actor_cast<caf::actor>(spawned), begin{});
    tested = keep(subscription_actor{spawned});
  }
  ~subscription_run() {
    seen->owed.clear();
    tested = nullptr;
    receiver = nullptr;
  }

  scripted_read* open_call() {
    for (auto transport = transports.rbegin(); transport != transports.rend(); ++transport)
      for (auto call = (*transport)->reads.rbegin(); call != (*transport)->reads.rend(); ++call)
        if (!(*call)->ended && !(*call)->cancelled)
          return call->get();
    return nullptr;
  }
  /// The server goes on where a call asked it to.
  void send() {
    auto* call = open_call();
    if (!call || call->open_demand() == 0)
      return;
    const auto from = std::get<wire::stream_source>(call->request.source).from.revision();
    auto& at = place[call];
    const auto first = from ? from->value + 1 + at : at;
    const auto count = 1 + random.roll(3);
    at += count;
    call->batch(events(first, count));
    drain();
  }
  void next_step() {
    switch (random.roll(6)) {
      case 0:
      case 1: send(); break;
      case 2:
        if (seen->handling > 0)
          tell(receiver, step{[this] {
                 --seen->handling;
                 auto promise = std::move(seen->owed.back());
                 seen->owed.pop_back();
                 promise.deliver(caf::unit);
               }});
        break;
      case 3:
        if (auto* call = open_call(); call && begun.pending()) {
          call->confirm();
          drain();
        }
        break;
      case 4:
        if (auto* call = open_call(); call && !begun.pending() && random.chance(30)) {
          if (random.chance(50))
            use(make_node(++generations));
          call->end(random.chance(20) ? result<void>{} : unexpected{some_failure(random)});
          drain();
        }
        break;
      case 5: advance(std::chrono::milliseconds{random.roll(3000)}); break;
    }
    BOOST_REQUIRE(!seen->wrong);
    for (std::size_t i = 0; i < seen->got.size(); ++i)
      BOOST_REQUIRE_EQUAL(seen->got[i], i); // None missing, none twice, whatever broke.
    if (auto* call = open_call())
      BOOST_REQUIRE(call->open_demand() <= subscription_state::batches_ahead);
  }

  dice random;
  std::shared_ptr<follower> seen = std::make_shared<follower>();
  caf::actor receiver;
  subscription_actor tested;
  answer<subscription_actor> begun;
  std::uint64_t generations = 1;
  std::map<scripted_read*, std::uint64_t> place;
};

} // namespace

BOOST_AUTO_TEST_SUITE(interleavings)

BOOST_DATA_TEST_CASE(every_append_is_answered_exactly_once, seeds, seed) {
  appends_run run{seed};
  for (int i = 0; i < steps_of_a_run; ++i)
    run.step();
  run.kill(run.tested);
  for (const auto& each : run.asked)
    BOOST_TEST(!each.pending());
}

BOOST_DATA_TEST_CASE(a_reading_keeps_its_order_and_answers_everybody, seeds, seed) {
  read_run run{seed};
  for (int i = 0; i < steps_of_a_run; ++i)
    run.step();
  run.kill(run.tested);
  for (const auto& each : run.asked)
    BOOST_TEST(!each.pending());
  run.check_order();
}

BOOST_DATA_TEST_CASE(a_subscription_misses_and_repeats_nothing, seeds, seed) {
  subscription_run run{seed};
  for (int i = 0; i < steps_of_a_run; ++i)
    run.next_step();
  const auto began = run.begun.succeeded();
  run.kill(run.tested);
  BOOST_TEST(!run.begun.pending());
  BOOST_TEST(run.seen->ends == (began ? 1 : 0));
}

BOOST_AUTO_TEST_SUITE_END()
