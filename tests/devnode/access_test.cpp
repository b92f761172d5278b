// SPDX-License-Identifier: Apache-2.0

// Who may do what: the decisions as tables.

#include "devnode/security/access.hpp"
#include "devnode/security/access_control.hpp"
#include "devnode/security/base64.hpp"
#include "devnode/security/credentials.hpp"
#include "devnode/security/users.hpp"
#include "tests/devnode/store_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kdb::development;
using namespace kdb::development::testing;
using kind = caller::kind;

namespace {

const caller system_{kind::system, "system", {}};
const caller admin{kind::user, "admin", {}};
const caller another_admin{kind::user, "x", {"$admins"}};
const caller ops{kind::user, "ops", {"$ops"}};
const caller plain{kind::user, "plain", {"readers"}};
const caller nobody{kind::anonymous, "anonymous", {}};

access_list list(std::string_view text) {
  return parse_access_list(text).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_decisions)

BOOST_AUTO_TEST_CASE(without_lists_users_have_streams_and_administrators_have_system_streams) {
  using enum stream_action;
  struct row {
    const caller& who;
    stream_action action;
    const char* stream;
    bool expected;
  };
  const row rows[] = {
    {plain, read, "s", true},
    {plain, write, "s", true},
    {plain, remove, "s", true},
    {plain, read, "$$s", true},
    {plain, write, "$$s", true},
    {plain, read, "$s", false},
    {plain, write, "$s", false},
    {plain, read, "$$$s", false},
    {plain, read, "$all", false},
    {ops, read, "$all", false},
    {ops, write, "$s", false},
    {admin, read, "$all", true},
    {another_admin, read, "$all", true},
    {system_, read, "$all", true},
    {admin, write, "$s", true},
    {nobody, read, "s", false},
    {nobody, write, "s", false},
    // Nobody may do these.
    {admin, write, "$all", false},
    {admin, remove, "$all", false},
    {admin, write, "", false},
    {admin, remove, "$$s", false},
    {system_, remove, "$$s", false},
  };
  for (auto& [who, action, stream, expected] : rows)
    BOOST_TEST(may(who, action, stream, nullptr, {}) == expected, who.login << " " << static_cast<int>(action) << " " << stream);
}

BOOST_AUTO_TEST_CASE(a_list_decides_right_by_right) {
  using enum stream_action;
  auto own = list(R"({"$r":"readers","$w":["plain","x"],"$d":[],"$mr":"$all","$mw":"$admins"})");
  struct row {
    const caller& who;
    stream_action action;
    const char* stream;
    bool expected;
  };
  const row rows[] = {
    {plain, read, "s", true},     // by group
    {ops, read, "s", false},      //
    {plain, write, "s", true},    // by login
    {ops, write, "s", false},     //
    {plain, remove, "s", false},  // nobody
    {admin, remove, "s", true},   // but administrators always may
    {ops, read, "$$s", true},     // everybody
    {nobody, read, "$$s", false}, // who is somebody
    {plain, write, "$$s", false}, //
    {system_, write, "$$s", true},
  };
  for (auto& [who, action, stream, expected] : rows)
    BOOST_TEST(may(who, action, stream, &own, {}) == expected, who.login << " " << static_cast<int>(action) << " " << stream);
  auto partial = list(R"({"$w":"x"})");
  BOOST_TEST(may(plain, read, "s", &partial, {}));
  BOOST_TEST(!may(plain, write, "s", &partial, {}));
  auto opened = list(R"({"$r":"$all"})");
  BOOST_TEST(may(plain, read, "$s", &opened, {}));
  BOOST_TEST(!may(plain, write, "$s", &opened, {}));
  BOOST_TEST(may(plain, read, "$all", &opened, {}));
}

BOOST_AUTO_TEST_CASE(settings_stand_behind_a_streams_own_list_and_before_the_rule) {
  using enum stream_action;
  auto defaults = parse_access_defaults(R"({"$userStreamAcl":{"$r":"readers","$w":"$ops"},"$systemStreamAcl":{"$r":"$all"}})");
  BOOST_TEST(may(plain, read, "s", nullptr, defaults));
  BOOST_TEST(!may(plain, write, "s", nullptr, defaults));
  BOOST_TEST(may(ops, write, "s", nullptr, defaults));
  BOOST_TEST(may(plain, remove, "s", nullptr, defaults)); // not mentioned
  BOOST_TEST(may(plain, read, "$s", nullptr, defaults));
  BOOST_TEST(!may(plain, write, "$s", nullptr, defaults));
  auto own = list(R"({"$r":[]})");
  BOOST_TEST(!may(plain, read, "$s", &own, defaults));
  for (auto bad : {"", "[]", R"({"$userStreamAcl":1})", R"({"$userStreamAcl":{"$x":"a"}})"})
    BOOST_TEST((parse_access_defaults(bad).user_streams == access_list{}), bad);
}

BOOST_AUTO_TEST_CASE(operations_demand_roles) {
  struct row {
    const caller& who;
    bool as_user, as_operator, as_administrator;
  };
  const row rows[] = {{nobody, false, false, false}, {plain, true, false, false},       {ops, true, true, false},
                      {admin, true, true, true},     {another_admin, true, true, true}, {system_, true, true, true}};
  for (auto& [who, as_user, as_operator, as_administrator] : rows) {
    BOOST_TEST(may(who, demanded_role::none), who.login);
    BOOST_TEST(may(who, demanded_role::user) == as_user, who.login);
    BOOST_TEST(may(who, demanded_role::ops) == as_operator, who.login);
    BOOST_TEST(may(who, demanded_role::admin) == as_administrator, who.login);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_list_is_none) {
  BOOST_TEST((list("null") == access_list{}));
  BOOST_TEST((list("{}") == access_list{}));
  BOOST_TEST(list(R"({"$r":null,"$w":[]})").write->empty());
  BOOST_TEST(!list(R"({"$r":null,"$w":[]})").read);
  for (auto bad : {"1", "[]", R"({"r":"a"})", R"({"$r":1})", R"({"$r":["a",1]})", R"({"$r":{}})"})
    BOOST_TEST(!parse_access_list(bad), bad);
}

BOOST_AUTO_TEST_CASE(credentials_are_taken_from_two_schemes) {
  auto shown = [](const std::string& header) {
    auto found = parse_authorization(header);
    return found ? found->login + " " + found->password : "none";
  };
  BOOST_TEST(shown("Basic " + to_base64("a:b")) == "a b");
  BOOST_TEST(shown("Bearer " + to_base64("a:b")) == "a b");
  BOOST_TEST(shown("Basic " + to_base64("a:b:c")) == "a b:c");
  BOOST_TEST(shown("Basic " + to_base64(":")) == " ");
  for (auto& bad : {std::string{}, std::string{"Basic"}, std::string{"Basic !"}, "basic " + to_base64("a:b"),
                    "Digest " + to_base64("a:b"), "Basic " + to_base64("ab")})
    BOOST_TEST(shown(bad) == "none", bad);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct controlled : store_fixture {
  access_control control{events, true};
  users all{events};

  using verdict = access_control::verdict;

  access_control::identity identify(const std::string& login, const std::string& password) {
    return control.identify("Basic " + to_base64(login + ":" + password));
  }

  verdict verdict_on(const std::string& login, const std::string& password) { return identify(login, password).is; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(access_by_a_log, controlled)

BOOST_AUTO_TEST_CASE(nobody_is_known_before_there_are_users) {
  BOOST_TEST((verdict_on("admin", "changeit") == verdict::not_ready));
  all.add_defaults();
  BOOST_TEST((verdict_on("admin", "changeit") == verdict::known));
  BOOST_TEST((verdict_on("admin", "wrong") == verdict::refused));
  BOOST_TEST((verdict_on("none", "changeit") == verdict::refused));
  BOOST_TEST((control.identify("").who->is == kind::anonymous));
  BOOST_TEST((control.identify("Digest x").who->is == kind::anonymous));
}

BOOST_AUTO_TEST_CASE(changes_of_a_user_count_at_once) {
  all.add_defaults();
  all.create({"a", "A", {"g"}, {}}, "1");
  BOOST_TEST((verdict_on("a", "1") == verdict::known));
  all.update({"a", "A", {"h"}, {}});
  BOOST_TEST(identify("a", "1").who->groups.front() == "h");
  all.reset_password("a", "2");
  BOOST_TEST((verdict_on("a", "1") == verdict::refused));
  BOOST_TEST((verdict_on("a", "2") == verdict::known));
  all.set_disabled("a", true);
  BOOST_TEST((verdict_on("a", "2") == verdict::refused));
  all.set_disabled("a", false);
  BOOST_TEST((verdict_on("a", "2") == verdict::known));
  all.remove("a");
  BOOST_TEST((verdict_on("a", "2") == verdict::refused));
}

BOOST_AUTO_TEST_CASE(changes_of_lists_count_at_once) {
  using enum stream_action;
  BOOST_TEST(control.may(plain, read, "s"));
  auto before = control.version();
  metadata("s", R"({"$acl":{"$r":"ops"}})");
  BOOST_TEST(control.version() != before);
  BOOST_TEST(!control.may(plain, read, "s"));
  BOOST_TEST(control.may(plain, read, "$$s"));
  auto settings = event(R"({"$userStreamAcl":{"$mr":"ops"}})", "$settings");
  before = control.version();
  events.append("$settings", expected_state::any(), {&settings, 1});
  BOOST_TEST(control.version() != before);
  BOOST_TEST(!control.may(plain, read, "$$s"));
  events.soft_delete("s", expected_state::any()); // as on a server the list is lost
  BOOST_TEST(control.may(plain, read, "s"));
}

BOOST_AUTO_TEST_CASE(without_authentication_everybody_is_the_system) {
  using enum stream_action;
  access_control open{events, false};
  BOOST_TEST((open.identify("Basic nonsense").who->is == kind::system));
  BOOST_TEST(open.may(*open.identify("").who, write, "$s"));
}

BOOST_AUTO_TEST_SUITE_END()
