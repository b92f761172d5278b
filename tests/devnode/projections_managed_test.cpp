// SPDX-License-Identifier: Apache-2.0

// The service of projections over gRPC. What a server answered to it is in tests/golden; here is what lasts, and what nobody answers.

#include "tests/devnode/cluster_fixture.hpp"
#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/node_fixture.hpp"

#include "devnode/security/base64.hpp"

#include "event_store/client/projections.grpc.pb.h"
#include "event_store/client/users.grpc.pb.h"

#include <set>

using namespace kdb;
using namespace kdb::development;
using namespace kdb::development::testing;
using namespace event_store::client::projections;
using namespace std::chrono_literals;
using grpc::StatusCode;

namespace {

using names = std::vector<std::string>;
constexpr const char* query = "fromAll().when({})";

// A client of the service. Every call ends within a time.
struct projection_client {
  std::unique_ptr<Projections::Stub> stub;
  std::string authorization{};
  std::chrono::milliseconds patience{20s};

  void prepare(grpc::ClientContext& context) const {
    node_fixture::limit(context, patience);
    if (!authorization.empty())
      context.AddMetadata("authorization", authorization);
  }

  template <class Request, class Reply>
  grpc::Status call(grpc::Status (Projections::Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
                    const Request& request) {
    grpc::ClientContext context;
    prepare(context);
    Reply reply;
    auto status = (*stub.*method)(&context, request, &reply);
    trailed = !trailer(context, "exception").empty();
    return status;
  }

  grpc::Status create(const std::string& name, bool tracks = false) {
    CreateReq request;
    request.mutable_options()->mutable_continuous()->set_name(name);
    request.mutable_options()->mutable_continuous()->set_track_emitted_streams(tracks);
    request.mutable_options()->set_query(query);
    return call(&Projections::Stub::Create, request);
  }

  template <class Request>
  static Request named(const std::string& name) {
    Request request;
    request.mutable_options()->set_name(name);
    return request;
  }

  grpc::Status enable(const std::string& name) { return call(&Projections::Stub::Enable, named<EnableReq>(name)); }
  grpc::Status reset(const std::string& name) { return call(&Projections::Stub::Reset, named<ResetReq>(name)); }
  grpc::Status remove(const std::string& name) { return call(&Projections::Stub::Delete, named<DeleteReq>(name)); }
  grpc::Status state(const std::string& name) { return call(&Projections::Stub::State, named<StateReq>(name)); }
  grpc::Status restart() { return call(&Projections::Stub::RestartSubsystem, event_store::client::Empty{}); }

  grpc::Status disable(const std::string& name, bool checkpoint = true) {
    auto request = named<DisableReq>(name);
    request.mutable_options()->set_write_checkpoint(checkpoint);
    return call(&Projections::Stub::Disable, request);
  }

  std::vector<StatisticsResp::Details> ask(const StatisticsReq& request, grpc::Status* end = nullptr) {
    grpc::ClientContext context;
    prepare(context);
    auto asked = stub->Statistics(&context, request);
    std::vector<StatisticsResp::Details> all;
    StatisticsResp reply;
    while (asked->Read(&reply))
      all.push_back(reply.details());
    auto status = asked->Finish();
    if (end)
      *end = status;
    return all;
  }

  StatisticsResp::Details one(const std::string& name) {
    grpc::Status end;
    auto all = ask(named<StatisticsReq>(name), &end);
    return all.size() == 1 ? all[0] : StatisticsResp::Details{};
  }

  // As "name status version", but for those of the system.
  std::set<std::string> users() {
    StatisticsReq request;
    request.mutable_options()->mutable_all();
    std::set<std::string> texts;
    for (auto& each : ask(request))
      if (!each.name().starts_with('$'))
        texts.insert(each.name() + " " + each.status() + " " + std::to_string(each.version()));
    return texts;
  }

  bool trailed = false; // whether the last call named its error in a trailer
};

struct projections_fixture : node_fixture {
  projection_client projections{Projections::NewStub(channel)};

  explicit projections_fixture(devnode_options options = {}) : node_fixture{with_projections(std::move(options))} {}

