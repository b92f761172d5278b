// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>

#include "tests/fixtures/server.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::every_way, fixtures::require_done, fixtures::way;

namespace {

const call_options in_time{.deadline = fixtures::patience};

call_options as(const std::string& login_name, const std::string& password) {
  return {.deadline = fixtures::patience, .credentials = credentials::basic(login_name, password)};
}

/// The users API, whichever way in.
struct way_in {
  std::unique_ptr<fixtures::any_client> db;

  result<void> create(std::string login, std::string password, create_user_options how) {
    return db->ask(create_user{login, password, how});
  }
  result<void> update(std::string login, update_user_options how) { return db->ask(update_user{login, how}); }
  result<void> remove(std::string login, call_options call) { return db->ask(delete_user{login, call}); }
  result<void> enable(std::string login, call_options call) { return db->ask(enable_user{login, call}); }
  result<void> disable(std::string login, call_options call) { return db->ask(disable_user{login, call}); }
  result<user_details> get(std::string login, call_options call) { return db->ask(get_user{login, call}); }
  result<user_details> current(call_options call) { return db->ask(get_current_user{call}); }
  result<std::vector<user_details>> list(call_options call) { return db->ask(list_users{call}); }
  result<void> change_password(std::string login, std::string now, std::string next, call_options call) {
    return db->ask(kdb::change_password{login, now, next, call});
  }
  result<void> reset_password(std::string login, std::string next, call_options call) {
    return db->ask(kdb::reset_password{login, next, call});
  }
};

struct scene {
  explicit scene(way how) : users{fixtures::connect(how, as_admin)} {}

  fixtures::server server{{.authentication = true}};
  settings as_admin = server.settings();
  way_in users;
  fixtures::own_names named;
  const std::string jane = named("jane"), joe = named("joe"), nobody = named("nobody");

