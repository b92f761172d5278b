// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "tests/fixtures/certificates.hpp"
#include "tests/fixtures/server.hpp"
#include "tests/fixtures/wait.hpp"
#include <kdb/client.hpp>

using namespace kdb;
using namespace std::chrono_literals;

namespace {

std::vector<new_event> one_event() {
  return {new_event::json("happened", "{}")};
}

/// A node with TLS and users, of whom ada is one without rights of her own.
struct guarded {
  fixtures::scratch_folder folder;
  fixtures::server server{{.tls_folder = folder.path("tls")}};
  fixtures::own_names named;
  const std::string ada_name = named("ada"), mine = named("mine"), ours = named("ours");
  const credentials ada = credentials::basic(ada_name, "ada's password");
  const call_options as_ada{.credentials = ada};
  settings as_admin = server.settings();
  std::mutex mutex;
  std::vector<connection_change> changes;

  guarded() {
    as_admin.on_change = [this](const connection_change& what) {
      std::lock_guard lock{mutex};
      changes.push_back(what);
    };
  }
  /// How often a client has looked for a node, save the first time.
  std::size_t losses() {
    std::lock_guard lock{mutex};
    return static_cast<std::size_t>(
      std::count_if(changes.begin(), changes.end(), [](const auto& each) { return std::holds_alternative<reconnecting>(each); }));
  }
  settings as(const credentials& who) const {
    auto how = as_admin;
    how.credentials = who;
    return how;
  }
};

/// "mine" is there, and only administrators may do anything with it; "ours" is everybody's.
struct with_ada : guarded {
  client db = client::connect(as_admin).value();

