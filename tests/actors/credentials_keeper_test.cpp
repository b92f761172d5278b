// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <vector>

#include "actors/connection/credentials_keeper.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/heard_log.hpp"
#include "tests/actors/scripted_transport.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

struct keeper_fixture : actor_fixture {
  keeper_fixture() {
    how.credentials_provider = [this](credentials_handler done) {
      questions.push_back(done);
      if (on_question)
        on_question();
    };
    credentials = std::make_shared<own_credentials>(how);
    tested = keep(credentials_keeper_actor{
      sys.spawn(credentials_keeper, credentials_keeper_parts{.provider = how.credentials_provider,
                                                             .credentials = credentials,
                                                             .log = heard.log(),
                                                             .launch = [](const std::function<void()>& code) { code(); }})});
  }
  ~keeper_fixture() { kill(tested); }

  answer<void> wait() { return ask<void>(tested, await_credentials{}); }
  /// The latest question is answered.
  void give(const char* token, std::optional<std::chrono::milliseconds> valid_for = {}) {
    provided_credentials what{.credentials = kdb::credentials::bearer(token)};
    if (valid_for)
      what.valid_until = std::chrono::system_clock::now() + *valid_for;
    questions.back()(std::move(what));
    drain();
  }
  void fail(const char* message) {
    questions.back()(unexpected(errc::server_error, message));
    drain();
  }
  std::string current() const {
    const auto now = credentials->for_call({});
    return now ? now->secret() : "";
  }

  heard_log heard;
  settings how;
  std::vector<credentials_handler> questions;
  std::function<void()> on_question;
  own_credentials_ptr credentials;
  credentials_keeper_actor tested;
};

} // namespace

BOOST_AUTO_TEST_SUITE(credentials_keeper_)

BOOST_AUTO_TEST_CASE(one_question_serves_all_who_wait) {
  keeper_fixture f;
  BOOST_TEST(f.questions.empty()); // Nobody needs any yet.
  const auto first = f.wait();
  const auto second = f.wait();
  BOOST_TEST(f.questions.size() == 1u);
  BOOST_TEST(first.pending());
  f.give("t1");
  BOOST_TEST(first.succeeded());
  BOOST_TEST(second.succeeded());
  BOOST_TEST(f.current() == "t1");
  BOOST_TEST(f.wait().succeeded());
  f.advance(1h);
  BOOST_TEST(f.questions.size() == 1u); // They are good until a server says otherwise.
}

BOOST_AUTO_TEST_CASE(others_are_asked_for_ahead_of_the_expiry_while_nobody_has_to_wait) {
  keeper_fixture f;
  f.wait();
  f.give("t1", 100s);
  f.advance(74s);
  BOOST_TEST(f.questions.size() == 1u);
  f.advance(2s);
  BOOST_TEST(f.questions.size() == 2u);
  BOOST_TEST(f.wait().succeeded());
  BOOST_TEST(f.current() == "t1");
  f.give("t2", 100s);
  BOOST_TEST(f.current() == "t2");
}

BOOST_AUTO_TEST_CASE(a_failed_renewal_is_tried_again_until_the_expiry_and_only_then_refused) {
  keeper_fixture f;
  f.wait();
  f.give("t1", 100s);
  f.advance(76s);
  f.fail("away");
  BOOST_TEST(f.wait().succeeded());
  f.advance(100ms);
  BOOST_TEST(f.questions.size() == 3u);
  f.fail("away");
  f.advance(30s);
  const auto late = f.wait();
  BOOST_TEST(late.pending());
  f.fail("still away");
  BOOST_REQUIRE(!late.pending());
  BOOST_TEST((late.code() == errc::unauthenticated));
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_with_its_message_and_the_next_question_waits_for_a_while) {
  keeper_fixture f;
  const auto got = f.wait();
  f.fail("the vault is sealed");
  BOOST_TEST((got.code() == errc::unauthenticated));
  BOOST_TEST(got.why().message.find("the vault is sealed") != std::string::npos);
  const auto at_once = f.wait();
  BOOST_REQUIRE(!at_once.pending());
  BOOST_TEST((at_once.code() == errc::unauthenticated));
  BOOST_TEST(f.questions.size() == 1u);
  f.advance(100ms);
  const auto later = f.wait();
  BOOST_TEST(f.questions.size() == 2u);
  f.give("t1");
  BOOST_TEST(later.succeeded());
}

