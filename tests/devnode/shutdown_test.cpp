// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/node_fixture.hpp"

#include <thread>

using namespace kdb::development::testing;
using namespace std::chrono_literals;
using kdb::devnode;
using clock_type = std::chrono::steady_clock;

BOOST_FIXTURE_TEST_SUITE(shutdown, node_fixture)

BOOST_AUTO_TEST_CASE(open_calls_end_as_on_a_server_that_shuts_down) {
  grpc::ClientContext following_context, batch_context;
  limit(following_context);
  limit(batch_context);
  auto subscription = streams->Read(&following_context, following("s"));
  ReadResp message;
  BOOST_REQUIRE(subscription->Read(&message));
  BOOST_REQUIRE(subscription->Read(&message)); // caught up
  auto appends = streams->BatchAppend(&batch_context);
  appends->Write(batch(1, "s"));
  BatchAppendResp reply;
  BOOST_REQUIRE(appends->Read(&reply));

  auto begin = clock_type::now();
  node.stop();
  BOOST_TEST((clock_type::now() - begin < 2s));
  BOOST_TEST(!subscription->Read(&message));
  auto status = subscription->Finish();
  BOOST_TEST(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  BOOST_TEST(status.error_message() == "The server is shutting down. Please retry after 5 seconds.");
  BOOST_TEST(trailer(following_context, "grpc-status-details-bin").find("SERVER_SHUTTING_DOWN") != std::string::npos);
  BOOST_TEST(!appends->Read(&reply));
  BOOST_TEST(appends->Finish().error_code() == grpc::StatusCode::UNAVAILABLE);
  node.stop(); // does nothing
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_listen_cannot_hold_the_node) {
  append("s", 2000, 10'000);
  grpc::ClientContext stalled_context, idle_context;
  auto stalled = streams->Read(&stalled_context, reading("s", 1'000'000));
  AppendResp unwanted;
  auto idle = streams->Append(&idle_context, &unwanted);
  ReadResp message;
  BOOST_REQUIRE(stalled->Read(&message));
  auto begin = clock_type::now();
  node.stop();
  BOOST_TEST((clock_type::now() - begin < 2s));
  stalled_context.TryCancel();
  idle_context.TryCancel();
  stalled->Finish();
  idle->Finish();
}

BOOST_AUTO_TEST_CASE(the_port_is_free_again_at_once) {
  auto port = node.port();
  BOOST_REQUIRE(append("s", 1).ok());
  node.stop();
  devnode again{{.port = port}};
  BOOST_TEST(again.port() == port);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_subscription_on_the_node_too) {
  for (int i = 0; i < 5; ++i) {
    grpc::ClientContext context;
    limit(context, 50ms);
    auto call = streams->Read(&context, following("s"));
    ReadResp message;
    while (call->Read(&message)) {}
    BOOST_TEST(call->Finish().error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  BOOST_TEST(append("s", 1).ok());
}

BOOST_AUTO_TEST_CASE(nodes_come_and_go_by_the_dozen) {
  for (int i = 0; i < 12; ++i) {
    node_fixture other;
    BOOST_TEST(other.append("s", 3).ok());
    std::thread from_elsewhere{[&] { other.node.stop(); }};
    other.node.stop();
    from_elsewhere.join();
  }
}

BOOST_AUTO_TEST_SUITE_END()
