// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "libkdb/policy/resuming.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using policy::resuming;

namespace kdb::inline v0::policy {

std::ostream& operator<<(std::ostream& out, resuming::phase phase) {
  return out << to_string(phase);
}

} // namespace kdb::inline v0::policy

namespace {

using phase = resuming::phase;

const resuming::time_point start{};
const error lost{.code = errc::unavailable, .message = "the node is gone", .retry_can_help = true};
const error elsewhere{.code = errc::not_leader, .message = "the leader is another node", .retry_can_help = true};
const error full{.code = errc::maximum_subscribers, .message = "the group has no place", .retry_can_help = true};
const error deleted{.code = errc::stream_deleted, .message = "gone for good"};
const error refused{.code = errc::unauthenticated, .message = "who is that?"};

/// One that follows its first call, which has the number 1.
resuming following(const resuming::rules& rules = {}) {
  resuming stream{rules};
  stream.called(1);
  stream.confirmed();
  return stream;
}

/// One that has lost its first call, and makes the second one.
resuming calling_again(const resuming::rules& rules = {}) {
  auto stream = following(rules);
  stream.lost(lost, start, 0.0);
  stream.paused();
  stream.called(2);
  return stream;
}

} // namespace

BOOST_AUTO_TEST_SUITE(resumings)

BOOST_AUTO_TEST_CASE(it_begins_with_the_first_confirmation) {
  resuming stream{resuming::rules{}};
  BOOST_TEST(stream.now() == phase::finding);
  BOOST_TEST(stream.called(1));
  BOOST_TEST(stream.now() == phase::calling);
  BOOST_TEST(!stream.has_begun());
  BOOST_TEST(stream.confirmed());
  BOOST_TEST(stream.has_begun());
  BOOST_TEST(stream.now() == phase::following);
}

BOOST_AUTO_TEST_CASE(words_of_an_earlier_call_do_not_count) {
  auto stream = following();
  BOOST_TEST(stream.is_current(1));
  stream.lost(lost, start, 0.0);
  BOOST_TEST(!stream.is_current(1));
  stream.paused();
  stream.called(2);
  BOOST_TEST(!stream.is_current(1));
  BOOST_TEST(stream.is_current(2));
}

BOOST_AUTO_TEST_CASE(a_later_confirmation_is_not_the_first) {
  auto stream = calling_again();
  BOOST_TEST(!stream.confirmed());
  BOOST_TEST(stream.now() == phase::following);
}

BOOST_AUTO_TEST_CASE(what_a_loss_leads_to) {
  const resuming::rules consumer{.follows_leader = true};
  const resuming::rules only_if_free{.ends_when_full = true};
  struct row {
    const char* name;
    resuming stream;
    error cause;
    phase then;
  };
  const row rows[] = {
    {"a start that fails", resuming{resuming::rules{}}, lost, phase::over},
    {"a start at a follower", resuming{resuming::rules{}}, elsewhere, phase::over},
    {"a consumer's start at a follower", resuming{consumer}, elsewhere, phase::pausing},
    {"a consumer's start that fails otherwise", resuming{consumer}, lost, phase::over},
    {"a node that is gone", following(), lost, phase::pausing},
    {"a stream that is gone", following(), deleted, phase::over},
    {"a group without a place", following(), full, phase::pausing},
    {"a group without a place, which is to end it", following(only_if_free), full, phase::over},
    {"credentials that were refused in the middle", following(), refused, phase::over},
    {"credentials that a new node refuses", calling_again(), refused, phase::pausing},
  };
  for (auto row : rows) {
    BOOST_TEST_CONTEXT(row.name) {
      const auto pause = row.stream.lost(row.cause, start, 0.0);
      BOOST_TEST(row.stream.now() == row.then);
      BOOST_TEST(pause.has_value() == (row.then == phase::pausing));
    }
  }
}

BOOST_AUTO_TEST_CASE(losses_use_up_the_tries_until_something_comes) {
  auto stream = following({.resume = {.limit = 2, .span = 10s}});
  BOOST_TEST(stream.lost(lost, start, 0.0).has_value());
  BOOST_TEST(stream.lost(lost, start, 0.0).has_value());
  auto used_up = stream;
  BOOST_TEST(!used_up.lost(lost, start, 0.0).has_value());
  BOOST_TEST(used_up.now() == phase::over);
  stream.progressed();
  BOOST_TEST(stream.lost(lost, start, 0.0).has_value());
}

BOOST_AUTO_TEST_CASE(a_first_start_ends_with_its_time) {
  const resuming::rules soon{.start = {1s, start}, .follows_leader = true};
  resuming stream{soon};
  BOOST_TEST((stream.start_left(start + 400ms) == 600ms));
  BOOST_TEST(stream.lost(elsewhere, start, 0.0).has_value());
  BOOST_TEST(!stream.lost(elsewhere, start + 1s, 0.0).has_value());
  auto begun = following(soon);
  BOOST_TEST((begun.start_left(start + 1s) == std::nullopt));
  BOOST_TEST(begun.lost(lost, start + 1h, 0.0).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_begins_again_when_it_is_over) {
  auto stream = following();
  stream.lost(lost, start, 0.0);
  stream.end();
  BOOST_TEST(!stream.paused());
  BOOST_TEST(!stream.called(2));
  BOOST_TEST(!stream.lost(lost, start, 0.0).has_value());
  BOOST_TEST(stream.now() == phase::over);
}

BOOST_AUTO_TEST_CASE(a_pause_ends_once) {
  auto stream = following();
  BOOST_TEST(!stream.paused());
  stream.lost(lost, start, 0.0);
  BOOST_TEST(stream.paused());
  BOOST_TEST(!stream.paused());
}

BOOST_AUTO_TEST_SUITE_END()
