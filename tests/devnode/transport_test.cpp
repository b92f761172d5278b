// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/node_fixture.hpp"

#include "event_store/client/gossip.grpc.pb.h"
#include "event_store/client/monitoring.grpc.pb.h"
#include "event_store/client/serverfeatures.grpc.pb.h"
#include "kurrentdb/protocol/v2/streams/streams.grpc.pb.h"

#include <grpcpp/generic/generic_stub.h>

#include <set>
#include <stdexcept>
#include <thread>

using namespace kdb::development::testing;
using namespace std::chrono_literals;
using kdb::devnode;

namespace {

// Calls a method with an empty message.
grpc::Status call_path(const std::shared_ptr<grpc::Channel>& channel, const std::string& path) {
  grpc::GenericStub stub{channel};
  grpc::ClientContext context;
  node_fixture::limit(context);
  grpc::CompletionQueue queue;
  grpc::ByteBuffer request, reply;
  grpc::Slice nothing;
  request = grpc::ByteBuffer{&nothing, 1};
  auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(transport, node_fixture)

BOOST_AUTO_TEST_CASE(what_the_node_lacks_is_unimplemented_in_a_servers_words) {
  auto method = call_path(channel, "/event_store.client.streams.Streams/Nothing");
  BOOST_TEST(method.error_code() == grpc::StatusCode::UNIMPLEMENTED);
  BOOST_TEST(method.error_message() == "Method is unimplemented.");
  for (auto path : {"/kurrent.client.redaction.Redaction/SwitchChunks", "/nothing/Read"}) {
    auto service = call_path(channel, path);
    BOOST_TEST(service.error_code() == grpc::StatusCode::UNIMPLEMENTED);
    BOOST_TEST(service.error_message() == "Service is unimplemented.");
  }
}

BOOST_AUTO_TEST_CASE(every_method_that_is_listed_answers) {
  using namespace event_store::client;
  auto stub = server_features::ServerFeatures::NewStub(channel);
  grpc::ClientContext context;
  limit(context);
  server_features::SupportedMethods supported;
  BOOST_REQUIRE(stub->GetSupportedMethods(&context, {}, &supported).ok());
  BOOST_TEST(supported.event_store_server_version() == kdb::devnode_options{}.version);
  std::set<std::string> methods;
  for (auto& each : supported.methods())
    methods.insert(each.service_name() + "/" + each.method_name());
  BOOST_TEST(methods.size() == 39u);
  BOOST_TEST(methods.contains("event_store.client.streams.streams/batchappend"));
}

BOOST_AUTO_TEST_CASE(gossip_tells_where_the_node_listens) {
  using namespace event_store::client;
  auto stub = gossip::Gossip::NewStub(channel);
  grpc::ClientContext context;
  limit(context);
  gossip::ClusterInfo cluster;
  BOOST_REQUIRE(stub->Read(&context, {}, &cluster).ok());
  BOOST_REQUIRE(cluster.members_size() == 1);
  BOOST_TEST(cluster.members(0).http_end_point().port() == node.port());
  BOOST_TEST(node.connection_string() == "kurrentdb://127.0.0.1:" + std::to_string(node.port()) + "?tls=false");
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_an_error_that_names_it) {
  auto names_port = [&](const std::runtime_error& problem) {
    return std::string{problem.what()}.find(std::to_string(node.port())) != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(devnode{{.port = node.port()}}, std::runtime_error, names_port);
}

BOOST_AUTO_TEST_CASE(the_101st_call_of_a_connection_waits_until_another_ends) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<ReadResp>>> open;
  for (int i = 0; i < 100; ++i) {
    auto& context = *contexts.emplace_back(std::make_unique<grpc::ClientContext>());
    limit(context);
    auto& call = *open.emplace_back(streams->Read(&context, following("s")));
    ReadResp confirmation;
    BOOST_REQUIRE(call.Read(&confirmation));
  }
  auto read_one = [&](Streams::Stub& stub, std::chrono::milliseconds time) {
    grpc::ClientContext context;
    limit(context, time);
    auto call = stub.Read(&context, reading("s", 1));
    ReadResp message;
    while (call->Read(&message)) {}
    return call->Finish().error_code();
  };
  BOOST_TEST(read_one(*streams, 200ms) == grpc::StatusCode::DEADLINE_EXCEEDED);
  BOOST_TEST(read_one(*Streams::NewStub(connect()), 20s) == grpc::StatusCode::OK); // another connection is free
  contexts.front()->TryCancel();
  BOOST_TEST(read_one(*streams, 20s) == grpc::StatusCode::OK);
  for (auto& context : contexts)
    context->TryCancel();
}

BOOST_AUTO_TEST_CASE(a_message_above_the_limit_ends_its_call_and_nothing_else) {
  constexpr std::size_t limit_of_streams = 16'767'216;
  auto refused = append("s", 1, limit_of_streams);
  BOOST_TEST(refused.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  BOOST_TEST(refused.error_message() == "Received message exceeds the maximum configured message size.");
  BOOST_TEST(append("s", 1, limit_of_streams - 216).ok());
  BOOST_TEST((read_revisions("s") == std::vector<std::uint64_t>{0}));
}

BOOST_AUTO_TEST_CASE(names_that_fit_into_no_trailer_are_told_all_the_same) {
  grpc::ClientContext context;
  limit(context);
  event_store::client::streams::DeleteReq request;
  request.mutable_options()->mutable_stream_identifier()->set_stream_name("j\xc3\xb6rg\n");
  request.mutable_options()->set_revision(7);
  event_store::client::streams::DeleteResp reply;
  const auto status = streams->Delete(&context, request, &reply);
  BOOST_TEST(status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  BOOST_TEST(status.error_message().find("j\xc3\xb6rg") != std::string::npos);
  BOOST_TEST(trailer(context, "stream-name") == "j??rg?");
  BOOST_TEST(append("s", 1).ok()); // It goes on.
}

BOOST_AUTO_TEST_CASE(pings_of_clients_are_answered_without_limit) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  auto target = "127.0.0.1:" + std::to_string(node.port());
  auto chatty = Streams::NewStub(grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  limit(context);
  auto call = chatty->Read(&context, following("s"));
  ReadResp message;
  BOOST_REQUIRE(call->Read(&message));
  BOOST_REQUIRE(call->Read(&message));
  std::this_thread::sleep_for(600ms); // a hundred pings on an idle connection
  append("s", 1);
  BOOST_REQUIRE(call->Read(&message));
  BOOST_TEST(message.has_event());
  context.TryCancel();
}

BOOST_AUTO_TEST_CASE(a_malformed_message_is_an_invalid_argument) {
  grpc::GenericStub stub{channel};
  for (auto path : {"/event_store.client.streams.Streams/Read", "/event_store.client.streams.Streams/Delete",
                    "/event_store.client.gossip.Gossip/Read"}) {
    grpc::ClientContext context;
    limit(context);
    grpc::CompletionQueue queue;
    grpc::Slice garbage{std::string(20, '\xff')};
    auto call = stub.PrepareUnaryCall(&context, path, grpc::ByteBuffer{&garbage, 1}, &queue);
    call->StartCall();
    grpc::Status status;
    grpc::ByteBuffer reply;
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    BOOST_TEST(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  }
}

BOOST_AUTO_TEST_CASE(appends_are_written_when_the_client_has_said_all_and_only_then) {
  grpc::ClientContext context;
  limit(context);
  AppendResp reply;
  auto call = streams->Append(&context, &reply);
  AppendReq options, event;
  options.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
  options.mutable_options()->mutable_any();
  fill(*event.mutable_proposed_message());
  call->Write(options);
  call->Write(event);
  context.TryCancel();
  BOOST_TEST(call->Finish().error_code() == grpc::StatusCode::CANCELLED);
  BOOST_TEST(append("s", 1).ok());
  BOOST_TEST((read_revisions("s") == std::vector<std::uint64_t>{0}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(append_limits)

BOOST_AUTO_TEST_CASE(events_and_appends_above_the_limits_are_refused_whole) {
  node_fixture small{{.port = 0, .max_append_size = 1000, .max_append_event_size = 400}};
  BOOST_TEST(small.append("s", 2, 398).ok()); // with a type of one character
  auto event = small.append("s", 1, 399);
  BOOST_TEST(event.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  BOOST_TEST(event.error_message().ends_with("Size: 401, exceeds Maximum Append Event Size of 400."));
  auto all = small.append("s", 3, 398);
  BOOST_TEST(all.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  BOOST_TEST(all.error_message() == "Maximum Append Size of 1000 Exceeded.");
  BOOST_TEST(small.read_revisions("s").size() == 2u);
}

// As on a server, where a message of this service may be half as large again as an append.
BOOST_AUTO_TEST_CASE(a_record_above_the_limit_is_refused_as_a_record) {
  node_fixture fixture;
  auto records = kurrentdb::protocol::v2::streams::StreamsService::NewStub(fixture.channel);
  kurrentdb::protocol::v2::streams::AppendRecordsRequest request;
  auto& record = *request.add_records();
  record.set_stream("s");
  record.mutable_schema()->set_name("t");
  record.mutable_schema()->set_format(kurrentdb::protocol::v2::streams::SCHEMA_FORMAT_BYTES);
  record.set_data(std::string(17 << 20, 'x'));
  grpc::ClientContext context;
  node_fixture::limit(context);
  kurrentdb::protocol::v2::streams::AppendRecordsResponse reply;
  auto status = records->AppendRecords(&context, request, &reply);
  BOOST_TEST((status.error_code() == grpc::StatusCode::INVALID_ARGUMENT));
  BOOST_TEST(status.error_message().starts_with("The size of record "), status.error_message());
}

BOOST_AUTO_TEST_CASE(the_largest_append_works) {
  node_fixture fixture;
  constexpr int count = 16;
  constexpr std::size_t size = 16'000'000; // 256 MB in all
  AppendResp reply;
  auto status = fixture.append("s", count, size, &reply);
  BOOST_REQUIRE_MESSAGE(status.ok(), status.error_message());
  BOOST_TEST(reply.success().current_revision() == 15u);
  BOOST_TEST(fixture.read_revisions("s").size() == 16u);
}

BOOST_AUTO_TEST_SUITE_END()