BOOST_AUTO_TEST_CASE(what_a_provider_throws_is_its_answer) {
  keeper_fixture f;
  f.on_question = [] { throw std::runtime_error{"no network"}; };
  const auto got = f.wait();
  BOOST_TEST(got.why().message.find("no network") != std::string::npos);
  f.advance(100ms);
  f.on_question = [] { throw 7; };
  BOOST_TEST((f.wait().code() == errc::unauthenticated));
}

BOOST_AUTO_TEST_CASE(only_the_first_answer_to_a_question_counts_and_it_may_not_come_too_late) {
  keeper_fixture f;
  f.wait();
  const auto first = f.questions.back();
  f.give("t1");
  f.give("t2");
  BOOST_TEST(f.current() == "t1");
  f.advance(1s);
  f.tell(f.tested, credentials_refused{});
  const auto got = f.wait();
  f.advance(30s);
  BOOST_TEST((got.code() == errc::unauthenticated)); // It was silent for too long.
  f.give("late");
  BOOST_TEST(f.current() == "t1");
}

BOOST_AUTO_TEST_CASE(refused_credentials_are_replaced_but_not_again_and_again) {
  keeper_fixture f;
  f.wait();
  f.give("t1");
  f.tell(f.tested, credentials_refused{});
  f.tell(f.tested, credentials_refused{});
  const auto got = f.wait();
  BOOST_TEST(f.questions.size() == 1u); // They came a moment ago.
  f.advance(1s);
  BOOST_TEST(f.questions.size() == 2u);
  f.give("t2");
  BOOST_TEST(got.succeeded());
  BOOST_TEST(f.current() == "t2");
  f.advance(10s);
  BOOST_TEST(f.questions.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_no_header_can_carry_and_what_has_expired_is_refused) {
  keeper_fixture f;
  const auto bad = f.wait();
  f.give("two\r\nlines");
  BOOST_TEST((bad.code() == errc::unauthenticated));
  BOOST_TEST(bad.why().message.find("lines") == std::string::npos);
  f.advance(100ms);
  const auto old = f.wait();
  f.give("t", 0ms);
  BOOST_TEST((old.code() == errc::unauthenticated));
  BOOST_TEST(f.current() == "");
}

BOOST_AUTO_TEST_CASE(who_waits_when_it_ends_is_told_and_what_comes_later_does_nothing) {
  keeper_fixture f;
  const auto got = f.wait();
  f.kill(f.tested);
  f.drain();
  BOOST_TEST((got.code() == errc::closed));
  f.give("late");
  BOOST_TEST(f.current() == "");
}

BOOST_AUTO_TEST_CASE(a_provider_that_fails_for_a_while_is_two_lines_of_the_log) {
  keeper_fixture f;
  for (int failure = 0; failure < 3; ++failure) {
    f.wait();
    f.fail("the vault is sealed");
    f.advance(1min);
  }
  f.wait();
  f.give("token");
  f.wait();
  const auto lines = f.heard.finish();
  BOOST_REQUIRE(lines.size() == 2u);
  BOOST_TEST(lines[0].starts_with("warning "), lines[0]);
  BOOST_TEST(lines[0].find("the vault is sealed") != std::string::npos, lines[0]);
  BOOST_TEST(lines[1] == "info the credentials provider has answered after 3 failed attempts");
  const auto records = f.heard.records();
  BOOST_TEST(records[0].find(R"("event":"credentials.failed")") != std::string::npos, records[0]);
  BOOST_TEST(records[1].find(R"("event":"credentials.restored")") != std::string::npos, records[1]);
  BOOST_TEST(records[1].find(R"("kurrentdb.attempts":3)") != std::string::npos, records[1]);
}

BOOST_AUTO_TEST_SUITE_END()
