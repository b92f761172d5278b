// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <deque>
#include <mutex>

#include "tests/fixtures/server.hpp"
#include <kdb/actors.hpp>

#include "tests/integration/driver.hpp"

// Who may be a subscriber, and what becomes of a subscription when its subscriber behaves in its own way. Only for actors.
namespace kdb::integration {

namespace {

/// What a subscriber of these tests saw. From any thread.
struct seen {
  std::mutex mutex;
  std::vector<std::uint64_t> revisions;
  std::vector<subscription_ended> ends;
  std::size_t batches = 0;
  std::size_t after_the_end = 0;

  void note(const event_batch& batch) {
    std::lock_guard lock{mutex};
    after_the_end += ends.empty() ? 0 : 1;
    ++batches;
    for (const auto& event : batch.events())
      revisions.push_back(event.revision().value);
  }
  void note(const subscription_ended& end) {
    std::lock_guard lock{mutex};
    ends.push_back(end);
  }
  std::size_t count() {
    std::lock_guard lock{mutex};
    return revisions.size();
  }
  std::size_t batch_count() {
    std::lock_guard lock{mutex};
    return batches;
  }
  std::size_t end_count() {
    std::lock_guard lock{mutex};
    return ends.size();
  }
};

struct host_system {
  fixtures::server server;
  std::string stream = fixtures::own_names{}("s");
  struct own_config : caf::actor_system_config {
    own_config() { init_caf(); }
  };
  own_config config;
  caf::actor_system system{config};
  client_actor client = *spawn_client(system, server.settings());
  caf::scoped_actor self{system};
  seen got;

  ~host_system() {
    any_caf::request(self, client, fixtures::patience, close{}).receive([] {}, [](caf::error&) {});
  }

  void append(std::size_t count) {
    any_caf::request(self, client, fixtures::patience, append_to_stream{stream, stream_state::any, numbered(count)})
      .receive([](append_result&) {}, [](caf::error& why) { throw std::runtime_error{to_string(error::from(why))}; });
  }

  template <class Handle>
  subscription_actor subscribe(const Handle& to) {
    subscription_actor started;
    any_caf::request(self, client, fixtures::patience, subscribe_to_stream{stream, to})
      .receive([&](subscription_actor& what) { started = std::move(what); },
               [](caf::error& why) { throw std::runtime_error{to_string(error::from(why))}; });
    return started;
  }

  void await(std::size_t count) {
    fixtures::wait_until(std::to_string(count) + " events", [&] { return got.count() >= count; });
  }

  subscription_ended await_end() {
    fixtures::wait_until("the end of the subscription", [&] { return got.end_count() > 0; });
    std::lock_guard lock{got.mutex};
    return got.ends.front();
  }

  /// Nothing came after the end, which came once; asked when the client has gone.
  void expect_one_end() {
    any_caf::request(self, client, fixtures::patience, close{}).receive([] {}, [](caf::error&) {});
    std::lock_guard lock{got.mutex};
    BOOST_TEST(got.ends.size() == 1u);
    BOOST_TEST(got.after_the_end == 0u);
  }
};

caf::behavior plain(caf::event_based_actor*, seen* got) {
  return {
    [got](const event_batch& batch) { got->note(batch); },
    [got](const subscription_ended& end) { got->note(end); },
  };
}

using typed_subscriber = caf::typed_actor<accepts<event_batch>, accepts<subscription_ended>>;

typed_subscriber::behavior_type typed(typed_subscriber::pointer, seen* got) {
  return {
    [got](const event_batch& batch) { got->note(batch); },
    [got](const subscription_ended& end) { got->note(end); },
  };
}

struct go_on {};

} // namespace

} // namespace kdb::integration

KDB_ACTOR_MESSAGES(integration_subscribers, 1530, kdb::integration::go_on)

