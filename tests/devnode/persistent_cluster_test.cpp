// SPDX-License-Identifier: Apache-2.0

// Persistent subscriptions of a cluster: the leader alone has them, and nothing is lost when it goes.

#include "tests/devnode/cluster_fixture.hpp"
#include "tests/devnode/persistent_fixture.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <vector>

using namespace kdb;
using namespace kdb::development::testing;
using namespace std::chrono_literals;
using code = grpc::StatusCode;

namespace {

struct groups_fixture : cluster_fixture {
  std::unique_ptr<wire::PersistentSubscriptions::Stub> groups(std::size_t node) {
    return wire::PersistentSubscriptions::NewStub(channel(node));
  }

  grpc::Status create(std::size_t node, std::string* leader_port = nullptr) {
    grpc::ClientContext context;
    prepare(context, false);
    wire::CreateResp reply;
    auto status = groups(node)->Create(&context, persistent_fixture::creation("s", "g"), &reply);
    if (leader_port)
      *leader_port = trailer(context, "leader-endpoint-port");
    return status;
  }

  grpc::Status info(std::size_t node, wire::SubscriptionInfo& into) {
    grpc::ClientContext context;
    prepare(context, false);
    wire::GetInfoReq request;
    persistent_fixture::name(*request.mutable_options(), "s", "g");
    wire::GetInfoResp reply;
    auto status = groups(node)->GetInfo(&context, request, &reply);
    into = reply.subscription_info();
    return status;
  }

  grpc::Status remove(std::size_t node) {
    grpc::ClientContext context;
    prepare(context, false);
    wire::DeleteReq request;
    persistent_fixture::name(*request.mutable_options(), "s", "g");
    wire::DeleteResp reply;
    return groups(node)->Delete(&context, request, &reply);
  }

  // Revisions of the events that were parked.
  std::set<std::uint64_t> parked(std::size_t node) {
    grpc::ClientContext context;
    prepare(context, false);
    auto call = streams(node)->Read(&context, node_fixture::reading("$persistentsubscription-s::g-parked", 1'000'000));
    std::set<std::uint64_t> revisions;
    ReadResp message;
    while (call->Read(&message))
      if (message.has_event())
        revisions.insert(std::stoull(message.event().event().data()));
    call->Finish();
    return revisions;
  }
};

// A consumer on one node.
struct member {
  member(groups_fixture& on, std::size_t node) : stub{on.groups(node)} {
    cluster_fixture::prepare(context, false);
    call = stub->Read(&context);
    call->Write(consumer::joining("s", 5));
  }

  bool next() { return call->Read(&message); }