  static devnode_options with_projections(devnode_options options) {
    options.projections = true;
    options.projection_lag = 0ms;
    return options;
  }
};

devcluster_options cluster_with_projections() {
  auto quick = fixtures::quick_cluster();
  quick.node.projections = true;
  return quick;
}

std::string basic(const std::string& login, const std::string& password) {
  return "Basic " + to_base64(login + ":" + password);
}

} // namespace

BOOST_AUTO_TEST_SUITE(managed_projections)

BOOST_FIXTURE_TEST_CASE(one_that_is_stopped_writes_nothing_and_goes_on_where_it_was, projections_fixture) {
  append("a-1", 2);
  follow("$ce-a", 2);
  BOOST_TEST(projections.disable("$by_category").ok());
  auto stopped = projections.one("$by_category");
  BOOST_TEST(stopped.status() == "Stopped");
  BOOST_TEST(stopped.position() == stopped.lastcheckpoint());
  append("a-2", 1);
  BOOST_TEST((follow("$category-a", 2) == names{"a-1", "a-2"})); // written together with the other links about the event
  BOOST_TEST((follow("$et-t", 3) == names{"0@a-1", "1@a-1", "0@a-2"}));
  BOOST_TEST(read_revisions("$ce-a").size() == 2);
  BOOST_TEST(projections.one("$by_category").position() == stopped.position());
  BOOST_TEST(projections.enable("$by_category").ok());
  BOOST_TEST((follow("$ce-a", 3) == names{"0@a-1", "1@a-1", "0@a-2"}));
  auto running = projections.one("$by_category");
  BOOST_TEST(running.status() == "Running");
  BOOST_TEST(running.version() == 3);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_reset_writes_anew_and_hides_what_it_wrote, projections_fixture) {
  append("a-1", 2);
  append("b-1", 1);
  follow("$ce-b", 1);
  BOOST_TEST(projections.reset("$by_category").ok());
  append("a-1", 1);
  BOOST_TEST((follow("$ce-a", 3).back() == "2@a-1"));
  follow("$ce-b", 1);
  // The first two are hidden when the third is written; a reader that began earlier may have seen them.
  auto written = [&] { return read_revisions("$ce-a"); };
  wait_until("the links anew", [&] { return written() == std::vector<std::uint64_t>{2, 3, 4}; });
  BOOST_TEST((follow("$ce-a", 3) == names{"0@a-1", "1@a-1", "2@a-1"}));
  wait_until("the other category", [&] { return read_revisions("$ce-b") == std::vector<std::uint64_t>{1}; });
  BOOST_TEST(read_revisions("$et-t").size() == 4);
  auto details = projections.one("$by_category");
  BOOST_TEST(details.version() == 2);
  BOOST_TEST(details.epoch() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_restart_changes_nothing, folder_fixture) {
  devnode_options options{.database = file};
  {
    projections_fixture node{options};
    for (auto name : {"runs", "stopped", "aborted", "gone", "again"})
      BOOST_TEST(node.projections.create(name).ok());
    BOOST_TEST(node.projections.disable("stopped").ok());
    BOOST_TEST(node.projections.disable("aborted", false).ok());
    for (auto name : {"gone", "again"}) {
      BOOST_TEST(node.projections.disable(name).ok());
      BOOST_TEST(node.projections.remove(name).ok());
    }
    BOOST_TEST(node.projections.create("again").ok());
    node.append("a-1", 1);
    node.follow("$ce-a", 1);
    BOOST_TEST(node.projections.disable("$by_category").ok());
    node.append("a-1", 1);
    node.follow("$et-t", 2);
  }
  projections_fixture node{options};
  node.ids = 100;
  // It knows no more how one was stopped.
  BOOST_TEST((node.projections.users() ==
              std::set<std::string>{"runs Running 0", "stopped Stopped 1", "aborted Stopped 1", "again Running 0"}));
  BOOST_TEST(node.projections.one("$by_category").status() == "Stopped");
  node.append("a-1", 1);
  node.follow("$et-t", 3);
  BOOST_TEST(node.read_revisions("$ce-a").size() == 1);
  BOOST_TEST(node.projections.enable("$by_category").ok());
  BOOST_TEST((node.follow("$ce-a", 3) == names{"0@a-1", "1@a-1", "2@a-1"}));
  BOOST_TEST(node.projections.restart().ok());
  node.append("a-1", 1);
  BOOST_TEST((node.follow("$ce-a", 4) == names{"0@a-1", "1@a-1", "2@a-1", "3@a-1"}));
  BOOST_TEST(node.read_revisions("$et-t").size() == 4);
}

BOOST_FIXTURE_TEST_CASE(what_can_not_be_created_is_refused, projections_fixture) {
  BOOST_TEST(projections.create(" \t").error_message() == "Projection name is required");
  BOOST_TEST(projections.create("x", true).error_message() == "Exception was thrown by handler.");
  CreateReq request;
  request.mutable_options()->mutable_transient()->set_name("x");
  BOOST_TEST(projections.call(&Projections::Stub::Create, request).error_message() ==
             "Transient projections are deprecated. Use the secondary indexing query API.");
  request.mutable_options()->clear_transient();
  BOOST_TEST(projections.call(&Projections::Stub::Create, request).error_code() == StatusCode::UNKNOWN);
  request.mutable_options()->mutable_one_time();
  BOOST_TEST(projections.call(&Projections::Stub::Create, request).ok());
  StatisticsReq once;
  once.mutable_options()->mutable_one_time();
  BOOST_REQUIRE(projections.ask(once).size() == 1);
  BOOST_TEST(projections.ask(once)[0].mode() == "OneTime");
  once.mutable_options()->mutable_transient();
  BOOST_TEST(projections.ask(once).empty());
  BOOST_TEST(projections.remove("$streams").error_message() ==
             "We currently don't allow for the deletion of System Projections.");
}

BOOST_FIXTURE_TEST_CASE(one_whose_query_was_refused_says_why_and_never_tells_its_state, projections_fixture) {
  CreateReq request;
  request.mutable_options()->mutable_continuous()->set_name("bad");
  request.mutable_options()->set_query("fromAll().when({ $any: function(s, e) { return s } )");
  BOOST_TEST(projections.call(&Projections::Stub::Create, request).ok());
  BOOST_TEST(projections.one("bad").status() == "Faulted");
  BOOST_TEST(projections.one("bad").statereason() == "Unexpected token ')' (<anonymous>:1:52)");
  projections.patience = 300ms;
  BOOST_TEST((projections.state("bad").error_code() == StatusCode::DEADLINE_EXCEEDED));
  BOOST_TEST((projections.call(&Projections::Stub::Result, projections.named<ResultReq>("bad")).error_code() ==
              StatusCode::DEADLINE_EXCEEDED));
  projections.patience = 20s;
  BOOST_TEST(projections.state("$by_category").ok());
  BOOST_TEST((projections.state("none").error_code() == StatusCode::NOT_FOUND));
}

BOOST_FIXTURE_TEST_CASE(an_update_says_whether_it_emits_before_it_is_asked_of_what, projections_fixture) {
  auto silent = projections.named<UpdateReq>("none");
  BOOST_TEST((projections.call(&Projections::Stub::Update, silent).error_code() == StatusCode::UNKNOWN));
  silent.mutable_options()->mutable_no_emit_options();
  BOOST_TEST((projections.call(&Projections::Stub::Update, silent).error_code() == StatusCode::NOT_FOUND));
}

BOOST_AUTO_TEST_CASE(a_node_without_projections_has_no_such_service) {
  node_fixture node;
  projection_client client{Projections::NewStub(node.channel)};
  BOOST_TEST(client.state("$by_category").error_code() == StatusCode::UNIMPLEMENTED);
}

BOOST_AUTO_TEST_CASE(users_may_look_and_operators_may_change) {
  projections_fixture node{{.authentication = true}};
  auto& client = node.projections;
  client.authorization = basic("admin", "changeit");
  BOOST_TEST(client.create("p").ok());
  {
    using namespace event_store::client::users;
    grpc::ClientContext context;
    client.prepare(context);
    event_store::client::users::CreateReq request;
    request.mutable_options()->set_login_name("plain");
    request.mutable_options()->set_password("secret");
    event_store::client::users::CreateResp reply;
    BOOST_REQUIRE(Users::NewStub(node.channel)->Create(&context, request, &reply).ok());
  }
  client.authorization = basic("ops", "changeit");
  BOOST_TEST(client.disable("p").ok());
  client.authorization = basic("plain", "secret");
  BOOST_TEST(client.state("p").ok());
  BOOST_TEST(client.one("p").status() == "Stopped");
  BOOST_TEST(client.state("none").error_message() == "Projection 'none' not found");
  auto not_authorized = [&](const grpc::Status& status) {
    BOOST_TEST(status.error_code() == StatusCode::PERMISSION_DENIED);
    BOOST_TEST(status.error_message() == "Not authorized");
    BOOST_TEST(!client.trailed);
  };
  not_authorized(client.create("q"));
  not_authorized(client.enable("p"));
  not_authorized(client.disable("p"));
  not_authorized(client.reset("p"));
  auto update = client.named<UpdateReq>("p");
  update.mutable_options()->mutable_no_emit_options();
  not_authorized(client.call(&Projections::Stub::Update, update));
  BOOST_TEST(client.enable("none").error_code() == StatusCode::NOT_FOUND);
  for (auto denied : {client.remove("none"), client.restart()})
    BOOST_TEST(denied.error_message() == "Access Denied");
  client.authorization.clear();
  BOOST_TEST(client.state("p").error_message() == "Access Denied");
}

BOOST_AUTO_TEST_CASE(calls_that_nobody_answers_end_with_their_time_and_hold_no_node) {
  using clock = std::chrono::steady_clock;
  cluster_fixture cluster{cluster_with_projections()};
  projection_client leader{Projections::NewStub(cluster.channel(0))}, follower{Projections::NewStub(cluster.channel(1))};
  BOOST_TEST(leader.state("$streams").ok());
  BOOST_TEST(follower.restart().error_message() == "Projection Subsystem cannot be restarted as it is in the wrong state: Ready");
  follower.patience = 200ms;
  BOOST_TEST(follower.state("$streams").error_code() == StatusCode::DEADLINE_EXCEEDED);
  BOOST_TEST(follower.create("p").error_code() == StatusCode::DEADLINE_EXCEEDED);
  BOOST_TEST(leader.state("p").error_code() == StatusCode::NOT_FOUND);

  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  node_fixture::limit(context);
  auto waiting = follower.stub->AsyncState(&context, projection_client::named<StateReq>("$streams"), &queue);
  StateResp reply;
  grpc::Status end;
  waiting->Finish(&reply, &end, nullptr);
  follower.patience = 500ms; // a later call on the same connection: the one before has arrived
  BOOST_TEST(follower.restart().error_code() == StatusCode::FAILED_PRECONDITION);
  auto begin = clock::now();
  cluster.nodes.stop();
  BOOST_TEST((clock::now() - begin < 3s * fixtures::slowness));
  void* tag = nullptr;
  bool ok = false;
  BOOST_TEST(queue.Next(&tag, &ok));
  BOOST_TEST(end.error_code() == StatusCode::UNAVAILABLE, end.error_message());
  queue.Shutdown();
}

BOOST_AUTO_TEST_CASE(a_new_leader_has_them_as_they_were) {
  cluster_fixture cluster{cluster_with_projections()};
  projection_client first{Projections::NewStub(cluster.channel(0))};
  BOOST_TEST(first.create("p").ok());
  BOOST_TEST(first.disable("p").ok());
  BOOST_TEST(first.disable("$by_category").ok());
  cluster.nodes.kill(0);
  cluster.nodes.settle();
  auto leader = *cluster.nodes.leader();
  projection_client next{Projections::NewStub(cluster.channel(leader))};
  BOOST_TEST((next.users() == std::set<std::string>{"p Stopped 1"}));
  BOOST_TEST(next.one("$by_category").status() == "Stopped");
  BOOST_TEST(next.enable("p").ok());
}

BOOST_FIXTURE_TEST_CASE(a_property_without_a_value_is_refused, projections_fixture) {
  CreateReq request;
  request.mutable_options()->mutable_continuous()->set_name("p");
  request.mutable_options()->set_query(query);
  auto& list = *(*request.mutable_options()->mutable_properties())["owner"].mutable_list_value();
  list.add_values();
  auto refused = projections.call(&Projections::Stub::Create, request);
  BOOST_TEST(refused.error_code() == StatusCode::INVALID_ARGUMENT);
  BOOST_TEST(refused.error_message() == "The value of the property 'owner' has no kind");
  list.mutable_values(0)->set_bool_value(true);
  BOOST_TEST(projections.call(&Projections::Stub::Create, request).ok());
  auto update = projection_client::named<UpdateReq>("p");
  update.mutable_options()->set_query(query);
  update.mutable_options()->mutable_no_emit_options();
  (*update.mutable_options()->mutable_properties())["owner"];
  BOOST_TEST(projections.call(&Projections::Stub::Update, update).error_code() == StatusCode::INVALID_ARGUMENT);
}

BOOST_AUTO_TEST_SUITE_END()
