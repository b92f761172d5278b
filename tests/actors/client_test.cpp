#include <boost/test/unit_test.hpp>

#include <actors/actor_fixture.hpp>
#include <actors/scripted_transport.hpp>
#include <client.hpp>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

struct client_fixture : actor_fixture {
  client_fixture() {
    how.endpoints = {{"127.0.0.1", 2113}};
    how.tls.enabled = false;
    how.max_discover_attempts = 1;
    tested =
      keep(client_actor{sys.spawn(client_behavior, client_parts{.how = how,
                                                                .engine = nullptr,
                                                                .transports =
                                                                  [this](const endpoint&) {
                                                                    transports.push_back(std::make_shared<scripted_transport>());
                                                                    return transports.back();
                                                                  },
                                                                .log = nullptr})});
    receiver = keep(sys.spawn(
      [](caf::event_based_actor* me, client_fixture* test) -> caf::behavior {
        me->set_default_handler(caf::drop);
        return {[test](const event_batch&) { ++test->batches; },
                [test](const subscription_ended& end) { test->ends.push_back(end); }};
      },
      this));
    drain();
  }
  ~client_fixture() {
    caf::anon_send_exit(tested, caf::exit_reason::user_shutdown);
    drain();
    tested = nullptr;
    receiver = nullptr;
    for (const auto& each : transports)
      each->forget_calls();
  }

  answer<append_result> append() {
    return ask<append_result>(tested, append_to_stream{.stream = "s", .events = {new_event::json("t", "{}")}});
  }
  answer<reader_actor> read() { return ask<reader_actor>(tested, read_stream{.stream = "s"}); }
  answer<subscription_actor> subscribe() {
    return ask<subscription_actor>(tested, subscribe_to_stream{.stream = "s", .subscriber = receiver});
  }
  answer<void> close() { return ask<void>(tested, kdb::close{}); }

  scripted_transport& calls() { return *transports.back(); }
  void node_answers() {
    calls().exchanges.at(0)->end(std::vector{features_message()});
    drain();
  }
  void node_fails(errc code = errc::unavailable) {
    calls().exchanges.at(0)->end(tl::unexpected{failure_of(code)});
    drain();
  }
  /// A client with a node, and a call for appends on it.
  void connect() {
    const auto done = append();
    node_answers();
    reply(0);
    BOOST_REQUIRE(done.succeeded());
  }
  void reply(std::size_t append) {
    auto& call = *calls().appends.at(0);
    call.reply(call.correlations().at(append), append_result{stream_revision{append}, std::nullopt});
    drain();
  }
  /// A worker, by its name.
  caf::strong_actor_ptr worker(std::string_view name) {
    auto& state = caf::actor_cast<caf::stateful_actor<client_state, client_self::base>*>(tested)->state;
    for (const auto& [address, unused] : state.children)
      if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(address))
        if (caf::actor_cast<caf::local_actor*>(alive)->name() == name)
          return alive;
    return nullptr;
  }

  settings how;
  client_actor tested;
  caf::actor receiver;
  std::size_t batches = 0;
  std::vector<subscription_ended> ends;
  std::vector<std::shared_ptr<scripted_transport>> transports;
};

void expect_closed(client_fixture& f) {
  BOOST_TEST((f.append().code() == errc::closed));
  BOOST_TEST((f.read().code() == errc::closed));
  BOOST_TEST((f.subscribe().code() == errc::closed));
  BOOST_TEST((f.ask<connected>(f.tested, await_connected{}).code() == errc::closed));
  BOOST_TEST((f.ask<log_position>(f.tested, head_position{}).code() == errc::closed));
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_actor_)

BOOST_AUTO_TEST_CASE(nothing_is_dialled_before_somebody_asks_for_something) {
  client_fixture f;
  f.advance(1h);
  BOOST_TEST(f.transports.empty());
}

BOOST_AUTO_TEST_CASE(an_append_goes_through) {
  client_fixture f;
  f.connect();
}

