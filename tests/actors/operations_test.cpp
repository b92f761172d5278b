// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "libkdb/wire/operations.hpp"
#include "tests/actors/management_fixture.hpp"

#include "event_store/client/operations.pb.h"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

template <class Request>
answer<void> tell(management_fixture& f, Request what) {
  return f.ask<void>(f.tested, std::move(what));
}

/// One request of each kind that is answered with nothing.
struct row {
  const char* method;
  answer<void> (*ask)(management_fixture&);
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.method;
}

const row rows[] = {
  {"MergeIndexes", [](management_fixture& f) { return tell(f, merge_indexes{}); }, ""},
  {"ResignNode", [](management_fixture& f) { return tell(f, resign_node{}); }, ""},
  {"SetNodePriority", [](management_fixture& f) { return tell(f, set_node_priority{-3}); }, wire::encode_node_priority(-3)},
  {"Shutdown", [](management_fixture& f) { return tell(f, shut_down_node{}); }, ""},
};

std::string scavenging(event_store::client::operations::ScavengeResp::ScavengeResult state) {
  event_store::client::operations::ScavengeResp message;
  message.set_scavenge_id("an id");
  message.set_scavenge_result(state);
  return message.SerializeAsString();
}

} // namespace

BOOST_AUTO_TEST_SUITE(operations)

BOOST_DATA_TEST_CASE(each_is_one_call_to_the_node_in_use, boost::unit_test::data::make(rows), one) {
  management_fixture f;
  const auto done = one.ask(f);
  BOOST_REQUIRE(f.sent() == 1u);
  BOOST_TEST(f.last().method == std::string{"/event_store.client.operations.Operations/"} + one.method);
  BOOST_TEST((f.last().kind == wire::request_kind::write));
  BOOST_TEST((f.last().messages == std::vector<std::string>{one.message}));
  BOOST_TEST(!f.last().settings.deadline.has_value());
  BOOST_TEST(done.pending());
  f.server_answers(std::vector<std::string>{""});
  BOOST_TEST(done.succeeded());
}

BOOST_DATA_TEST_CASE(a_deadline_that_cannot_be_is_refused, boost::unit_test::data::make({0, 1}), which) {
  management_fixture f;
  const call_options impossible{.deadline = 0ms};
  BOOST_TEST((which == 0 ? tell(f, merge_indexes{impossible}).code() == errc::invalid_argument
                         : tell(f, shut_down_node{impossible}).code() == errc::invalid_argument));
  BOOST_TEST(f.link->asks == 0u);
}

BOOST_AUTO_TEST_CASE(scavenges_are_started_and_stopped) {
  using answered = event_store::client::operations::ScavengeResp;
  management_fixture f;
  const auto started = f.ask<scavenge_result>(f.tested, start_scavenge{{.threads = 2}});
  BOOST_TEST(f.last().method == "/event_store.client.operations.Operations/StartScavenge");
  BOOST_TEST((f.last().messages == std::vector<std::string>{wire::encode_start_scavenge({.threads = 2})}));
  f.server_answers(std::vector{scavenging(answered::InProgress)});
  BOOST_TEST((started.value() == scavenge_result{"an id", scavenge_state::in_progress}));
  const auto stopped = f.ask<scavenge_result>(f.tested, stop_scavenge{"an id"});
  BOOST_TEST(f.last().method == "/event_store.client.operations.Operations/StopScavenge");
  BOOST_TEST((f.last().messages == std::vector<std::string>{wire::encode_stop_scavenge("an id")}));
  f.server_answers(std::vector{scavenging(answered::Stopped)});
  BOOST_TEST((stopped.value().state == scavenge_state::stopped));
}

BOOST_AUTO_TEST_CASE(servers_may_not_answer_about_scavenges_and_the_error_says_so) {
  management_fixture f;
  const auto stopped = f.ask<scavenge_result>(f.tested, stop_scavenge{"an id"});
  f.server_answers(unexpected{error{.code = errc::deadline_exceeded, .message = "late", .outcome_unknown = true}});
  BOOST_TEST(stopped.why().message.find("servers may not answer about scavenges") != std::string::npos);
  BOOST_TEST(stopped.why().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(a_scavenge_that_cannot_be_is_refused_before_the_call) {
  management_fixture f;
  BOOST_TEST((f.ask<scavenge_result>(f.tested, start_scavenge{{.threads = 0}}).code() == errc::invalid_argument));
  BOOST_TEST((f.ask<scavenge_result>(f.tested, stop_scavenge{""}).code() == errc::invalid_argument));
  BOOST_TEST(f.link->asks == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
