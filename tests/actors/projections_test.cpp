// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "libkdb/wire/projections.hpp"
#include "tests/actors/management_fixture.hpp"

#include "event_store/client/projections.pb.h"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

/// One request of each kind that changes something.
struct change_row {
  const char* request;
  const char* method;
  answer<void> (*ask)(management_fixture&);
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const change_row& row) {
  return out << row.request;
}

template <class Request>
answer<void> change(management_fixture& f, Request what) {
  return f.ask<void>(f.tested, std::move(what));
}

const change_row changes[] = {
  {"create", "Create",
   [](management_fixture& f) {
     return change(f, create_projection{"p", "q", {.emit = true}});
   },
   wire::encode_create_projection("p", "q", {.emit = true})},
  {"create_one_time", "Create", [](management_fixture& f) { return change(f, create_one_time_projection{"q"}); },
   wire::encode_create_one_time_projection("q", {})},
  {"create_transient", "Create",
   [](management_fixture& f) {
     return change(f, create_transient_projection{"p", "q"});
   },
   wire::encode_create_transient_projection("p", "q", {})},
  {"update", "Update",
   [](management_fixture& f) {
     return change(f, update_projection{"p", "q", {.emit = true}});
   },
   wire::encode_update_projection("p", "q", {.emit = true})},
  {"delete", "Delete",
   [](management_fixture& f) {
     return change(f, delete_projection{"p", {.delete_state_stream = true}});
   },
   wire::encode_delete_projection("p", {.delete_state_stream = true})},
  {"enable", "Enable", [](management_fixture& f) { return change(f, enable_projection{"p"}); },
   wire::encode_enable_projection("p")},
  {"disable", "Disable", [](management_fixture& f) { return change(f, disable_projection{"p"}); },
   wire::encode_disable_projection("p", true)},
  {"abort", "Disable", [](management_fixture& f) { return change(f, abort_projection{"p"}); },
   wire::encode_disable_projection("p", false)},
  {"reset", "Reset", [](management_fixture& f) { return change(f, reset_projection{"p"}); }, wire::encode_reset_projection("p")},
  {"restart", "RestartSubsystem", [](management_fixture& f) { return change(f, restart_projections{}); }, ""},
};

/// A `StatisticsResp` of a projection with that name.
std::string statistics(const std::string& name) {
  event_store::client::projections::StatisticsResp message;
  message.mutable_details()->set_name(name);
  return message.SerializeAsString();
}

} // namespace

BOOST_AUTO_TEST_SUITE(projections)

BOOST_DATA_TEST_CASE(each_change_is_one_call_that_wants_the_leader, boost::unit_test::data::make(changes), row) {
  management_fixture f;
  const auto done = row.ask(f);
  BOOST_REQUIRE(f.sent() == 1u);
  BOOST_TEST(f.last().method == std::string{"/event_store.client.projections.Projections/"} + row.method);
  BOOST_TEST((f.last().kind == wire::request_kind::write));
  BOOST_TEST(f.last().settings.requires_leader);
  BOOST_TEST(!f.last().settings.many_answers);
  BOOST_TEST((f.last().messages == std::vector<std::string>{row.message}));
  BOOST_TEST(done.pending());
  f.server_answers(std::vector<std::string>{""});
  BOOST_TEST(done.succeeded());
}

BOOST_DATA_TEST_CASE(the_servers_errors_come_back_as_they_are, boost::unit_test::data::make(changes), row) {
  management_fixture f;
  const auto done = row.ask(f);
  f.server_answers(unexpected{error{.code = errc::projection_not_found, .message = "no", .detail = projection_name{"p"}}});
  const error why = done.why();
  BOOST_TEST((why.code == errc::projection_not_found));
  BOOST_TEST(std::get<projection_name>(why.detail).name == "p");
  BOOST_TEST(why.message == "no");
}

BOOST_DATA_TEST_CASE(an_answer_that_does_not_come_makes_the_nodes_place_worth_a_look, boost::unit_test::data::make(changes),
                     row) {
  management_fixture f;
  const auto done = row.ask(f);
  f.server_answers(unexpected{error{.code = errc::deadline_exceeded, .message = "late", .outcome_unknown = true}});
  const error why = done.why();
  BOOST_TEST(why.message ==
             "late; perhaps the node is not the leader, or its projections have not started: such a node does not answer");
  BOOST_TEST(why.outcome_unknown);
  BOOST_REQUIRE(f.link->losses.size() == 1u);
  BOOST_TEST(f.link->losses[0].unanswered);
}

