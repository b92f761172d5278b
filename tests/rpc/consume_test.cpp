// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/fixtures/wait.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::wait_until;

namespace {

std::vector<std::uint64_t> revisions(const consume_record& seen) {
  std::vector<std::uint64_t> all;
  for (const auto& batch : seen.words())
    for (const auto& event : batch.events.events())
      all.push_back(event.revision().value);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(consume_stream)

BOOST_AUTO_TEST_CASE(events_come_in_order_and_exactly_as_many_as_were_allowed) {
  served f;
  auto [seen, call] = f.client.consume("confirm+1000*100+hang");
  call->request(5);
  wait_until("five events", [&record = seen, &consuming = call] {
    consuming->request(0);
    return record->events() == 5;
  });
  BOOST_TEST(seen->confirmations == 1);
  call->request(600);
  wait_until("all events allowed", [&record = seen, &consuming = call] {
    consuming->request(0);
    return record->events() == 605;
  });
  fixtures::wait_until_steady(
    "the server's writes", [&] { return f.written(); }, 200ms);
  call->request(0);
  BOOST_TEST(seen->events() == 605u);
  const auto all = revisions(*seen);
  for (std::uint64_t i = 0; i < all.size(); ++i)
    BOOST_REQUIRE_EQUAL(all[i], i);
}

BOOST_AUTO_TEST_CASE(a_busy_receiver_gets_a_fuller_batch_when_it_is_ready) {
  served f;
  auto [seen, call] = f.client.consume("confirm+200*100+hang");
  call->request(200);
  seen->wait_for(1);
  wait_until("the server's writes", [&] { return f.written() == 201; });
  fixtures::wait_until_steady(
    "batches", [&, &record = seen] { return record->count(); }, 200ms);
  BOOST_TEST(seen->count() == 1u);
  call->request(0);
  wait_until("all events", [&, &record = seen] { return record->events() == 200; });
  BOOST_TEST(seen->count() <= 2u);
}

// What waits for its time must not wait for another event.
BOOST_AUTO_TEST_CASE(all_that_has_come_is_delivered_when_the_server_pauses) {
  served f;
  auto [seen, call] = f.client.consume("confirm+1*10+9*10+90*10+hang");
  call->request(200);
  for (std::size_t taken = 0; seen->events() < 100; ++taken) {
    seen->wait_for(taken + 1);
    call->request(0);
  }
  BOOST_TEST(seen->events() == 100u);
}

BOOST_AUTO_TEST_CASE(answers_are_written_in_order_on_the_same_call) {
  served f;
  auto [seen, call] = f.client.consume("confirm+1*10+hang");
  call->request(10);
  seen->wait_for(1);
  std::vector<std::string> all;
  for (int i = 0; i < 100; ++i) {
    const std::vector ids{random_uuid()};
    auto messages = wire::encode_answer(ids, i % 2 ? outcome::ack() : outcome::nack(nack_action::park, std::to_string(i)));
    all.push_back(messages.front());
    call->write(messages);
    BOOST_TEST(messages.empty());
  }
  wait_until("the answers", [&] { return f.answers().size() == 100; });
  BOOST_TEST((f.answers() == all));
}

BOOST_AUTO_TEST_CASE(the_end_comes_once_last_and_typed) {
  served f;
  auto [seen, call] = f.client.consume("confirm+3*10+end=14");
  call->request(10);
  BOOST_TEST((seen->wait_end().error().code == errc::unavailable));
  BOOST_TEST(!seen->broken());
  auto [dropped, own] = f.client.consume("confirm+hang");
  own->request(1);
  wait_until("the confirmation", [&, &record = dropped] { return record->confirmations == 1; });
  own.reset();
  BOOST_TEST((dropped->wait_end().error().code == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(what_can_not_be_understood_ends_the_call) {
  served f;
  auto [seen, call] = f.client.consume("confirm+garbage+hang");
  call->request(10);
  BOOST_TEST((seen->wait_end().error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
