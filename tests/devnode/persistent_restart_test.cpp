// SPDX-License-Identifier: Apache-2.0

// What is left of persistent subscriptions when their node stops, is started again, or is killed.

#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/node_process.hpp"
#include "tests/devnode/persistent_fixture.hpp"

#include <chrono>
#include <set>
#include <utility>
#include <vector>

using namespace kdb;
using namespace kdb::development::testing;
using namespace std::chrono_literals;
using code = grpc::StatusCode;

namespace {

using deliveries = std::vector<std::pair<std::uint64_t, int>>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(persistent_restarts, persistent_fixture)

BOOST_AUTO_TEST_CASE(a_node_that_stops_ends_its_consumers_and_does_not_wait_for_the_time) {
  append("s", 2);
  create("s");
  consumer open{*this, "s"};
  open.confirmed();
  open.take(2);
  auto begin = std::chrono::steady_clock::now();
  node.stop();
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 900ms));
  auto end = open.end();
  BOOST_TEST(end.error_code() == code::UNAVAILABLE);
  BOOST_TEST(trailer(open.context, "grpc-status-details-bin").find("SERVER_SHUTTING_DOWN") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(groups_progress_and_parked_events_survive_a_restart, folder_fixture) {
  devnode_options options;
  options.database = file;
  {
    persistent_fixture before{options};
    before.append("s", 5);
    auto filtered = persistent_fixture::creation("$all", "f");
    filtered.mutable_options()->mutable_all()->mutable_filter()->mutable_stream_identifier()->add_prefix("s");
    BOOST_TEST(before.create("s").ok());
    BOOST_TEST(before.create(filtered).ok());
    BOOST_TEST(before.create("gone").ok());
    BOOST_TEST(before.remove("gone").ok());
    consumer first{before, "s"}, all{before, "$all", 10, "f"};
    first.confirmed();
    first.take(5);
    first.nack(first.ids[0], wire::ReadReq::Nack::Park);
    first.ack(first.ids[1]);
    first.ack(first.ids[3]); // behind one that is not done
    all.confirmed();
    all.take(5);
    all.ack_all();
    before.append("s", 1);
    first.take(1);
    all.take(1);
    before.append("s", 1); // what was decided before is in the file when this is
  }
  persistent_fixture after{options};
  auto facts = after.info("s");
  BOOST_TEST(facts.last_checkpointed_event_position() == "1");
  BOOST_TEST(facts.parked_message_count() == 1);
  BOOST_TEST(facts.named_consumer_strategy() == "RoundRobin");
  consumer again{after, "s"};
  again.confirmed();
  BOOST_TEST((again.take(5) == deliveries{{2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 0}}));
  consumer all{after, "$all", 10, "f"};
  all.confirmed();
  BOOST_TEST((all.take(2) == deliveries{{5, 0}, {6, 0}}));
  consumer nobody{after, "gone"};
  BOOST_TEST(nobody.end().error_code() == code::NOT_FOUND);
}

// The node is killed at work, and again. What was acknowledged may come again, but nothing is left out.
BOOST_FIXTURE_TEST_CASE(after_kills_every_event_is_done_at_least_once, folder_fixture) {
  constexpr std::uint64_t total = 2000;
  std::set<std::uint64_t> acknowledged;
  {
    devnode_options options;
    options.database = file;
    persistent_fixture before{options};
    before.append("s", total);
    auto spared = persistent_fixture::creation("s", "g");
    spared.mutable_options()->mutable_settings()->set_max_checkpoint_count(50);
    before.create(spared);
  }
  for (std::size_t enough : {300u, 900u, 1500u, 2000u}) {
    node_process program{file};
    auto stub = wire::PersistentSubscriptions::NewStub(program.channel());
    grpc::ClientContext context;
    node_fixture::limit(context);
    auto call = stub->Read(&context);
    call->Write(consumer::joining("s", 100));
    wire::ReadResp message;
    wire::ReadReq answer;
    while (acknowledged.size() < enough && call->Read(&message)) {
      if (!message.has_event())
        continue;
      auto& event = message.event().event();
      acknowledged.insert(event.stream_revision());
      *answer.mutable_ack()->add_ids() = event.id();
      if (answer.ack().ids_size() == 20) {
        call->Write(answer);
        answer.Clear();
      }
    }
    program.kill();
    context.TryCancel();
    call->Finish();
  }
  BOOST_TEST(acknowledged.size() == total);
}

BOOST_AUTO_TEST_SUITE_END()