BOOST_DATA_TEST_CASE(errors_have_the_name_that_the_server_leaves_out, boost::unit_test::data::make(changes), row) {
  management_fixture f;
  const auto done = row.ask(f);
  f.server_answers(unexpected{error{.code = errc::projection_failed, .message = "no"}});
  const error why = done.why();
  const bool has_name = row.message.find("\x01p") != std::string::npos;
  BOOST_TEST(std::holds_alternative<projection_name>(why.detail) == has_name);
  BOOST_TEST((!has_name || std::get<projection_name>(why.detail).name == "p"));
}

BOOST_AUTO_TEST_CASE(users_may_not_be_there_at_all_and_the_node_is_not_to_blame) {
  management_fixture f;
  const auto done = f.ask<std::vector<user_details>>(f.tested, list_users{});
  f.server_answers(unexpected{error{.code = errc::deadline_exceeded, .message = "late"}});
  BOOST_TEST(done.why().message == "late; servers without authentication have no users, and may not answer");
  BOOST_TEST(f.link->losses.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_refused_before_the_call) {
  management_fixture f;
  BOOST_TEST((change(f, create_projection{"", "q"}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, create_one_time_projection{""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, update_projection{"p", ""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, delete_projection{""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, enable_projection{""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, disable_projection{""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, abort_projection{""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, reset_projection{""}).code() == errc::invalid_argument));
  BOOST_TEST((change(f, restart_projections{{.deadline = 0ms}}).code() == errc::invalid_argument));
  BOOST_TEST((f.ask<projection_statistics>(f.tested, get_projection_statistics{""}).code() == errc::invalid_argument));
  BOOST_TEST((f.ask<std::string>(f.tested, get_projection_state{""}).code() == errc::invalid_argument));
  BOOST_TEST((f.ask<std::string>(f.tested, get_projection_result{""}).code() == errc::invalid_argument));
  const auto listed =
    f.ask<std::vector<projection_statistics>>(f.tested, list_projections{projection_mode::all, {.deadline = 0ms}});
  BOOST_TEST((listed.code() == errc::invalid_argument));
  BOOST_TEST(f.link->asks == 0u);
}

BOOST_AUTO_TEST_CASE(one_projection_is_asked_for_by_name) {
  management_fixture f;
  const auto found = f.ask<projection_statistics>(f.tested, get_projection_statistics{"p"});
  BOOST_TEST(f.last().method == "/event_store.client.projections.Projections/Statistics");
  BOOST_TEST((f.last().kind == wire::request_kind::read));
  BOOST_TEST(f.last().settings.many_answers);
  BOOST_TEST((f.last().messages == std::vector<std::string>{wire::encode_projection_statistics("p")}));
  f.server_answers(std::vector{statistics("p")});
  BOOST_TEST(found.value().name == "p");
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_about_a_projection_has_none_of_that_name) { // Before 24.6.
  management_fixture f;
  const auto found = f.ask<projection_statistics>(f.tested, get_projection_statistics{"p"});
  f.server_answers(std::vector<std::string>{});
  BOOST_TEST((found.code() == errc::projection_not_found));
  BOOST_TEST(found.why().get<projection_name>()->name == "p");
}

BOOST_AUTO_TEST_CASE(all_of_a_mode_are_listed_and_there_may_be_none) {
  management_fixture f;
  const auto all = f.ask<std::vector<projection_statistics>>(f.tested, list_projections{projection_mode::continuous});
  BOOST_TEST((f.last().messages == std::vector<std::string>{wire::encode_list_projections(projection_mode::continuous)}));
  f.server_answers(std::vector{statistics("a"), statistics("b")});
  BOOST_REQUIRE(all.value().size() == 2u);
  BOOST_TEST(all.value()[1].name == "b");
  const auto none = f.ask<std::vector<projection_statistics>>(f.tested, list_projections{});
  f.server_answers(std::vector<std::string>{});
  BOOST_TEST(none.value().empty());
}

BOOST_AUTO_TEST_CASE(state_and_result_are_calls_of_their_own) {
  management_fixture f;
  event_store::client::projections::StateResp state;
  state.mutable_state()->set_number_value(3);
  const auto now = f.ask<std::string>(f.tested, get_projection_state{"p", {.partition = "x"}});
  BOOST_TEST(f.last().method == "/event_store.client.projections.Projections/State");
  BOOST_TEST((f.last().messages == std::vector<std::string>{wire::encode_projection_state("p", "x")}));
  f.server_answers(std::vector{state.SerializeAsString()});
  BOOST_TEST(now.value() == "3");

  event_store::client::projections::ResultResp end;
  end.mutable_result()->set_bool_value(true);
  const auto result = f.ask<std::string>(f.tested, get_projection_result{"p"});
  BOOST_TEST(f.last().method == "/event_store.client.projections.Projections/Result");
  f.server_answers(std::vector{end.SerializeAsString()});
  BOOST_TEST(result.value() == "true");
}

BOOST_AUTO_TEST_SUITE_END()
