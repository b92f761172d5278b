// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "libkdb/policy/users.hpp"

using namespace kdb;
namespace data = boost::unit_test::data;

namespace {

struct refused_row {
  const char* member;
  const char* why;
  result<void> (*check)();
};

std::ostream& operator<<(std::ostream& out, const refused_row& row) {
  return out << row.member << ' ' << row.why;
}

using policy::check_create_user, policy::check_update_user, policy::check_login;

result<void> change(std::string_view login, std::string_view current, std::string_view next) {
  return policy::check_change_password(login, current, next, {});
}

const call_options impossible_call{.deadline = std::chrono::milliseconds{0}};

const refused_row refused[] = {
  {"login_name", "empty", [] { return check_create_user("", "p", {}); }},
  {"login_name", "with a colon, which ends it in a header", [] { return check_create_user("a:b", "p", {}); }},
  {"login_name", "with a control character", [] { return check_create_user("a\n", "p", {}); }},
  {"login_name", "no UTF-8", [] { return check_create_user("\xff", "p", {}); }},
  {"password", "empty", [] { return check_create_user("a", "", {}); }},
  {"password", "no UTF-8", [] { return check_create_user("a", "\xff", {}); }},
  {"full_name", "no UTF-8", [] { return check_create_user("a", "p", {.full_name = "\xff"}); }},
  {"groups[1]", "empty",
   [] {
     return check_create_user("a", "p", {.groups = {"g", ""}});
   }},
  {"groups[0]", "no UTF-8", [] { return check_create_user("a", "p", {.groups = {"\xff"}}); }},
  {"deadline", "0", [] { return check_create_user("a", "p", {.call = impossible_call}); }},
  {"login_name", "empty", [] { return check_update_user("", {}); }},
  {"full_name", "no UTF-8", [] { return check_update_user("a", {.full_name = "\xff"}); }},
  {"groups[0]", "empty", [] { return check_update_user("a", {.groups = {""}}); }},
  {"deadline", "0", [] { return check_update_user("a", {.call = impossible_call}); }},
  {"login_name", "empty, which would be all users", [] { return check_login("", {}); }},
  {"login_name", "no UTF-8", [] { return check_login("a\xff", {}); }},
  {"deadline", "0", [] { return check_login("a", impossible_call); }},
  {"login_name", "empty", [] { return change("", "a", "b"); }},
  {"current_password", "empty", [] { return change("a", "", "b"); }},
  {"current_password", "no UTF-8", [] { return change("a", "\xff", "b"); }},
  {"new_password", "empty", [] { return change("a", "b", ""); }},
  {"new_password", "no UTF-8", [] { return change("a", "b", "\xff"); }},
  {"login_name", "empty", [] { return policy::check_reset_password("", "b", {}); }},
  {"new_password", "empty, which nobody could log in with", [] { return policy::check_reset_password("a", "", {}); }},
  {"deadline", "0", [] { return policy::check_reset_password("a", "b", impossible_call); }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(users)

BOOST_DATA_TEST_CASE(what_the_server_would_refuse_or_take_wrongly_is_refused_here, data::make(refused), row) {
  const result<void> outcome = row.check();
  BOOST_REQUIRE(!outcome);
  const error& why = outcome.error();
  BOOST_TEST((why.code == errc::invalid_argument));
  BOOST_TEST(std::get<bad_argument>(why.detail).name == row.member);
  BOOST_TEST(why.message.find("; give ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ordinary_requests_pass) {
  BOOST_TEST(check_create_user("jörg", "a:b \t", {.full_name = "Jörg", .groups = {"$admins"}}).has_value());
  BOOST_TEST(check_create_user("a", "p", {}).has_value());
  BOOST_TEST(check_update_user("a", {}).has_value());
  BOOST_TEST(change("a", "b", "b").has_value());
  BOOST_TEST(policy::check_reset_password("a", "b", {}).has_value());
}

BOOST_AUTO_TEST_CASE(users_that_somebody_made_with_an_odd_name_can_still_be_deleted) {
  BOOST_TEST(check_login("a:b", {}).has_value());
  BOOST_TEST(check_login("a\n", {}).has_value());
}

BOOST_AUTO_TEST_CASE(a_refusal_never_shows_the_password) {
  const auto outcome = check_create_user("a", "s3cret\xff", {});
  BOOST_REQUIRE(!outcome);
  BOOST_TEST(to_string(outcome.error()).find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_current_user_is_who_the_credentials_name) {
  BOOST_TEST(policy::login_of(credentials::basic("jane", "p")).value() == "jane");
  BOOST_TEST(policy::login_of(std::nullopt).error().get<bad_argument>()->name == "credentials");
  BOOST_TEST(policy::login_of(credentials::bearer("t0ken")).error().get<bad_argument>()->name == "credentials");
}

BOOST_AUTO_TEST_SUITE_END()