namespace kdb::integration {

namespace {

[[maybe_unused]] const auto messages_are_known = (init_caf<kdb_block::integration_subscribers>(), true);

struct promising_state {
  std::deque<caf::response_promise> credits;
};

/// Keeps every promise until it is told to go on.
caf::behavior promising(caf::stateful_actor<promising_state>* self, seen* got) {
  return {
    [=](const event_batch& batch) {
      got->note(batch);
      return any_caf::state_of(self).credits.emplace_back(self->make_response_promise());
    },
    [=](const subscription_ended& end) { got->note(end); },
    [=](const go_on&) {
      for (auto& credit : std::exchange(any_caf::state_of(self).credits, {}))
        credit.deliver(caf::unit);
    },
  };
}

caf::behavior throwing(caf::event_based_actor* self, seen* got) {
  // As a host that goes on after an exception does.
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error); });
  return {
    [got](const event_batch& batch) {
      got->note(batch);
      throw std::runtime_error{"the subscriber's own trouble"};
    },
    [got](const subscription_ended& end) { got->note(end); },
  };
}

caf::behavior refusing(caf::event_based_actor*, seen* got) {
  return {
    [got](const event_batch& batch) -> caf::result<void> {
      got->note(batch);
      return to_caf({.code = errc::invalid_argument, .message = "no more of that"});
    },
    [got](const subscription_ended& end) { got->note(end); },
  };
}

struct cancelling_state {
  subscription_actor source;
};

/// Cancels from inside its handler, at the first event.
caf::behavior cancelling(caf::stateful_actor<cancelling_state>* self, seen* got) {
  return {
    [=](const event_batch& batch) {
      got->note(batch);
      if (!batch.events().empty())
        any_caf::send(self, any_caf::state_of(self).source, cancel{});
    },
    [=](const subscription_ended& end) { got->note(end); },
    [=](subscription_actor& source) { any_caf::state_of(self).source = std::move(source); },
  };
}

/// Closes the client from inside its handler.
caf::behavior closing(caf::event_based_actor* self, seen* got, const client_actor& client) {
  return {
    [=](const event_batch& batch) {
      got->note(batch);
      self->send_exit(client, caf::exit_reason::user_shutdown);
    },
    [=](const subscription_ended& end) { got->note(end); },
  };
}

