// SPDX-License-Identifier: Apache-2.0

// The service of user-defined indexes over gRPC: how it words its errors, what lasts, and who answers in a cluster.

#include "tests/devnode/cluster_fixture.hpp"
#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/node_fixture.hpp"

#include "google_rpc/error_details.pb.h"
#include "google_rpc/status.pb.h"
#include "kurrentdb/protocol/v2/indexes/service.grpc.pb.h"

using namespace kdb;
using namespace kdb::development::testing;
using namespace kurrentdb::protocol::v2::indexes;
using grpc::StatusCode;

namespace {

struct index_client {
  std::unique_ptr<IndexesService::Stub> stub;
  std::string reason{}; ///< That the last answer names in its details.

  template <class Request, class Reply>
  grpc::Status call(grpc::Status (IndexesService::Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
                    const Request& request, Reply* into = nullptr) {
    grpc::ClientContext context;
    node_fixture::limit(context);
    Reply unwanted;
    auto status = (*stub.*method)(&context, request, into ? into : &unwanted);
    google_rpc::Status details;
    google_rpc::ErrorInfo info;
    details.ParseFromString(status.error_details());
    if (details.details_size() > 0)
      info.ParseFromString(details.details(0).value());
    reason = info.domain() + " " + info.reason();
    return status;
  }

  grpc::Status create(const std::string& name, const std::string& filter = "rec => true") {
    CreateIndexRequest request;
    request.set_name(name);
    request.set_filter(filter);
    return call(&IndexesService::Stub::Create, request);
  }

  template <class Request>
  static Request named(const std::string& name) {
    Request request;
    request.set_name(name);
    return request;
  }

  grpc::Status start(const std::string& name) { return call(&IndexesService::Stub::Start, named<StartIndexRequest>(name)); }
  grpc::Status stop(const std::string& name) { return call(&IndexesService::Stub::Stop, named<StopIndexRequest>(name)); }
  grpc::Status remove(const std::string& name) { return call(&IndexesService::Stub::Delete, named<DeleteIndexRequest>(name)); }

  IndexState state(const std::string& name) {
    GetIndexResponse reply;
    auto status = call(&IndexesService::Stub::Get, named<GetIndexRequest>(name), &reply);
    return status.ok() ? reply.index().state() : INDEX_STATE_UNSPECIFIED;
  }
};

struct indexes_fixture : node_fixture {
  explicit indexes_fixture(devnode_options options = {}) : node_fixture{std::move(options)} {}
  index_client indexes{IndexesService::NewStub(channel)};
};

} // namespace

BOOST_AUTO_TEST_SUITE(user_indexes)

BOOST_FIXTURE_TEST_CASE(errors_are_those_of_a_server, indexes_fixture) {
  BOOST_TEST_REQUIRE(indexes.create("a").ok());
  auto exists = indexes.create("a", "rec => false");
  BOOST_TEST(exists.error_code() == StatusCode::ALREADY_EXISTS);
  BOOST_TEST(exists.error_message() == "Index 'a' already exists");
  BOOST_TEST(indexes.reason == "indexes INDEX_ALREADY_EXISTS");
  auto missing = indexes.start("b");
  BOOST_TEST(missing.error_code() == StatusCode::NOT_FOUND);
  BOOST_TEST(missing.error_message() == "Index 'b' does not exist");
  BOOST_TEST(indexes.reason == "indexes INDEX_NOT_FOUND");
  BOOST_TEST(indexes.remove("b").error_code() == StatusCode::NOT_FOUND);
  auto invalid = indexes.create("B", "");
  BOOST_TEST(invalid.error_code() == StatusCode::INVALID_ARGUMENT);
  BOOST_TEST(invalid.error_message() == "Name can contain only lowercase alphanumeric characters, underscores and dashes; "
                                        "At least a filter or a field must be provided");
}

BOOST_FIXTURE_TEST_CASE(a_field_needs_a_type, indexes_fixture) {
  CreateIndexRequest request;
  request.set_name("a");
  auto& field = *request.add_fields();
  field.set_name("f");
  field.set_selector("rec => rec.value.f");
  auto untyped = indexes.call(&IndexesService::Stub::Create, request);
  BOOST_TEST(untyped.error_code() == StatusCode::INVALID_ARGUMENT);
  BOOST_TEST(untyped.error_message() == "Field type must not be unspecified");
  field.set_type(INDEX_FIELD_TYPE_STRING);
  BOOST_TEST(indexes.call(&IndexesService::Stub::Create, request).ok());
}

BOOST_FIXTURE_TEST_CASE(an_index_starts_unless_it_is_not_to, indexes_fixture) {
  CreateIndexRequest request;
  request.set_name("a");
  request.set_filter("rec => true");
  BOOST_TEST(indexes.call(&IndexesService::Stub::Create, request).ok());
  BOOST_TEST(indexes.state("a") == INDEX_STATE_STARTED);
  request.set_name("b");
  request.set_start(false);
  BOOST_TEST(indexes.call(&IndexesService::Stub::Create, request).ok());
  BOOST_TEST(indexes.state("b") == INDEX_STATE_STOPPED);
}

BOOST_AUTO_TEST_CASE(indexes_are_there_after_a_restart) {
  folder_fixture folder;
  devnode_options options{.database = folder.file};
  {
    indexes_fixture node{options};
    BOOST_TEST(node.indexes.create("a").ok());
    BOOST_TEST(node.indexes.create("b").ok());
    BOOST_TEST(node.indexes.stop("b").ok());
    BOOST_TEST(node.indexes.create("c").ok());
    BOOST_TEST(node.indexes.remove("c").ok());
  }
  indexes_fixture node{options};
  BOOST_TEST(node.indexes.state("a") == INDEX_STATE_STARTED);
  BOOST_TEST(node.indexes.state("b") == INDEX_STATE_STOPPED);
  BOOST_TEST(node.indexes.state("c") == INDEX_STATE_UNSPECIFIED);
  BOOST_TEST(node.indexes.remove("c").ok()); // once more
}

BOOST_AUTO_TEST_CASE(a_follower_names_the_leader_and_tells_what_there_is) {
  cluster_fixture cluster{fixtures::quick_cluster()};
  auto leader = cluster.nodes.some_leader(), follower = cluster.nodes.some_follower();
  index_client at_leader{IndexesService::NewStub(cluster.channel(leader))};
  index_client at_follower{IndexesService::NewStub(cluster.channel(follower))};
  auto refused = at_follower.create("a");
  BOOST_TEST(refused.error_code() == StatusCode::FAILED_PRECONDITION);
  BOOST_TEST(at_follower.reason == "server NOT_LEADER_NODE");
  wait_until("an index", [&] { return at_leader.create("a").ok(); });
  wait_until("the index on the follower", [&] { return at_follower.state("a") == INDEX_STATE_STARTED; });
}

BOOST_AUTO_TEST_CASE(a_node_that_is_to_have_none_does_not_offer_them) {
  indexes_fixture node{{.user_indexes = false}};
  BOOST_TEST(node.indexes.create("a").error_code() == StatusCode::UNIMPLEMENTED);
}

BOOST_AUTO_TEST_SUITE_END()
