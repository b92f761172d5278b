// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/actors/management_fixture.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

struct deletions : management_fixture {
  answer<delete_result> remove(call_options call = {}) {
    return ask<delete_result>(tested, delete_stream{.stream = "s", .options = {std::move(call)}});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(management_actor_)

BOOST_AUTO_TEST_CASE(calls_that_wait_for_a_node_share_one_question) {
  deletions f;
  f.link->at_once.reset();
  const answer<delete_result> all[] = {f.remove(), f.remove(), f.remove()};
  BOOST_TEST(f.link->asks == 1u);
  f.answer_asks(f.make_node(1));
  BOOST_TEST(f.sent() == 3u);
  f.remove();
  BOOST_TEST(f.link->asks == 2u); // An answer is not kept: the node may be another one by now.
  for (const auto& each : all)
    BOOST_TEST(each.pending());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_round_ends_all_who_wait_for_it) {
  deletions f;
  f.link->at_once.reset();
  const answer<delete_result> all[] = {f.remove(), f.remove()};
  f.answer_asks(unexpected{failure_of(errc::discovery_failed)});
  for (const auto& each : all) {
    BOOST_REQUIRE(!each.pending());
    BOOST_TEST((each.code() == errc::discovery_failed));
    BOOST_TEST(!each.why().outcome_unknown);
  }
}

BOOST_AUTO_TEST_CASE(each_waits_for_a_node_as_long_as_it_may) {
  deletions f;
  f.link->at_once.reset();
  const auto long_one = f.remove({.deadline = 3000ms});
  const auto short_one = f.remove({.deadline = 1000ms}); // Can't share a question that takes longer.
  const auto middle = f.remove({.deadline = 2000ms});
  f.advance(1000ms);
  BOOST_REQUIRE(!short_one.pending());
  BOOST_TEST((short_one.code() == errc::deadline_exceeded));
  BOOST_TEST(!short_one.why().outcome_unknown);
  BOOST_TEST(middle.pending());
  f.advance(1000ms);
  BOOST_REQUIRE(!middle.pending());
  BOOST_TEST(long_one.pending());
  f.answer_asks(f.make_node(1));
  BOOST_TEST(f.sent() == 1u);
  BOOST_TEST(long_one.pending());
}

BOOST_AUTO_TEST_CASE(calls_that_end_while_it_is_busy_are_all_answered) {
  deletions f;
  const answer<delete_result> all[] = {f.remove(), f.remove(), f.remove()};
  BOOST_REQUIRE_EQUAL(f.sent(), 3u);
  f.calls().exchanges[2]->end(unexpected{failure_of(errc::wrong_expected_version)});
  f.calls().exchanges[0]->end(unexpected{node_gone()});
  f.calls().exchanges[1]->end(std::vector<std::string>{});
  f.drain();
  BOOST_TEST((all[0].code() == errc::unavailable));
  BOOST_TEST((all[1].code() == errc::protocol_error));
  BOOST_TEST((all[2].code() == errc::wrong_expected_version));
  BOOST_TEST(f.link->losses.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_stopped_says_whether_it_may_have_been_carried_out) {
  deletions f;
  std::stop_source under_way, before;
  const auto sent = f.remove({.stop = under_way.get_token()});
  const auto other = f.remove();
  BOOST_REQUIRE_EQUAL(f.sent(), 2u);
  under_way.request_stop();
  f.drain();
  BOOST_TEST((sent.code() == errc::cancelled));
  BOOST_TEST(sent.why().outcome_unknown);
  BOOST_TEST(f.calls().exchanges[0]->cancelled);
  BOOST_TEST(other.pending());
  before.request_stop();
  const auto never = f.remove({.stop = before.get_token()});
  BOOST_TEST((never.code() == errc::cancelled));
  BOOST_TEST(!never.why().outcome_unknown);
  BOOST_TEST(f.sent() == 2u);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_a_node_or_for_another_try_can_be_stopped) {
  deletions f;
  f.link->at_once.reset();
  std::stop_source one, two;
  const auto waiting = f.remove({.stop = one.get_token()});
  const auto sharing = f.remove();
  one.request_stop();
  f.drain();
  BOOST_TEST((waiting.code() == errc::cancelled));
  BOOST_TEST(!waiting.why().outcome_unknown);
  f.answer_asks(f.make_node(1));
  BOOST_TEST(f.sent() == 1u);
  BOOST_TEST(sharing.pending());

  const auto retrying = f.remove({.retry = 5, .stop = two.get_token()});
  f.answer_asks(f.make_node(1));
  f.server_answers(unexpected{failure_of(errc::too_busy)});
  BOOST_TEST(retrying.pending());
  two.request_stop();
  f.drain();
  BOOST_TEST((retrying.code() == errc::cancelled));
  f.advance(1min);
  BOOST_TEST(f.sent() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
