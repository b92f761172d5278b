// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include <kdb/typed_actors.hpp>

#include "tests/actors/actor_fixture.hpp"
#include "tests/typed_events/shop.hpp"

KDB_EVENT_MESSAGES(typed_events_shop, 1570, shop::order_placed, shop::order_shipped, shop::shop_closed)

using namespace kdb;
using shop::order_placed;
using shop::order_shipped;
using shop::shop_closed;

namespace {

[[maybe_unused]] const auto messages_are_known = (kdb::init_caf<kdb_block::typed_events_shop>(), true);

struct seen {
  std::vector<std::string> all;
  std::deque<caf::response_promise> credits;
  bool keep_credits = false;
};

/// Gets orders as messages. Keeps their answers, if it is told to.
caf::behavior shipping(caf::event_based_actor* self, seen* got) {
  return test::behavior_that_drops_others(
    self,
    [=](const order_placed& order) -> caf::result<void> {
      got->all.push_back("placed " + order.item);
      if (order.item == "refused")
        return to_caf({.code = errc::access_denied, .message = "not this one"});
      if (!got->keep_credits)
        return caf::unit;
      return got->credits.emplace_back(self->make_response_promise());
    },
    [=](const shop_closed&) {
      got->all.push_back("closed");
      return 7; // More than it has to answer.
    },
    [=](const owned_event& event) { got->all.push_back("other " + std::string{event->type()}); },
    [=](const subscription_ended& end) { got->all.push_back(std::string{to_string(end.reason)}); },
    [](const test::step& step) { step.run(); });
}

struct typed_fixture : test::actor_fixture {
  seen got;
  caf::actor receiver = keep(sys.spawn(shipping, &got));

  ~typed_fixture() { got.credits.clear(); }

  caf::actor between(typed_subscriber_options options = {}) {
    return keep(typed_subscriber<order_placed, shop_closed>(receiver, options).handle());
  }

  std::string taken() const {
    std::string text;
    for (const auto& each : got.all)
      text += each + ";";
    return text;
  }

