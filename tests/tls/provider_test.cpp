// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/tls/secure_node.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

provided_credentials a_token() {
  return {.credentials = credentials::bearer("abc")};
}

} // namespace

BOOST_AUTO_TEST_SUITE(provider)

BOOST_AUTO_TEST_CASE(it_is_asked_once_before_the_first_node_and_from_a_thread_of_its_own) {
  secure_node s;
  std::atomic<int> asked{0};
  std::thread::id where;
  auto how = s.client();
  how.credentials_provider = [&](const credentials_handler& done) {
    where = std::this_thread::get_id();
    ++asked;
    done(a_token());
  };
  auto db = client::connect(how).value();
  BOOST_TEST(asked == 0);
  BOOST_TEST(db.get_commit_position().has_value());
  BOOST_TEST(db.get_commit_position().has_value());
  BOOST_TEST(asked == 1);
  BOOST_TEST((where != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(without_tls_it_is_not_asked) {
  const devnode node;
  std::atomic<int> asked{0};
  auto how = settings::from_connection_string(node.connection_string()).value();
  how.credentials_provider = [&](const credentials_handler&) { ++asked; };
  auto db = client::connect(how).value();
  BOOST_TEST(db.get_commit_position().has_value());
  BOOST_TEST(asked == 0);
}

BOOST_AUTO_TEST_CASE(nobody_reaches_a_node_before_it_has_answered) {
  secure_node s;
  std::promise<credentials_handler> question;
  auto how = s.client();
  how.credentials_provider = [&](credentials_handler done) { question.set_value(std::move(done)); };
  auto db = client::connect(how).value();
  const auto early = db.get_commit_position({.call = {.deadline = 100ms}});
  BOOST_REQUIRE(!early.has_value());
  BOOST_TEST((early.error().code == errc::deadline_exceeded));
  BOOST_TEST(s.front.connections() == 0u);
  auto asked = question.get_future();
  fixtures::value_of(asked, "a question to the provider")(a_token());
  BOOST_TEST(db.get_commit_position().has_value());
}

BOOST_AUTO_TEST_CASE(the_current_user_is_whom_it_names_also_before_anything_else_was_asked) {
  secure_node s;
  auto how = s.client();
  how.credentials_provider = [](const credentials_handler& done) {
    done({{.credentials = credentials::basic("ops", "changeit")}});
  };
  const auto current = client::connect(how).value().get_current_user();
  BOOST_REQUIRE_MESSAGE(current.has_value(), (current ? "it works" : to_string(current.error())));
  BOOST_TEST(current->login_name == "ops");

  how.credentials_provider = [](const credentials_handler& done) { done(a_token()); };
  const auto nobody = client::connect(how).value().get_current_user();
  BOOST_REQUIRE(!nobody.has_value());
  BOOST_TEST((nobody.error().code == errc::invalid_argument), to_string(nobody.error()));
}

BOOST_AUTO_TEST_CASE(its_failure_is_told_at_once_and_the_next_request_asks_again) {
  secure_node s;
  std::atomic<int> asked{0};
  auto how = s.client();
  how.credentials_provider = [&](const credentials_handler& done) {
    if (++asked == 1)
      throw std::runtime_error{"the vault is sealed"};
    done(a_token());
  };
  auto db = client::connect(how).value();
  const auto refused = db.get_commit_position();
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::unauthenticated));
  BOOST_TEST(refused.error().message.find("the vault is sealed") != std::string::npos);
  fixtures::wait_until("the next question", [&] { return db.get_commit_position().has_value(); });
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(a_client_closes_while_it_hangs_and_ignores_what_it_says_later) {
  secure_node s;
  std::promise<credentials_handler> question;
  credentials_handler late;
  {
    auto how = s.client();
    how.credentials_provider = [&](credentials_handler done) { question.set_value(std::move(done)); };
    auto db = client::connect(how).value();
    auto pending = std::async(std::launch::async, [&] { return db.get_commit_position(); });
    auto asked = question.get_future();
    late = fixtures::value_of(asked, "a question to the provider");
    const fixtures::stopwatch since;
    db.close();
    BOOST_TEST((since.elapsed() < fixtures::soon));
    const auto ended = fixtures::value_of(pending, "the end of the read");
    BOOST_REQUIRE(!ended.has_value());
    BOOST_TEST((ended.error().code == errc::closed), to_string(ended.error()));
  }
  late(a_token());
  late(unexpected(errc::internal, "too late"));
  BOOST_TEST(s.front.connections() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
