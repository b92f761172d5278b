// SPDX-License-Identifier: Apache-2.0

// A node with authentication over gRPC: what callers get, and what becomes of open calls. The rest is in tests/golden/secured.

#include "tests/devnode/persistent_fixture.hpp"

#include "devnode/security/base64.hpp"

#include "kdb/devcluster.hpp"

#include "event_store/client/gossip.grpc.pb.h"
#include "event_store/client/users.grpc.pb.h"
#include "kurrent/rpc/errors.pb.h"
#include "kurrentdb/protocol/v2/streams/streams.grpc.pb.h"

using namespace kdb::development;
using namespace kdb::development::testing;
using namespace std::chrono_literals;
using grpc::StatusCode;
namespace v2 = kurrentdb::protocol::v2::streams;

namespace {

struct identity {
  const char* login;
  const char* password;
};
constexpr identity admin{"admin", "changeit"}, ops{"ops", "changeit"}, plain{"plain", "secret"}, nobody{"", ""};

// A context of a call by somebody.
struct as : grpc::ClientContext {
  explicit as(identity who) {
    node_fixture::limit(*this);
    if (*who.login)
      AddMetadata("authorization", "Basic " + to_base64(std::string{who.login} + ":" + who.password));
  }
};

struct secured : persistent_fixture {
  std::unique_ptr<event_store::client::users::Users::Stub> users = event_store::client::users::Users::NewStub(channel);

  secured() : persistent_fixture{kdb::devnode_options{.authentication = true}} { make_plain(); }

  void make_plain() {
    as context{admin};
    event_store::client::users::CreateReq request;
    request.mutable_options()->set_login_name(plain.login);
    request.mutable_options()->set_password(plain.password);
    event_store::client::users::CreateResp reply;
    BOOST_REQUIRE(users->Create(&context, request, &reply).ok());
  }

  grpc::Status write(identity who, const std::string& stream, const std::string& type, const std::string& data) {
    as context{who};
    AppendResp reply;
    auto call = streams->Append(&context, &reply);
    AppendReq message;
    message.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    message.mutable_options()->mutable_any();
    call->Write(message);
    auto& event = *message.mutable_proposed_message();
    fill(event);
    (*event.mutable_metadata())["type"] = type;
    (*event.mutable_metadata())["content-type"] = "application/json";
    event.set_data(data);
    call->Write(message);
    call->WritesDone();
    return call->Finish();
  }

  grpc::Status write(identity who, const std::string& stream) { return write(who, stream, "t", "{}"); }

  grpc::Status read(identity who, const std::string& stream) {
    as context{who};
    auto call = streams->Read(&context, reading(stream, 10));
    ReadResp message;
    while (call->Read(&message)) {}
    return call->Finish();
  }

  void restrict_to_admins(const std::string& stream) {
    BOOST_REQUIRE(write(admin, "$$" + stream, "$metadata", R"({"$acl":{"$r":"$admins"}})").ok());
  }
};

void denied(const grpc::Status& status) {
  BOOST_TEST(status.error_code() == StatusCode::PERMISSION_DENIED);
  BOOST_TEST(status.error_message() == "Access Denied");
}

// A subscription as `plain`, which has caught up.
struct subscribed {
  as context{plain};
  std::unique_ptr<grpc::ClientReader<ReadResp>> call;
  ReadResp message;

  subscribed(secured& from, const std::string& stream) : call{from.streams->Read(&context, node_fixture::following(stream))} {
    while (call->Read(&message) && !message.has_caught_up()) {}
    BOOST_REQUIRE(message.has_caught_up());
  }

  bool next_is_event() { return call->Read(&message) && message.has_event(); }