  void answer_one() {
    tell(receiver, test::step{[this] {
           got.credits.front().deliver(caf::unit);
           got.credits.pop_front();
         }});
  }
};

new_event placed(std::string item) {
  return to_event(order_placed{std::move(item)}).value();
}
new_event closed() {
  return to_event(shop_closed{}).value();
}
new_event lost() {
  return shop::event("order-lost", "{}");
}
new_event broken() {
  return shop::event("order-placed", "broken");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(typed_actors, typed_fixture)

BOOST_AUTO_TEST_CASE(events_come_as_messages_of_their_types) {
  const auto batch = ask<void>(between(), shop::batch_of({placed("a"), lost(), closed(), placed("b")}));
  drain();
  BOOST_TEST(batch.succeeded());
  BOOST_TEST(taken() == "placed a;closed;placed b;");
}

BOOST_AUTO_TEST_CASE(a_batch_is_answered_when_all_its_events_are) {
  got.keep_credits = true;
  const auto batch = ask<void>(between(), shop::batch_of({placed("a"), placed("b"), lost()}));
  drain();
  BOOST_TEST(taken() == "placed a;");
  answer_one();
  BOOST_TEST(taken() == "placed a;placed b;"); // One at a time.
  BOOST_TEST(batch.pending());
  answer_one();
  BOOST_TEST(batch.succeeded());
}

BOOST_AUTO_TEST_CASE(a_batch_without_events_of_these_types_is_answered_at_once) {
  const auto actor = between();
  const auto empty = ask<void>(actor, event_batch{});
  const auto others = ask<void>(actor, shop::batch_of({lost(), lost()}));
  drain();
  BOOST_TEST(empty.succeeded());
  BOOST_TEST(others.succeeded());
  BOOST_TEST(taken() == "");
}

BOOST_AUTO_TEST_CASE(a_refused_event_refuses_the_batch) {
  const auto batch = ask<void>(between(), shop::batch_of({placed("a"), placed("refused"), placed("b")}));
  drain();
  BOOST_TEST((batch.code() == errc::access_denied));
  BOOST_TEST(taken() == "placed a;placed refused;");
}

BOOST_AUTO_TEST_CASE(a_broken_event_refuses_the_batch_unless_told_otherwise) {
  const auto refused = ask<void>(between(), shop::batch_of({broken(), placed("a")}));
  drain();
  BOOST_TEST((refused.code() == errc::protocol_error));
  BOOST_TEST(refused.why().message.find("order-placed at revision 0 of orders") != std::string::npos, refused.why().message);
  BOOST_TEST(taken() == "");

  const auto skipped = ask<void>(between({.broken = event_fate::skip}), shop::batch_of({broken(), placed("a")}));
  drain();
  BOOST_TEST(skipped.succeeded());
  BOOST_TEST(taken() == "placed a;");

  const auto forwarded = ask<void>(between({.broken = event_fate::forward}), shop::batch_of({broken(), placed("b")}));
  drain();
  BOOST_TEST(forwarded.succeeded());
  BOOST_TEST(taken() == "placed a;other order-placed;placed b;");
}

BOOST_AUTO_TEST_CASE(unknown_events_are_skipped_refused_or_forwarded) {
  const auto refused = ask<void>(between({.unknown = event_fate::refuse}), shop::batch_of({lost()}));
  drain();
  BOOST_TEST((refused.code() == errc::protocol_error));
  BOOST_TEST(refused.why().message.find("order-lost at revision 0 of orders") != std::string::npos, refused.why().message);

  const auto forwarded = ask<void>(between({.unknown = event_fate::forward}), shop::batch_of({lost(), placed("a")}));
  drain();
  BOOST_TEST(forwarded.succeeded());
  BOOST_TEST(taken() == "other order-lost;placed a;");
}

BOOST_AUTO_TEST_CASE(an_event_that_the_receiver_does_not_handle_refuses_the_batch) {
  const auto actor = keep(typed_subscriber<order_shipped>(receiver).handle());
  const auto batch = ask<void>(actor, shop::batch_of({to_event(order_shipped{"post"}).value()}));
  drain();
  BOOST_TEST(!batch.pending());
  BOOST_TEST(!batch.succeeded());
}

BOOST_AUTO_TEST_CASE(the_end_comes_last_and_is_the_end_of_the_actor_between) {
  got.keep_credits = true;
  const auto actor = between();
  const auto batch = ask<void>(actor, shop::batch_of({placed("a"), placed("b")}));
  drain();
  tell(actor, subscription_ended{.reason = end_reason::cancelled});
  answer_one();
  BOOST_TEST(taken() == "placed a;cancelled;");
  BOOST_TEST(has_ended(actor));
  BOOST_TEST(!batch.succeeded());
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_receiver) {
  got.keep_credits = true;
  const auto actor = between();
  const auto batch = ask<void>(actor, shop::batch_of({placed("a")}));
  drain();
  kill(receiver);
  drain();
  BOOST_TEST(has_ended(actor));
  BOOST_TEST(!batch.pending());
  BOOST_TEST(!batch.succeeded());
}

BOOST_AUTO_TEST_CASE(typed_actors_are_receivers) {
  using typed = caf::typed_actor<accepts<order_placed>, accepts<subscription_ended>>;
  const auto to = keep(sys.spawn([&](typed::pointer) -> typed::behavior_type {
    return {[&](const order_placed& order) { got.all.push_back("typed " + order.item); }, [](const subscription_ended&) {}};
  }));
  const auto batch = ask<void>(keep(typed_subscriber<order_placed>(to).handle()), shop::batch_of({placed("a"), closed()}));
  drain();
  BOOST_TEST(batch.succeeded());
  BOOST_TEST(taken() == "typed a;");
}

BOOST_AUTO_TEST_CASE(a_behavior_takes_batches_through_typed_handlers) {
  const auto actor = keep(sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {on_events([&](const order_placed& order, const resolved_event& event) {
              got.all.push_back(order.item + "@" + std::to_string(event.revision().value));
            }),
            on_consumed([&](const order_placed&) { return outcome::nack(nack_action::retry); },
                        [](const resolved_event&) { return outcome::ack(); })};
  }));
  const auto done = ask<void>(actor, shop::batch_of({placed("a"), lost(), placed("b")}));
  const auto refused = ask<void>(actor, shop::batch_of({broken(), placed("c")}));
  const auto events = shop::batch_of({placed("d"), lost(), broken()});
  const auto outcomes = ask<batch_outcomes>(actor, consumer_batch{events, {0, 0, 0}, 1});
  drain();
  BOOST_TEST(done.succeeded());
  BOOST_TEST((refused.code() == errc::protocol_error));
  BOOST_TEST(taken() == "a@0;b@2;");
  BOOST_REQUIRE(outcomes.succeeded());
  BOOST_REQUIRE(outcomes.value().each.size() == 3u);
  BOOST_TEST((outcomes.value().each[0].action() == nack_action::retry));
  BOOST_TEST(outcomes.value().each[1].is_ack());
  BOOST_TEST((outcomes.value().each[2].action() == nack_action::park));
}

BOOST_AUTO_TEST_SUITE_END()