  std::unique_ptr<wire::PersistentSubscriptions::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<wire::ReadReq, wire::ReadResp>> call;
  wire::ReadResp message;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(persistent_in_a_cluster, groups_fixture)

BOOST_AUTO_TEST_CASE(followers_send_everybody_to_the_leader) {
  std::string port;
  BOOST_TEST(create(1, &port).error_message() == "Leader info available");
  BOOST_TEST(port == std::to_string(nodes.port(0)));
  BOOST_TEST(create(0).ok());
  wire::SubscriptionInfo facts;
  auto unready = info(1, facts);
  BOOST_TEST(unready.error_code() == code::UNAVAILABLE);
  BOOST_TEST(unready.error_message() == "Server Is Not Ready");
  BOOST_TEST(info(0, facts).ok());
  member lost{*this, 2};
  BOOST_TEST(!lost.next());
  BOOST_TEST(lost.call->Finish().error_message() == "Leader info available");

  grpc::ClientContext context;
  prepare(context, false);
  event_store::client::Empty nothing, reply;
  BOOST_TEST(
    groups(1)->RestartSubsystem(&context, nothing, &reply).error_message() ==
    "Subscription group  on stream  failed: 'Persistent Subscriptions cannot be restarted as it is in the wrong state.'");
}

BOOST_AUTO_TEST_CASE(a_leader_that_resigns_drops_its_consumers_and_the_next_one_goes_on) {
  BOOST_TEST(create(0).ok());
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(append(0, "s").ok());
  member before{*this, 0};
  BOOST_REQUIRE(before.next());
  wire::ReadReq ack;
  for (int i = 0; i < 3; ++i) {
    BOOST_REQUIRE(before.next());
    if (i < 2)
      *ack.mutable_ack()->add_ids() = before.message.event().event().id();
  }
  before.call->Write(ack);
  wire::SubscriptionInfo facts;
  wait_until("a checkpoint", [&] { return info(0, facts).ok() && facts.last_checkpointed_event_position() == "1"; });
  BOOST_TEST(nodes.resign(0));
  while (before.next()) {}
  BOOST_TEST(before.call->Finish().error_code() == code::CANCELLED);
  BOOST_TEST(trailer(before.context, "exception") == "persistent-subscription-dropped");
  nodes.settle();
  auto leader = nodes.some_leader();
  BOOST_TEST(leader != 0u);
  member after{*this, leader};
  BOOST_REQUIRE(after.next());
  BOOST_REQUIRE(after.next());
  BOOST_TEST(after.message.event().event().stream_revision() == 2u);
  BOOST_TEST(after.message.event().retry_count() == 0);
  after.context.TryCancel();
  after.call->Finish();
}

BOOST_AUTO_TEST_CASE(however_many_nodes_and_consumers_die_every_event_is_done_at_least_once) {
  constexpr int events = 300, kills = 3;
  BOOST_TEST(create(0).ok());
  std::mutex mutex;
  std::set<std::uint64_t> acknowledged; // revisions
  std::atomic<bool> over = false;
  auto consume = [&](unsigned seed) {
    std::mt19937 random{seed};
    while (!over) {
      std::optional<std::size_t> leader;
      wait_until("a leader", [&] { return over || (leader = nodes.leader()).has_value(); });
      if (!leader)
        break;
      std::unique_ptr<member> joined;
      {
        std::lock_guard lock{mutex}; // channels are shared
        joined = std::make_unique<member>(*this, *leader);
      }
      while (!over && joined->next()) {
        if (!joined->message.has_event())
          continue;
        auto& event = joined->message.event().event();
        auto luck = random() % 100;
        if (luck < 2)
          break; // dies with what it has
        wire::ReadReq answer;
        if (luck < 8) {
          answer.mutable_nack()->set_action(luck < 5 ? wire::ReadReq::Nack::Park : wire::ReadReq::Nack::Retry);
          *answer.mutable_nack()->add_ids() = event.id();
        } else {
          *answer.mutable_ack()->add_ids() = event.id();
          std::lock_guard lock{mutex};
          acknowledged.insert(event.stream_revision());
        }
        if (!joined->call->Write(answer))
          break;
      }
      joined->context.TryCancel();
      joined->call->Finish();
    }
  };
  struct consuming {
    std::atomic<bool>& over;
    std::vector<std::thread> threads;
    ~consuming() { // also when the test gives up
      over = true;
      for (auto& each : threads)
        each.join();
    }
  };
  auto consumers = std::make_unique<consuming>(over);
  for (unsigned seed : {1u, 2u})
    consumers->threads.emplace_back(consume, seed);
  for (int i = 0; i < events; ++i) {
    if (i % (events / kills) == events / kills / 2) {
      nodes.settle(); // the events are in memory alone: two nodes that die together take them away
      auto victim = nodes.some_leader();
      nodes.kill(victim);
      nodes.start(victim);
    }
    wait_until("an append", [&] {
      std::lock_guard lock{mutex};
      return append(nodes.some_leader(), "s").ok();
    });
  }
  nodes.settle();
  wire::SubscriptionInfo facts;
  wait_until("the end of all work", [&] {
    std::lock_guard lock{mutex};
    return info(nodes.some_leader(), facts).ok() &&
           facts.last_known_event_position() == facts.last_checkpointed_event_position() &&
           facts.outstanding_messages_count() == 0 && facts.retry_buffer_count() == 0 && facts.read_buffer_count() == 0;
  });
  over = true;
  auto last = std::stoull(facts.last_known_event_position());
  BOOST_TEST(last + 1 >= static_cast<unsigned>(events));
  auto put_aside = parked(nodes.some_leader());
  BOOST_TEST(!put_aside.empty());
  BOOST_TEST(remove(nodes.some_leader()).ok()); // whoever waits for events is told
  consumers.reset();
  for (std::uint64_t revision = 0; revision <= last; ++revision)
    BOOST_TEST((acknowledged.contains(revision) || put_aside.contains(revision)), "event " << revision << " is lost");
}

BOOST_AUTO_TEST_SUITE_END()