BOOST_AUTO_TEST_CASE(a_read_goes_through) {
  client_fixture f;
  f.connect();
  const auto reading = f.read();
  const auto first = f.ask<event_batch>(reading.value(), next{});
  f.calls().reads.at(0)->batch(events(0, 3));
  f.drain();
  BOOST_TEST(first.value().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_read_without_events_has_an_error_only_for_what_cant_be_sent) {
  client_fixture f;
  BOOST_TEST((f.ask<reader_actor>(f.tested, read_stream{.stream = ""}).code() == errc::invalid_argument));
  BOOST_TEST(
    (f.ask<reader_actor>(f.tested, read_stream{.stream = "s", .options = {.limit = 0}}).code() == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(a_subscription_goes_through) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  BOOST_TEST(started.pending());
  f.calls().reads.at(0)->confirm();
  f.calls().reads.at(0)->batch(events(0));
  f.drain();
  BOOST_TEST(started.succeeded());
  BOOST_TEST(f.batches == 1u);
}

BOOST_AUTO_TEST_CASE(a_subscription_needs_a_subscriber) {
  client_fixture f;
  BOOST_TEST((f.ask<subscription_actor>(f.tested, subscribe_to_stream{.stream = "s"}).code() == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(the_head_is_the_position_of_the_last_event) {
  client_fixture f;
  f.connect();
  const auto head = f.ask<log_position>(f.tested, head_position{});
  auto& call = *f.calls().reads.at(0);
  BOOST_TEST((call.request.direction == backwards));
  BOOST_TEST((call.request.limit == std::optional<std::uint64_t>{1}));
  call.batch(events(7));
  f.drain();
  BOOST_TEST((head.value() == log_position{70, 70}));
}

BOOST_AUTO_TEST_CASE(the_head_of_nothing_is_zero) {
  client_fixture f;
  f.connect();
  const auto head = f.ask<log_position>(f.tested, head_position{});
  f.calls().reads.at(0)->end({});
  f.drain();
  BOOST_TEST((head.value() == log_position{}));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_outlasts_failed_rounds) {
  client_fixture f;
  const auto waits = f.ask<connected>(f.tested, await_connected{10s});
  for (std::size_t i = 1; i <= 5; ++i) {
    BOOST_REQUIRE_EQUAL(f.transports.size(), i);
    f.node_fails();
    f.advance(100ms);
  }
  BOOST_TEST(waits.pending());
  f.node_answers();
  BOOST_REQUIRE(waits.succeeded());
  BOOST_TEST(waits.value().server_version == "26.1.1");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_waits_no_longer_than_said) {
  client_fixture f;
  const auto waits = f.ask<connected>(f.tested, await_connected{1s});
  f.advance(999ms);
  BOOST_TEST(waits.pending());
  f.advance(2ms);
  BOOST_REQUIRE(!waits.pending());
  BOOST_TEST((waits.code() == errc::deadline_exceeded));
  BOOST_TEST((f.ask<connected>(f.tested, await_connected{0ms}).code() == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(no_failure_leaves_it_dead) {
  client_fixture f;
  const auto first = f.append();
  f.node_fails();
  BOOST_TEST((first.code() == errc::discovery_failed));
  f.connect();
  f.calls().appends.at(0)->end(tl::unexpected{node_gone()});
  f.drain();
  f.connect();
  BOOST_TEST(f.transports.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_is_replaced) {
  for (const auto* name : {"kdb.appender", "kdb.connection"}) {
    client_fixture f;
    f.connect();
    const auto pending = f.append();
    const auto before = f.worker(name);
    BOOST_REQUIRE(before);
    f.kill(before);
    BOOST_TEST((pending.code() == errc::closed));
    BOOST_TEST(pending.why().outcome_unknown);
    BOOST_TEST((f.worker(name) != nullptr));
    BOOST_TEST((f.worker(name) != before));
    const auto again = f.append();
    if (f.transports.size() > 1)
      f.node_answers();
    auto& call = *f.calls().appends.back();
    call.reply(call.correlations().back(), append_result{});
    f.drain();
    BOOST_TEST(again.succeeded());
  }
}

BOOST_AUTO_TEST_CASE(the_death_of_the_appender_leaves_the_node_in_use) {
  client_fixture f;
  f.connect();
  const auto link = f.worker("kdb.connection");
  f.kill(f.worker("kdb.appender"));
  BOOST_TEST((f.worker("kdb.connection") == link));
  f.append();
  BOOST_TEST(f.transports.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_death_of_the_discovery_is_made_good) {
  client_fixture f;
  auto& state = caf::actor_cast<caf::stateful_actor<client_state, client_self::base>*>(f.tested)->state;
  const auto workers = state.children.size();
  for (int i = 0; i < 3; ++i) {
    f.kill(state.discovery);
    f.connect();
    BOOST_TEST(state.children.size() == workers); // Nothing of before is left.
  }
}

BOOST_AUTO_TEST_CASE(a_subscription_survives_the_death_of_the_connection) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  auto first = f.calls().reads.at(0);
  first->confirm();
  f.drain();
  f.kill(f.worker("kdb.connection"));
  BOOST_TEST(f.ends.empty()); // Its call goes on.
  first->batch(events(0));
  f.drain();
  BOOST_TEST(f.batches == 1u);
}

BOOST_AUTO_TEST_CASE(closing_answers_in_every_state_and_everything_pending_with_closed) {
  for (const int state : {0, 1, 2, 3, 4}) { // Fresh, connecting, connected, busy, between two rounds.
    client_fixture f;
    answer<append_result> append;
    answer<connected> waits;
    answer<subscription_actor> begins;
    if (state == 1)
      append = f.append();
    if (state == 2 || state == 3)
      f.connect();
    if (state == 3) {
      append = f.append();
      begins = f.subscribe();
    }
    if (state == 4) {
      waits = f.ask<connected>(f.tested, await_connected{10s});
      f.node_fails();
    }
    const auto closed = f.close();
    BOOST_TEST(closed.succeeded(), "not closed in state " << state);
    f.expect_exit(f.tested);
    f.advance(1s);
    if (state == 1 || state == 3)
      BOOST_TEST((append.code() == errc::closed));
    if (state == 3)
      BOOST_TEST((begins.code() == errc::closed));
    if (state == 4) {
      BOOST_REQUIRE_MESSAGE(!waits.pending(), "who waits for a connection is forgotten");
      BOOST_TEST((waits.code() == errc::closed));
    }
    expect_closed(f);
    BOOST_TEST((f.close().code() == errc::closed));
  }
}

BOOST_AUTO_TEST_CASE(closing_tells_subscribers_and_readers_the_end) {
  client_fixture f;
  f.connect();
  const auto started = f.subscribe();
  f.calls().reads.at(0)->confirm();
  f.drain();
  const auto reading = f.read();
  const auto waits = f.ask<event_batch>(reading.value(), next{});
  const auto closed = f.close();
  BOOST_TEST(closed.succeeded());
  BOOST_TEST((waits.code() == errc::closed));
  BOOST_REQUIRE_EQUAL(f.ends.size(), 1u);
  BOOST_TEST((f.ends[0].reason == end_reason::closed));
  for (const auto& call : f.calls().reads)
    BOOST_TEST(call->cancelled);
  BOOST_TEST(f.calls().appends[0]->cancelled);
}

BOOST_AUTO_TEST_CASE(an_exit_message_closes_it) {
  client_fixture f;
  f.connect();
  const auto append = f.append();
  caf::anon_send_exit(f.tested, caf::exit_reason::user_shutdown);
  f.drain();
  BOOST_TEST((append.code() == errc::closed));
  f.expect_exit(f.tested);
  expect_closed(f);
}

BOOST_AUTO_TEST_CASE(killed_it_leaves_nothing_behind) {
  client_fixture f;
  f.connect();
  auto started = f.subscribe();
  f.calls().reads.at(0)->confirm();
  f.drain();
  started = {};
  const auto append = f.append();
  f.kill(f.tested);
  f.advance(f.how.gossip_timeout); // CAF keeps an actor for the timeouts of its requests, answered or not.
  BOOST_TEST((append.code() == errc::closed));
  BOOST_TEST(f.calls().appends.at(0)->cancelled);
  BOOST_TEST(f.calls().reads.at(0)->cancelled);
  BOOST_REQUIRE_EQUAL(f.ends.size(), 1u);
  BOOST_TEST((f.ends[0].reason == end_reason::closed));
}

BOOST_AUTO_TEST_CASE(a_reading_nobody_holds_is_ended) {
  client_fixture f;
  f.connect();
  {
    const auto reading = f.read();
    BOOST_TEST(reading.succeeded());
  }
  f.drain();
  BOOST_TEST(f.calls().reads.at(0)->cancelled);
  BOOST_TEST((f.worker("kdb.reader") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