caf::behavior mortal(caf::event_based_actor* self, seen* got) {
  return {
    [=](const event_batch& batch) {
      got->note(batch);
      self->quit();
    },
    [=](const subscription_ended& end) { got->note(end); },
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(subscriber, host_system)

BOOST_AUTO_TEST_CASE(a_dynamic_actor_gets_events_in_order_and_one_end) {
  append(500);
  const auto receiver = system.spawn(plain, &got);
  const auto source = subscribe(receiver);
  await(500);
  append(500);
  await(1000);
  BOOST_TEST((got.revisions == numbers(0, 1000)));
  any_caf::anon_send(source, cancel{});
  BOOST_TEST(await_end().reason == end_reason::cancelled);
  expect_one_end();
}

BOOST_AUTO_TEST_CASE(a_typed_actor_does_as_well) {
  append(500);
  const auto receiver = system.spawn(typed, &got);
  const auto source = subscribe(receiver);
  await(500);
  append(500);
  await(1000);
  BOOST_TEST((got.revisions == numbers(0, 1000)));
  any_caf::anon_send(source, cancel{});
  BOOST_TEST(await_end().reason == end_reason::cancelled);
  expect_one_end();
}

BOOST_AUTO_TEST_CASE(a_promise_fulfilled_later_is_the_credit_for_the_next_batch) {
  append(1000);
  const auto receiver = system.spawn(promising, &got);
  const auto source = subscribe(receiver);
  await(1);
  append(1); // Another round trip through everything: a second batch would have come by now.
  BOOST_TEST(got.batch_count() == 1u);
  fixtures::wait_until("all events", [&] {
    any_caf::anon_send(receiver, go_on{});
    return got.count() == 1001;
  });
  BOOST_TEST((got.revisions == numbers(0, 1001)));
  any_caf::anon_send(source, cancel{});
  BOOST_TEST(await_end().reason == end_reason::cancelled);
  any_caf::anon_send(receiver, go_on{});
  expect_one_end();
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_answers_with_an_error_has_failed) {
  append(1000);
  subscribe(system.spawn(refusing, &got));
  const auto end = await_end();
  BOOST_TEST(end.reason == end_reason::subscriber_failed);
  BOOST_REQUIRE(end.cause.has_value());
  BOOST_TEST(end.cause->code == errc::subscriber_failed);
  BOOST_TEST(end.cause->message.find("no more of that") != std::string::npos);
  BOOST_TEST(got.batch_count() == 1u);
  expect_one_end();
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_throws_ends_its_subscription_and_nothing_else) {
  append(1000);
  const auto bystander = system.spawn(plain, &got);
  seen thrown;
  const auto source = subscribe(system.spawn(throwing, &thrown));
  caf::scoped_actor watcher{system};
  watcher->monitor(source);
  bool down = false;
  watcher->receive([&](const caf::down_msg&) { down = true; }, caf::after(fixtures::patience) >> [] {});
  BOOST_TEST(down);
  BOOST_TEST(thrown.batch_count() == 1u);
  subscribe(bystander);
  await(1000);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_dies_takes_its_subscription_with_it) {
  append(1000);
  const auto source = subscribe(system.spawn(mortal, &got));
  caf::scoped_actor watcher{system};
  watcher->monitor(source);
  bool down = false;
  watcher->receive([&](const caf::down_msg&) { down = true; }, caf::after(fixtures::patience) >> [] {});
  BOOST_TEST(down);
  BOOST_TEST(got.batch_count() == 1u);
  append(1);
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_cancel_from_inside_its_handler) {
  const auto receiver = system.spawn(cancelling, &got);
  const auto source = subscribe(receiver);
  any_caf::anon_send(receiver, source);
  append(1000);
  BOOST_TEST(await_end().reason == end_reason::cancelled);
  expect_one_end();
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_close_the_client_from_inside_its_handler) {
  append(1000);
  fixtures::stopwatch since;
  subscribe(system.spawn(closing, &got, client));
  BOOST_TEST(await_end().reason == end_reason::closed);
  BOOST_TEST((since.elapsed() < fixtures::soon));
  expect_one_end();
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_never_answers_does_not_keep_the_client_from_closing) {
  append(1000);
  const auto receiver = system.spawn(promising, &got);
  subscribe(receiver);
  await(1);
  fixtures::stopwatch since;
  any_caf::request(self, client, fixtures::patience, close{})
    .receive([] {}, [](caf::error& why) { BOOST_ERROR("closing failed: " << to_string(error::from(why))); });
  BOOST_TEST((since.elapsed() < fixtures::soon));
  BOOST_TEST(await_end().reason == end_reason::closed);
  expect_one_end();
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(a_subscription_needs_a_subscriber) {
  any_caf::request(self, client, fixtures::patience, subscribe_to_stream{stream})
    .receive([](subscription_actor&) { BOOST_ERROR("it began"); },
             [](caf::error& why) { BOOST_TEST(error::from(why).code == errc::invalid_argument); });
}

BOOST_AUTO_TEST_CASE(a_client_can_be_monitored_and_ends_with_an_exit_message) {
  caf::scoped_actor watcher{system};
  watcher->monitor(client);
  caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  bool down = false;
  watcher->receive([&](const caf::down_msg& what) { down = what.reason == caf::exit_reason::user_shutdown; },
                   caf::after(fixtures::patience) >> [] {});
  BOOST_TEST(down);
  any_caf::request(self, client, fixtures::patience, get_commit_position{})
    .receive([](log_position&) { BOOST_ERROR("a dead client answered"); },
             [](caf::error& why) { BOOST_TEST(error::from(why).code == errc::closed); });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