  with_ada() {
    for (const auto& stream : {mine, ours})
      BOOST_REQUIRE(db.append_to_stream(stream, stream_state::any, one_event()).has_value());
    BOOST_REQUIRE(db.create_user(ada_name, "ada's password", {.full_name = "Ada"}).has_value());
    close_off(mine);
  }
  void close_off(const std::string& stream) {
    const std::vector<std::string> admins{"$admins"};
    const stream_metadata closed_off{.acl = stream_acl{.read = admins, .write = admins, .remove = admins}};
    BOOST_REQUIRE(db.set_stream_metadata(stream, stream_state::any, closed_off).has_value());
  }
};

template <class T>
errc code_of(const result<T>& outcome) {
  BOOST_REQUIRE(!outcome.has_value());
  BOOST_TEST(!outcome.error().retry_can_help, to_string(outcome.error()));
  BOOST_TEST(!outcome.error().outcome_unknown, to_string(outcome.error()));
  for (const auto* secret : {"ada's password", "wr0ng", "changeit"})
    BOOST_TEST(outcome.error().message.find(secret) == std::string::npos, to_string(outcome.error()));
  return outcome.error().code;
}

bool is_denied(errc code) {
  return code == errc::access_denied;
}
bool is_unauthenticated(errc code) {
  return code == errc::unauthenticated;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rights, *fixtures::needs_users())

BOOST_AUTO_TEST_CASE(a_client_with_wrong_credentials_is_told_so_and_looks_for_no_other_node) {
  guarded s;
  auto db = client::connect(s.as(credentials::basic("admin", "wr0ng"))).value();
  BOOST_TEST(is_unauthenticated(code_of(db.append_to_stream(s.ours, stream_state::any, one_event(), {.call = {.retry = 5}}))));
  BOOST_TEST(is_unauthenticated(code_of(db.read_stream(s.ours).finish().and_then([&] { return db.get_commit_position(); }))));
  BOOST_TEST(s.losses() <= 2u); // One for each request, and no more.
}

BOOST_AUTO_TEST_CASE(a_call_with_wrong_credentials_fails_alone) {
  with_ada s;
  const call_options wrong{.credentials = credentials::basic(s.ada_name, "wr0ng"), .retry = 5};
  BOOST_TEST(is_unauthenticated(code_of(s.db.append_to_stream(s.ours, stream_state::any, one_event(), {.call = wrong}))));
  BOOST_TEST(is_unauthenticated(code_of(s.db.get_commit_position({.call = wrong}))));
  BOOST_TEST(is_unauthenticated(code_of(s.db.subscribe_to_stream(s.ours, {.call = wrong}))));
  BOOST_TEST(is_unauthenticated(code_of(
    s.db.append_records({{.stream = s.ours, .record = {.schema_name = "happened", .data = "{}"}}}, {}, {.call = wrong}))));
  BOOST_TEST(s.db.append_to_stream(s.ours, stream_state::any, one_event()).has_value());
  BOOST_TEST(s.losses() == 0u);
}

BOOST_AUTO_TEST_CASE(what_somebody_may_not_do_is_denied_and_not_tried_again) {
  with_ada s;
  BOOST_TEST(s.db.append_to_stream(s.ours, stream_state::any, one_event(), {.call = s.as_ada}).has_value());
  BOOST_TEST(is_denied(code_of(s.db.append_to_stream(s.mine, stream_state::any, one_event(), {.call = s.as_ada}))));
  BOOST_TEST(is_denied(code_of(s.db.get_current_version(s.mine, s.as_ada))));
  BOOST_TEST(is_denied(code_of(s.db.delete_stream(s.mine, stream_state::any, {.call = s.as_ada}))));
  BOOST_TEST(is_denied(code_of(s.db.subscribe_to_stream(s.mine, {.call = s.as_ada}))));
  BOOST_TEST(is_denied(code_of(s.db.get_commit_position({.call = s.as_ada})))); // $all.
  BOOST_TEST(is_denied(code_of(
    s.db.append_records({{.stream = s.mine, .record = {.schema_name = "happened", .data = "{}"}}}, {}, {.call = s.as_ada}))));
  BOOST_TEST(is_denied(code_of(s.db.create_group(s.ours, "g", {.call = s.as_ada}))));
  BOOST_TEST(s.losses() == 0u);
}

BOOST_AUTO_TEST_CASE(appends_of_a_client_without_rights_are_denied_one_by_one_in_their_common_call) {
  with_ada s;
  auto db = client::connect(s.as(s.ada)).value();
  BOOST_TEST(is_denied(code_of(db.append_to_stream(s.mine, stream_state::any, one_event()))));
  BOOST_TEST(db.append_to_stream(s.ours, stream_state::any, one_event()).has_value());
}

BOOST_AUTO_TEST_CASE(a_subscription_ends_for_good_when_the_right_to_read_is_taken_away) {
  with_ada s;
  auto following = s.db.subscribe_to_stream(s.ours, {.from = stream_start, .call = s.as_ada}).value();
  BOOST_REQUIRE(following.next(fixtures::patience).has_value());
  s.close_off(s.ours);
  static_cast<void>(s.db.append_to_stream(s.ours, stream_state::any, one_event()));
  std::optional<error> why;
  fixtures::wait_until("the end of the subscription", [&] {
    if (auto next = following.next(10ms); !next)
      why = next.error();
    return why.has_value();
  });
  BOOST_TEST(is_denied(why->code), to_string(*why));
  BOOST_REQUIRE(following.ended().has_value());
  BOOST_TEST((following.ended()->reason == end_reason::access_denied));
  BOOST_TEST(s.losses() == 0u);
}

BOOST_AUTO_TEST_CASE(a_consumer_without_rights_does_not_start) {
  with_ada s;
  BOOST_REQUIRE(s.db.create_group(s.mine, "g").has_value());
  BOOST_TEST(is_denied(code_of(s.db.consume({s.mine, "g"}, {.call = s.as_ada}))));
  BOOST_TEST(s.losses() == 0u);
}

// -- credentials of a provider -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(refused_credentials_are_asked_for_anew_and_the_call_fails) {
  guarded s;
  std::atomic<int> asked{0};
  auto how = s.as_admin;
  how.credentials.reset();
  how.credentials_provider = [&](const credentials_handler& done) {
    done(provided_credentials{credentials::basic("admin", ++asked == 1 ? "old" : "changeit")});
  };
  auto db = client::connect(how).value();
  BOOST_TEST(is_unauthenticated(code_of(db.get_commit_position())));
  const auto found = db.get_commit_position(); // Waits for the next ones.
  BOOST_TEST(found.has_value());
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(credentials_that_are_refused_later_on_are_replaced_while_the_node_stays) {
  with_ada s;
  std::mutex mutex;
  std::string password = "ada's password";
  std::atomic<int> asked{0};
  auto how = s.as_admin;
  how.credentials.reset();
  how.credentials_provider = [&](const credentials_handler& done) {
    ++asked;
    std::lock_guard lock{mutex};
    done(provided_credentials{credentials::basic(s.ada_name, password)});
  };
  auto db = client::connect(how).value();
  BOOST_TEST(db.append_to_stream(s.ours, stream_state::any, one_event()).has_value());
  BOOST_TEST(db.get_current_version(s.ours).has_value());
  {
    std::lock_guard lock{mutex};
    password = "another password";
  }
  BOOST_REQUIRE(s.db.reset_password(s.ada_name, "another password").has_value());
  BOOST_TEST(is_unauthenticated(code_of(db.get_current_version(s.ours))));
  fixtures::wait_until("the new credentials", [&] { return db.get_current_version(s.ours).has_value(); });
  BOOST_TEST(db.append_to_stream(s.ours, stream_state::any, one_event()).has_value());
  BOOST_TEST(asked == 2);
  BOOST_TEST(s.losses() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