  void create_jane() { require_done(users.create(jane, "first", {.full_name = "Jane", .groups = {"a", "b"}, .call = in_time})); }
  bool can_log_in(const std::string& login, const std::string& password) {
    return users.current(as(login, password)).has_value();
  }
};

/// Why it failed, which shows no password.
template <class T>
errc code_of(const result<T>& outcome) {
  const auto code = fixtures::code_of(outcome);
  const auto shown = to_string(outcome.error());
  for (const auto* secret : {"first", "second", "third", "changeit", "wr0ng"})
    BOOST_TEST(shown.find(secret) == std::string::npos, shown);
  return code;
}

// The cases are in here as well: they capture what is.
BOOST_AUTO_TEST_SUITE(users, *fixtures::needs_users())

BOOST_DATA_TEST_CASE(a_user_lives_from_creation_to_deletion, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  s.create_jane();
  auto jane = s.users.get(s.jane, in_time).value();
  BOOST_TEST(jane.login_name == s.jane);
  BOOST_TEST(jane.full_name == "Jane");
  BOOST_TEST((jane.groups == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(jane.last_updated.has_value());
  BOOST_TEST(!jane.disabled);

  require_done(s.users.update(s.jane, {.full_name = "Jane Doe", .groups = {"c"}, .call = in_time}));
  jane = s.users.get(s.jane, in_time).value();
  BOOST_TEST(jane.full_name == "Jane Doe");
  BOOST_TEST((jane.groups == std::vector<std::string>{"c"}));
  BOOST_TEST(s.can_log_in(s.jane, "first"));

  require_done(s.users.remove(s.jane, in_time));
  BOOST_TEST(code_of(s.users.get(s.jane, in_time)) == errc::user_not_found);
  s.create_jane(); // The name is free again.
}

BOOST_DATA_TEST_CASE(all_users_are_listed_by_their_login_names, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  s.create_jane();
  const auto all = s.users.list(in_time);
  require_done(all);
  std::vector<std::string> names;
  for (const auto& each : all.value())
    names.push_back(each.login_name);
  for (const auto& expected : {std::string{"admin"}, s.jane, std::string{"ops"}})
    BOOST_TEST(std::ranges::count(names, expected) == 1, expected);
  BOOST_TEST(std::ranges::is_sorted(names));
}

BOOST_DATA_TEST_CASE(creating_again_is_fine_with_the_same_password_alone, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  s.create_jane();
  s.create_jane();
  const auto other = s.users.create(s.jane, "second", {.call = in_time});
  BOOST_TEST(code_of(other) == errc::user_conflict);
  BOOST_TEST(other.error().get<login_name>()->name == s.jane);
}

BOOST_DATA_TEST_CASE(users_that_are_not_there_are_not_found, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  const auto missing = s.users.get(s.nobody, in_time);
  BOOST_TEST(code_of(missing) == errc::user_not_found);
  BOOST_TEST(missing.error().get<login_name>()->name == s.nobody);
  BOOST_TEST(code_of(s.users.update(s.nobody, {.call = in_time})) == errc::user_not_found);
  BOOST_TEST(code_of(s.users.remove(s.nobody, in_time)) == errc::user_not_found);
  BOOST_TEST(code_of(s.users.enable(s.nobody, in_time)) == errc::user_not_found);
  BOOST_TEST(code_of(s.users.disable(s.nobody, in_time)) == errc::user_not_found);
  BOOST_TEST(code_of(s.users.change_password(s.nobody, "first", "second", in_time)) == errc::user_not_found);
  BOOST_TEST(code_of(s.users.reset_password(s.nobody, "second", in_time)) == errc::user_not_found);
}

BOOST_DATA_TEST_CASE(a_disabled_user_cannot_log_in_until_enabled, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  s.create_jane();
  require_done(s.users.disable(s.jane, in_time));
  BOOST_TEST(s.users.get(s.jane, in_time).value().disabled);
  fixtures::wait_until("the user to be locked out", [&] { return !s.can_log_in(s.jane, "first"); });
  BOOST_TEST(code_of(s.users.current(as(s.jane, "first"))) == errc::unauthenticated);
  require_done(s.users.enable(s.jane, in_time));
  fixtures::wait_until("the user to be let in", [&] { return s.can_log_in(s.jane, "first"); });
}

BOOST_DATA_TEST_CASE(passwords_are_changed_by_their_users_and_reset_by_administrators, boost::unit_test::data::make(every_way),
                     how) {
  scene s{how};
  s.create_jane();
  const auto by_jane = as(s.jane, "first");
  BOOST_TEST(code_of(s.users.change_password(s.jane, "wr0ng", "second", by_jane)) == errc::access_denied);
  require_done(s.users.change_password(s.jane, "first", "second", by_jane));
  fixtures::wait_until("the new password", [&] { return s.can_log_in(s.jane, "second"); });
  fixtures::wait_until("the end of the old password", [&] { return !s.can_log_in(s.jane, "first"); });
  require_done(s.users.reset_password(s.jane, "third", in_time));
  fixtures::wait_until("the reset password", [&] { return s.can_log_in(s.jane, "third"); });
}

BOOST_DATA_TEST_CASE(the_current_user_is_who_calls, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  s.create_jane();
  BOOST_TEST(s.users.current(in_time).value().login_name == "admin");
  BOOST_TEST(s.users.current(as(s.jane, "first")).value().full_name == "Jane");
}

BOOST_DATA_TEST_CASE(who_is_no_administrator_may_ask_and_change_nothing, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  s.create_jane();
  auto by_jane = as(s.jane, "first");
  by_jane.retry = 5; // To no avail: it is final.
  BOOST_TEST(code_of(s.users.create(s.joe, "second", {.call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(s.users.update(s.jane, {.groups = {"$admins"}, .call = by_jane})) == errc::access_denied);
  BOOST_TEST(code_of(s.users.remove("ops", by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.users.enable("ops", by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.users.disable("ops", by_jane)) == errc::access_denied);
  BOOST_TEST(code_of(s.users.reset_password("admin", "second", by_jane)) == errc::access_denied);
  require_done(s.users.get(s.jane, by_jane));
  const auto wrong = as("admin", "wr0ng");
  BOOST_TEST(code_of(s.users.create(s.joe, "second", {.call = wrong})) == errc::unauthenticated);
  BOOST_TEST(code_of(s.users.list(wrong)) == errc::unauthenticated);
}

BOOST_DATA_TEST_CASE(what_cannot_be_sent_is_refused, boost::unit_test::data::make(every_way), how) {
  scene s{how};
  BOOST_TEST(code_of(s.users.create("", "second", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.users.create("a:b", "second", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.users.create(s.joe, "", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.users.get("", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.users.reset_password("ops", "", {})) == errc::invalid_argument);
  BOOST_TEST(code_of(s.users.current({.credentials = credentials::bearer("token")})) == errc::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
