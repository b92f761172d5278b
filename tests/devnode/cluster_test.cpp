// SPDX-License-Identifier: Apache-2.0

// A cluster of development nodes as plain clients see it: who answers what, and what failures look like.

#include "tests/devnode/cluster_fixture.hpp"

#include "event_store/client/operations.grpc.pb.h"
#include "kurrentdb/protocol/v2/streams/streams.grpc.pb.h"

#include <thread>

using namespace kdb;
using namespace kdb::development::testing;
using namespace std::chrono_literals;

namespace {

struct with_replica : cluster_fixture {
  static devcluster_options options() {
    auto quick = fixtures::quick_cluster();
    quick.read_only_replicas = 1;
    return quick;
  }
  with_replica() : cluster_fixture{options()} {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cluster_of_three, cluster_fixture)

BOOST_AUTO_TEST_CASE(a_new_cluster_is_at_work_at_once) {
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(gossip(i) == "Leader Follower Follower");
  BOOST_TEST(append(0, "s", true).ok());
  BOOST_TEST(append(1, "s").ok());
  BOOST_TEST(append(2, "s").ok());
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(read(i, "s") == "3");
}

BOOST_AUTO_TEST_CASE(who_insists_is_sent_to_the_leader) {
  std::string port;
  auto status = append(1, "s", true, &port);
  BOOST_TEST(status.error_code() == grpc::StatusCode::NOT_FOUND);
  BOOST_TEST(status.error_message() == "Leader info available");
  BOOST_TEST(port == std::to_string(nodes.port(0)));
  BOOST_TEST(read(1, "s", true) == "Leader info available");
  BOOST_TEST(read(0, "s") == "not found");
}

BOOST_AUTO_TEST_CASE(a_killed_leader_is_succeeded_and_nothing_acknowledged_is_lost) {
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(append(static_cast<std::size_t>(i % 3), "s").ok());
  nodes.kill(0);
  BOOST_TEST(append(0, "s").error_code() == grpc::StatusCode::UNAVAILABLE);
  append_in_the_end(1, "s");
  nodes.settle();
  BOOST_TEST(*nodes.leader() == 1u);
  BOOST_TEST(gossip(1) == "Unknown(dead) Leader Follower");
  BOOST_TEST(gossip(2) == "Unknown(dead) Leader Follower");
  auto events = read(1, "s");
  BOOST_TEST(std::stoi(events) >= 21);
  BOOST_TEST(read(2, "s") == events);
}

BOOST_AUTO_TEST_CASE(a_write_that_is_passed_on_to_a_dead_leader_times_out) {
  auto slow = fixtures::quick_cluster();
  slow.election = 10s;
  cluster_fixture other{slow};
  other.nodes.kill(0);
  auto status = other.append(1, "s");
  BOOST_TEST(status.error_code() == grpc::StatusCode::ABORTED);
  BOOST_TEST(status.error_message() == "Operation timed out: Forwarding timeout");
  std::string port; // nobody has told it yet
  other.append(1, "s", true, &port);
  BOOST_TEST(port == std::to_string(other.nodes.port(0)));
  BOOST_TEST(other.gossip(1) == "Leader(dead) Follower Follower");
}

BOOST_AUTO_TEST_CASE(a_node_that_starts_again_begins_with_nothing_and_catches_up) {
  BOOST_TEST(append(0, "s").ok());
  nodes.kill(2);
  BOOST_TEST(append(0, "s").ok());
  nodes.start(2);
  wait_until("the node", [&] { return read(2, "s") == "not found" || read(2, "s") == "2"; });
  nodes.settle();
  BOOST_TEST(read(2, "s") == "2");
  BOOST_TEST(gossip(2) == "Leader Follower Follower");
  BOOST_TEST(append(2, "s").ok());
}

BOOST_AUTO_TEST_CASE(a_node_that_keeps_its_events_has_them_at_once) {
  auto quick = fixtures::quick_cluster();
  quick.keeps_events = true;
  quick.election = 2s;
  cluster_fixture kept{quick};
  BOOST_TEST(kept.append(0, "s").ok());
  kept.nodes.kill(2);
  BOOST_TEST(kept.append(0, "s").ok());
  kept.nodes.start(2);
  wait_until("its old events", [&] { return kept.read(2, "s") == "1"; });
  kept.nodes.settle();
  BOOST_TEST(kept.read(2, "s") == "2");
}

BOOST_AUTO_TEST_CASE(a_subscription_on_a_follower_lives_through_the_loss_of_the_leader) {
  grpc::ClientContext context;
  prepare(context, false);
  auto stub = streams(2);
  auto call = stub->Read(&context, node_fixture::following("s"));
  std::vector<std::uint64_t> revisions;
  std::thread appender{[&] {
    for (int i = 0; i < 10; ++i) {
      if (i == 5)
        nodes.kill(0);
      append_in_the_end(1, "s");
    }
  }};
  ReadResp message;
  while (revisions.size() < 10 && call->Read(&message))
    if (message.has_event())
      revisions.push_back(message.event().event().stream_revision());
  appender.join();
  for (std::size_t i = 0; i < revisions.size(); ++i)
    BOOST_TEST(revisions[i] == i);
  BOOST_TEST(revisions.size() == 10u);
}

BOOST_AUTO_TEST_CASE(the_leader_can_be_asked_to_resign) {
  using namespace event_store::client;
  auto resign = [&](std::size_t node) {
    grpc::ClientContext context;
    prepare(context, false);
    Empty reply;
    return operations::Operations::NewStub(channel(node))->ResignNode(&context, {}, &reply);
  };
  BOOST_TEST(resign(2).ok()); // says OK and does nothing
  BOOST_TEST(*nodes.leader() == 0u);
  BOOST_TEST(resign(0).ok());
  BOOST_TEST(!nodes.leader().has_value());
  BOOST_TEST(append(0, "s", true).error_message() == "Server Is Not Ready");
  append_in_the_end(0, "s");
  nodes.settle();
  BOOST_TEST(*nodes.leader() == 1u);
  BOOST_TEST(gossip(0) == "Follower Leader Follower");
}

BOOST_AUTO_TEST_CASE(a_leader_that_shuts_down_ends_what_streams_and_leads_until_its_end) {
  auto slow = fixtures::quick_cluster();
  slow.drain = 10s;
  cluster_fixture draining{slow};
  BOOST_TEST(draining.append(0, "s").ok());
  grpc::ClientContext context;
  prepare(context, false);
  auto stub = draining.streams(0);
  auto call = stub->Read(&context, node_fixture::following("s"));
  ReadResp message;
  BOOST_REQUIRE(call->Read(&message));
  draining.nodes.drain(0);
  while (call->Read(&message)) {}
  auto end = call->Finish();
  BOOST_TEST(end.error_code() == grpc::StatusCode::UNAVAILABLE);
  BOOST_TEST(end.error_message() == "The server is shutting down. Please retry after 1 second.");
  BOOST_TEST(draining.append(0, "s").error_message() == "Exception was thrown by handler.");
  BOOST_TEST(draining.append(1, "s").ok());
  BOOST_TEST(draining.gossip(1) == "Leader Follower Follower");
  draining.nodes.kill(0);
  draining.append_in_the_end(1, "s");
}

BOOST_AUTO_TEST_CASE(a_drained_node_ends_by_itself) {
  nodes.drain(0);
  wait_until("its end", [&] { return nodes.state(0).empty(); });
  append_in_the_end(1, "s");
  nodes.start(0);
  nodes.settle();
  BOOST_TEST(read(0, "s") == read(1, "s"));
}

BOOST_AUTO_TEST_CASE(a_leader_that_hangs_is_replaced_and_follows_when_it_thaws) {
  BOOST_TEST(append(0, "s").ok());
  nodes.hang(0);
  wait_until("another leader", [&] { return nodes.leader() == 1u; });
  append_in_the_end(1, "s");
  nodes.thaw(0);
  nodes.settle();
  BOOST_TEST(gossip(0) == "Follower Leader Follower");
  BOOST_TEST(read(0, "s") == "2");
}

BOOST_AUTO_TEST_CASE(without_a_second_copy_nothing_is_acknowledged) {
  auto slow = fixtures::quick_cluster();
  slow.election = 10s;
  cluster_fixture alone{slow};
  alone.nodes.kill(1);
  alone.nodes.kill(2);
  auto status = alone.append(0, "s");
  BOOST_TEST(status.error_code() == grpc::StatusCode::ABORTED);
  BOOST_TEST(status.error_message() == "Operation timed out: Commit phase timeout.");
  BOOST_TEST(alone.read(0, "s") == "not found");
}

BOOST_AUTO_TEST_CASE(nobody_leads_while_that_is_wanted) {
  nodes.leaderless();
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(append(i, "s").error_message() == "Server Is Not Ready");
    BOOST_TEST(read(i, "s", true) == "Server Is Not Ready");
    BOOST_TEST(read(i, "s") == "not found");
  }
  nodes.elect();
  append_in_the_end(2, "s");
}

BOOST_AUTO_TEST_CASE(appends_of_a_batch_fail_one_by_one_unless_the_leader_is_required) {
  grpc::ClientContext context, insisting;
  prepare(context, false);
  prepare(insisting, true);
  auto stub = streams(1);
  auto call = stub->BatchAppend(&context);
  auto strict = stub->BatchAppend(&insisting);
  BatchAppendResp reply;
  call->Write(node_fixture::batch(1, "s"));
  BOOST_REQUIRE(call->Read(&reply));
  BOOST_TEST(reply.has_success());
  nodes.leaderless();
  call->Write(node_fixture::batch(2, "s"));
  BOOST_REQUIRE(call->Read(&reply));
  BOOST_TEST(reply.error().message() == "Server Is Not Ready");
  BOOST_TEST(reply.error().code() == 0);
  nodes.elect();
  nodes.settle();
  call->Write(node_fixture::batch(3, "s"));
  BOOST_REQUIRE(call->Read(&reply));
  BOOST_TEST(reply.has_success());
  strict->Write(node_fixture::batch(4, "s"));
  BOOST_TEST(!strict->Read(&reply));
  BOOST_TEST(strict->Finish().error_message() == "Leader info available");
  call->WritesDone();
  BOOST_TEST(!call->Read(&reply));
  BOOST_TEST(call->Finish().ok());
}

BOOST_AUTO_TEST_CASE(a_cluster_can_start_from_nothing) {
  auto quick = fixtures::quick_cluster();
  quick.cold_start = true;
  cluster_fixture cold{quick};
  BOOST_TEST(!cold.nodes.leader().has_value());
  cold.append_in_the_end(2, "s");
  cold.nodes.settle();
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(cold.read(i, "") == cold.read(0, ""));
}

BOOST_AUTO_TEST_CASE(stopping_a_cluster_in_trouble_takes_no_time) {
  nodes.hang(1);
  nodes.network(2).stall();
  nodes.kill(0);
  fixtures::stopwatch since;
  nodes.stop();
  BOOST_TEST((since.elapsed() < 3 * fixtures::soon));
}

BOOST_AUTO_TEST_CASE(numbers_that_no_node_has_are_refused) {
  BOOST_CHECK_THROW(nodes.kill(3), std::out_of_range);
  BOOST_CHECK_THROW(nodes.network(9), std::out_of_range);
}

BOOST_FIXTURE_TEST_CASE(a_read_only_replica_follows_without_a_vote, with_replica) {
  BOOST_TEST(gossip(3) == "Leader Follower Follower ReadOnlyReplica");
  BOOST_TEST(append(3, "s").ok());
  BOOST_TEST(append(3, "s", true).error_message() == "Leader info available");
  BOOST_TEST(read(3, "s") == "1");
  nodes.leaderless();
  BOOST_TEST(nodes.state(3) == "ReadOnlyLeaderless");
  std::string port;
  BOOST_TEST(append(3, "s", false, &port).error_message() == "Leader info available");
  BOOST_TEST(port == std::to_string(nodes.port(3))); // itself, for want of a better one
  nodes.elect();
  nodes.settle();
  BOOST_TEST(append(3, "s").ok());
}

BOOST_AUTO_TEST_SUITE_END()