  // Reads to the end and returns how many events came.
  int rest() {
    int events = 0;
    while (call->Read(&message))
      events += message.has_event() ? 1 : 0;
    return events;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(secured_node, secured)

BOOST_AUTO_TEST_CASE(a_subscription_ends_when_its_caller_may_not_read_the_stream_any_more) {
  BOOST_REQUIRE(write(plain, "s").ok());
  subscribed open{*this, "s"};
  BOOST_REQUIRE(write(admin, "$$s", "$metadata", R"({"$acl":{"$r":["plain","ops"]}})").ok());
  BOOST_REQUIRE(write(plain, "s").ok());
  BOOST_TEST(open.next_is_event()); // he still may
  restrict_to_admins("s");
  BOOST_REQUIRE(write(admin, "s").ok());
  BOOST_TEST(open.rest() == 0);
  denied(open.call->Finish());
  BOOST_TEST(trailer(open.context, "exception") == "access-denied");
}

BOOST_AUTO_TEST_CASE(a_subscription_that_waits_ends_without_an_event) {
  subscribed open{*this, "quiet"};
  restrict_to_admins("quiet");
  BOOST_TEST(open.rest() == 0);
  denied(open.call->Finish());
}

BOOST_AUTO_TEST_CASE(settings_end_subscriptions_too) {
  subscribed open{*this, "s"};
  BOOST_REQUIRE(write(admin, "$settings", "$settings", R"({"$userStreamAcl":{"$r":"$admins"}})").ok());
  BOOST_TEST(open.rest() == 0);
  denied(open.call->Finish());
  denied(read(plain, "s"));
  BOOST_TEST(read(admin, "s").ok());
}

BOOST_AUTO_TEST_CASE(who_may_read_all_keeps_his_subscription_until_the_list_of_all_changes) {
  BOOST_REQUIRE(write(admin, "$$$all", "$metadata", R"({"$acl":{"$r":"plain"}})").ok());
  subscribed open{*this, ""};
  restrict_to_admins("s");
  BOOST_TEST(open.next_is_event());
  restrict_to_admins("$all");
  open.rest();
  denied(open.call->Finish());
}

BOOST_AUTO_TEST_CASE(a_disabled_user_keeps_his_open_calls_and_gets_no_new_ones) {
  subscribed open{*this, "s"};
  as context{admin};
  event_store::client::users::DisableReq request;
  request.mutable_options()->set_login_name(plain.login);
  event_store::client::users::DisableResp reply;
  BOOST_REQUIRE(users->Disable(&context, request, &reply).ok());
  auto refused = read(plain, "s");
  BOOST_TEST(refused.error_code() == StatusCode::UNAUTHENTICATED);
  BOOST_TEST(refused.error_message() == "Unauthenticated");
  BOOST_REQUIRE(write(admin, "s").ok());
  BOOST_TEST(open.next_is_event());
}

BOOST_AUTO_TEST_CASE(a_batch_append_call_goes_on_after_an_append_that_is_denied) {
  restrict_to_admins("other");
  BOOST_REQUIRE(write(admin, "$$closed", "$metadata", R"({"$acl":{"$w":"$admins"}})").ok());
  for (auto who : {plain, nobody}) {
    as context{who};
    auto call = streams->BatchAppend(&context);
    BatchAppendResp reply;
    std::uint64_t id = 0;
    for (auto stream : {"closed", "$all", "$s", "free"}) {
      auto request = batch(++id, stream);
      fill(*request.add_proposed_messages());
      BOOST_REQUIRE(call->Write(request));
      BOOST_REQUIRE(call->Read(&reply));
      bool expected = who.login == plain.login && std::string{stream} == "free";
      BOOST_TEST(reply.has_success() == expected, who.login << " " << stream);
      if (!expected)
        BOOST_TEST(reply.error().message() == "AccessDenied");
    }
    call->WritesDone();
    BOOST_TEST(call->Finish().ok());
  }
}

BOOST_AUTO_TEST_CASE(wrong_credentials_end_a_batch_append_call_before_it_says_anything) {
  as context{{"admin", "wrong"}};
  auto call = streams->BatchAppend(&context);
  BatchAppendResp reply;
  BOOST_TEST(!call->Read(&reply));
  BOOST_TEST(call->Finish().error_code() == StatusCode::UNAUTHENTICATED);
}

BOOST_AUTO_TEST_CASE(v2_writers_are_told_who_they_are_and_what_they_may_not) {
  auto writer = v2::StreamsService::NewStub(channel);
  as context{plain};
  v2::AppendRecordsRequest request;
  auto& record = *request.add_records();
  record.set_stream("$Secret");
  record.mutable_schema()->set_name("t");
  record.mutable_schema()->set_format(v2::SCHEMA_FORMAT_JSON);
  record.set_data("{}");
  v2::AppendRecordsResponse reply;
  auto refused = writer->AppendRecords(&context, request, &reply);
  BOOST_TEST(refused.error_code() == StatusCode::PERMISSION_DENIED);
  BOOST_TEST(refused.error_message() == "Access denied. Insufficient permissions to perform streams:write:$secret");
  BOOST_TEST(refused.error_details().find("\x12\x05plain") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_metastream_is_never_deleted_alone) {
  event_store::client::streams::DeleteReq request;
  restrict_to_admins("s");
  request.mutable_options()->mutable_stream_identifier()->set_stream_name("$$s");
  request.mutable_options()->mutable_any();
  as context{admin};
  event_store::client::streams::DeleteResp reply;
  denied(streams->Delete(&context, request, &reply));
}

BOOST_AUTO_TEST_CASE(consumers_need_the_right_to_read_and_are_listed_by_name) {
  BOOST_REQUIRE(write(admin, "s").ok());
  as created{ops};
  wire::CreateResp done;
  BOOST_REQUIRE(groups->Create(&created, creation("s", "g"), &done).ok());
  wire::ReadReq request;
  name(*request.mutable_options(), "s", "g");
  request.mutable_options()->set_buffer_size(10);
  request.mutable_options()->mutable_uuid_option()->mutable_structured();
  as context{plain};
  auto call = groups->Read(&context);
  wire::ReadResp message;
  BOOST_REQUIRE(call->Write(request));
  BOOST_REQUIRE(call->Read(&message));
  wire::GetInfoReq asked;
  name(*asked.mutable_options(), "s", "g");
  as asking{plain};
  wire::GetInfoResp info;
  BOOST_REQUIRE(groups->GetInfo(&asking, asked, &info).ok());
  BOOST_REQUIRE(info.subscription_info().connections_size() == 1);
  BOOST_TEST(info.subscription_info().connections(0).username() == "plain");

  restrict_to_admins("s");
  as refused{plain};
  auto late = groups->Read(&refused);
  late->Write(request);
  BOOST_TEST(!late->Read(&message));
  denied(late->Finish());
  BOOST_TEST(call->Read(&message)); // who has joined goes on
  context.TryCancel();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(secured_cluster)

BOOST_AUTO_TEST_CASE(users_are_the_same_on_all_nodes) {
  kdb::devcluster cluster{{.election = 50ms, .node = {.authentication = true}}};
  BOOST_REQUIRE(cluster.wait_until_steady());
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(cluster.port(node)), grpc::InsecureChannelCredentials());
    auto stub = event_store::client::gossip::Gossip::NewStub(channel);
    event_store::client::gossip::ClusterInfo reply;
    as known{ops}, unknown{{"ops", "wrong"}}, anonymous{nobody};
    BOOST_TEST(stub->Read(&known, {}, &reply).ok());
    BOOST_TEST(stub->Read(&unknown, {}, &reply).error_code() == StatusCode::UNAUTHENTICATED);
    BOOST_TEST(stub->Read(&anonymous, {}, &reply).ok());
    auto streams = Streams::NewStub(channel);
    as reading{ops};
    auto call = streams->Read(&reading, node_fixture::reading("", 1));
    ReadResp message;
    BOOST_TEST(!call->Read(&message));
    denied(call->Finish());
  }
}

BOOST_AUTO_TEST_SUITE_END()
