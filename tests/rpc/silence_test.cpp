// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/fixtures/wait.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::wait_until;

namespace {

bool waiting(const served& f) {
  return f.client.calls->take_activity().waiting;
}

} // namespace

BOOST_AUTO_TEST_SUITE(silence)

BOOST_AUTO_TEST_CASE(calls_without_an_answer_wait) {
  served f;
  BOOST_TEST(!waiting(f));
  const auto hanging = f.client.exchange("hang", {"x"});
  const auto seen = f.client.calls->take_activity();
  BOOST_TEST(seen.asked);
  BOOST_TEST(seen.waiting);
  BOOST_TEST(!f.client.calls->take_activity().asked);
  hanging.call->cancel();
  BOOST_TEST((hanging.seen->wait_end().error().code == errc::cancelled));
  BOOST_TEST(!waiting(f));
  BOOST_TEST(!f.client.calls->take_activity().heard); // The end was our own.
}

BOOST_AUTO_TEST_CASE(an_answer_is_heard_and_so_is_a_refusal) {
  for (const auto* script : {"echo", "end=5"}) {
    served f;
    const auto asked = f.client.exchange(script, {"x"});
    static_cast<void>(asked.seen->wait_end());
    const auto seen = f.client.calls->take_activity();
    BOOST_TEST(seen.heard, script);
    BOOST_TEST(!seen.waiting, script);
  }
}

BOOST_AUTO_TEST_CASE(a_read_waits_while_it_may_go_on_and_a_subscription_until_it_is_confirmed) {
  served f;
  auto [seen, call] = f.client.read("confirm+hang");
  BOOST_TEST(waiting(f));
  call->request(1);
  wait_until("the confirmation to be noticed", [&] { return !waiting(f); });
  rpc::read_handlers handlers{
    .batch = [](const event_batch&) {}, .confirmed = [](const std::string&) {}, .ended = [](const result<void>&) {}};
  const auto read = f.client.calls->read({.source = wire::stream_source{"1*10+hang", stream_start}, .limit = 10}, {}, handlers);
  read->request(1);
  wait_until("the read to be paused", [&] { return !waiting(f); });
  read->request(1);
  BOOST_TEST(waiting(f));
}

BOOST_AUTO_TEST_CASE(appends_wait_until_each_has_its_reply) {
  served f;
  auto [seen, call] = f.client.append();
  write(*call, chunk(1));
  write(*call, chunk(2, "mute"));
  seen->wait_for(1);
  BOOST_TEST(waiting(f));
  call->cancel();
  BOOST_TEST((seen->wait_end().error().code == errc::cancelled));
  BOOST_TEST(!waiting(f));
  auto [answered, other] = f.client.append();
  write(*other, chunk(1));
  answered->wait_for(1);
  wait_until("the reply to be noticed", [&] { return !waiting(f); });
}

BOOST_AUTO_TEST_CASE(all_calls_to_a_node_that_is_left_end_as_lost_and_no_others) {
  served f;
  served other;
  auto [read, reading] = f.client.read("confirm+hang");
  auto [consumed, consuming] = f.client.consume("confirm+hang");
  auto [appended, appending] = f.client.append();
  write(*appending, chunk(1, "mute"));
  const auto asked = f.client.exchange("hang", {"x"}, {}, wire::request_kind::write);
  const auto many = f.client.exchange("hang", {"x"}, {.many_answers = true});
  // On the same engine.
  settings how;
  how.endpoints = {{"127.0.0.1", other.port()}};
  how.tls.enabled = false;
  const auto elsewhere = rpc::make_grpc_transport(f.client.engine, rpc::address{.where = how.endpoints.front()}, how);
  const auto untouched = std::make_shared<exchange_record>();
  const auto going_on =
    elsewhere->exchange("/test/hang", wire::request_kind::read, {"x"}, {}, exchange_record::handler(untouched));
  wait_until("the calls to be on their way", [&] { return f.open_calls() == 5 && other.open_calls() == 1; });

  f.client.calls->abandon("it was replaced");
  const auto check = [](const error& why, bool may_have_happened) {
    BOOST_TEST((why.code == errc::unavailable), to_string(why));
    BOOST_TEST(why.message == "it was replaced");
    BOOST_TEST(why.retry_can_help);
    BOOST_TEST(why.outcome_unknown == may_have_happened);
  };
  check(read->wait_end().error(), false);
  check(consumed->wait_end().error(), false);
  check(appended->wait_end().error(), true);
  check(asked.seen->wait_end().error(), true);
  check(many.seen->wait_end().error(), false);
  BOOST_TEST(!untouched->has_ended());
  // What is asked later is asked.
  BOOST_TEST(f.client.exchange("echo", {"x"}).seen->wait_end().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
