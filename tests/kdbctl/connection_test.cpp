// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/connection_choice.hpp"
#include "tools/kdbctl/text/connection_notice.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace data = boost::unit_test::data;
using namespace kdbctl;

namespace {

const context prod{.name = "prod", .connection = "kurrentdb://prod", .user = "ann", .password = "secret"};
const context test{.name = "test", .connection = "kurrentdb://test"};

struct choice_row {
  connection_sources from;
  connection_origin origin;
  std::string connection;
};
std::ostream& operator<<(std::ostream& out, const choice_row& row) {
  return out << row.connection;
}

struct login_row {
  std::string what;
  connection_choice choice;
  std::optional<std::string> user;
  std::optional<std::string> given;
  std::string expected_user;
  std::optional<std::string> expected_password;
};
std::ostream& operator<<(std::ostream& out, const login_row& row) {
  return out << row.what;
}

connection_choice of(const context& one) {
  return choose({.current = one});
}

} // namespace

BOOST_AUTO_TEST_SUITE(connections)

const std::vector<choice_row> choices{
  {{.option = "o", .chosen = test, .environment = "e", .current = prod}, connection_origin::option, "o"},
  {{.chosen = test, .environment = "e", .current = prod}, connection_origin::context, "kurrentdb://test"},
  {{.environment = "e", .current = prod}, connection_origin::environment, "e"},
  {{.environment = "", .current = prod}, connection_origin::current_context, "kurrentdb://prod"},
  {{}, connection_origin::local, "kurrentdb://localhost:2113?tls=false"}};
BOOST_DATA_TEST_CASE(the_first_source_that_is_there_is_used, data::make(choices), row) {
  const auto choice = choose(row.from);
  BOOST_TEST((choice.origin == row.origin));
  BOOST_TEST(choice.connection == row.connection);
}

const connection_choice with_login{.origin = connection_origin::environment, .connection = "kurrentdb://bob:b-secret@host"};
const std::vector<login_row> logins{{"nobody", of(test), {}, {}, "", {}},
                                    {"nobody, and a password that is there anyway", of(test), {}, "x", "", {}},
                                    {"the context's user", of(prod), {}, {}, "ann", "secret"},
                                    {"the context's user with another password", of(prod), {}, "x", "ann", "x"},
                                    {"another user does not get the context's password", of(prod), "eve", {}, "eve", {}},
                                    {"the connection string's user", with_login, {}, {}, "bob", "b-secret"},
                                    {"another user does not get its password", with_login, "eve", {}, "eve", {}},
                                    {"another user with a password", with_login, "eve", "x", "eve", "x"}};
BOOST_DATA_TEST_CASE(the_user_and_the_password_belong_together, data::make(logins), row) {
  const auto settings = kdb::settings::from_connection_string(row.choice.connection);
  BOOST_REQUIRE(settings.has_value());
  const auto found = login_for(row.choice, *settings, row.user, row.given);
  BOOST_TEST(found.user == row.expected_user);
  BOOST_TEST((found.password == row.expected_password));
}

BOOST_AUTO_TEST_CASE(a_password_in_a_connection_string_is_seen) {
  BOOST_TEST(has_password("kurrentdb://admin:changeit@localhost"));
  BOOST_TEST(has_password("kurrentdb://admin:change it@localhost?wrong=1"));
  BOOST_TEST(!has_password("kurrentdb://localhost:2113,localhost:2114"));
  BOOST_TEST(!has_password("kurrentdb://[::1]:2113"));
}

BOOST_AUTO_TEST_CASE(a_context_is_written_and_read_again) {
  for (const auto& one : {prod, test})
    BOOST_TEST((parse_context(one.name, to_json_text(one)).value() == one));
  BOOST_TEST(!parse_context("x", "{}").has_value());
  BOOST_TEST(!parse_context("x", "no json").has_value());
  BOOST_TEST(!parse_context("x", R"({"connection": 7})").has_value());
}

BOOST_AUTO_TEST_CASE(names_of_contexts_are_names_of_files) {
  for (const auto* name : {"prod", "a.b-c_9"})
    BOOST_TEST(is_context_name(name));
  for (const auto* name : {"", ".", "..", "../x", "a/b", "-x", "a b"})
    BOOST_TEST(!is_context_name(name));
}

BOOST_AUTO_TEST_CASE(only_losses_and_new_nodes_are_told) {
  connection_notice notice;
  const kdb::connected first{{"a", 1}, ""}, second{{"b", 2}, ""};
  BOOST_TEST(!notice.take(kdb::reconnecting{.why = {.message = "refused"}}).has_value());
  BOOST_TEST(!notice.take(first).has_value());
  BOOST_TEST(notice.take(kdb::reconnecting{.why = {.message = "reset"}}).value() ==
             "the node was lost, looking for another one: reset");
  BOOST_TEST(!notice.take(kdb::reconnecting{.attempt = 1, .why = {.message = "refused"}}).has_value());
  BOOST_TEST(notice.take(second).value() == "connected again, to b:2");
  BOOST_TEST(!notice.take(second).has_value());
  BOOST_TEST(!notice.take(kdb::client_closed{}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
