// SPDX-License-Identifier: Apache-2.0

// Links and indexes come some time after the answer to an append, as on a server.
#include "tests/devnode/cluster_fixture.hpp"
#include "tests/devnode/node_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>

using namespace kdb;
using namespace kdb::development::testing;
using namespace std::chrono_literals;

namespace {

struct lagging : node_fixture {
  explicit lagging(std::chrono::milliseconds lag) : node_fixture{devnode_options{.projections = true, .projection_lag = lag}} {}

  std::vector<std::string> index(const std::string& name) {
    grpc::ClientContext context;
    limit(context);
    auto request = reading("", 100);
    request.mutable_options()->mutable_filter()->mutable_stream_identifier()->add_prefix(name);
    auto call = streams->Read(&context, request);
    std::vector<std::string> names;
    ReadResp message;
    while (call->Read(&message))
      names.push_back(message.event().event().stream_identifier().stream_name());
    BOOST_TEST(call->Finish().ok());
    return names;
  }

  std::size_t links() { return read_revisions("$ce-order").size(); }
};

/// Of a lag of 200 ms: what was written so little earlier takes later events along.
constexpr auto joined = 25ms;

} // namespace

BOOST_AUTO_TEST_SUITE(projection_lag)

BOOST_AUTO_TEST_CASE(there_is_one_unless_a_test_wants_none) {
  BOOST_TEST((devnode_options{}.projection_lag > 0ms));
  BOOST_TEST((devnode_options{}.projection_lag <= 200ms));
}

BOOST_AUTO_TEST_CASE(what_was_just_written_is_in_no_index_and_has_no_links) {
  lagging node{1h};
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(node.append("order-" + std::to_string(i), 1).ok());
    BOOST_TEST(node.links() == 0u);
    BOOST_TEST(node.index("$idx-ce-order").empty());
    BOOST_TEST(node.index("$idx-all").empty());
  }
  BOOST_TEST(node.read_revisions("order-1").size() == 1u);
}

BOOST_AUTO_TEST_CASE(it_comes_when_the_time_has_passed_and_not_before) {
  lagging node{200ms};
  auto begun = std::chrono::steady_clock::now();
  node.append("order-1", 2);
  BOOST_TEST((node.follow("$ce-order", 2) == std::vector<std::string>{"0@order-1", "1@order-1"}));
  BOOST_TEST((std::chrono::steady_clock::now() - begun >= 200ms - joined));
  BOOST_TEST(node.index("$idx-ce-order").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_subscription_to_an_index_waits_for_it) {
  lagging node{200ms};
  grpc::ClientContext context;
  node.limit(context);
  auto request = node.following("");
  request.mutable_options()->mutable_filter()->mutable_stream_identifier()->add_prefix("$idx-all");
  auto call = node.streams->Read(&context, request);
  ReadResp message;
  while (call->Read(&message) && !message.has_caught_up())
    ;
  auto begun = std::chrono::steady_clock::now();
  node.append("order-1", 1);
  BOOST_REQUIRE(call->Read(&message));
  BOOST_TEST(message.event().event().stream_identifier().stream_name() == "order-1");
  BOOST_TEST((std::chrono::steady_clock::now() - begun >= 200ms - joined));
  context.TryCancel();
}

BOOST_AUTO_TEST_CASE(without_a_lag_an_index_has_an_event_when_its_append_is_answered) {
  lagging node{0ms};
  for (int i = 1; i <= 20; ++i) {
    node.append("order-1", 1);
    BOOST_TEST(node.index("$idx-ce-order").size() == static_cast<std::size_t>(i));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_is_stopped_does_not_wait_for_it) {
  auto begun = std::chrono::steady_clock::now();
  {
    lagging node{1h};
    node.append("order-1", 1);
  }
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 10s));
}

BOOST_AUTO_TEST_CASE(each_leader_of_a_cluster_has_it) {
  auto options = fixtures::quick_cluster();
  options.node.projections = true;
  options.node.projection_lag = 300ms;
  options.keeps_events = true;
  cluster_fixture cluster{options};
  auto links = [&](std::size_t node) { return cluster.read(node, "$ce-order"); };
  BOOST_TEST(cluster.append(0, "order-1").ok());
  BOOST_TEST(links(0) == "not found");
  wait_until("the links of the first leader", [&] { return links(0) == "1"; });
  cluster.nodes.kill(0);
  wait_until("another leader", [&] { return cluster.nodes.leader().has_value(); });
  auto leader = *cluster.nodes.leader();
  cluster.append_in_the_end(leader, "order-2");
  wait_until("the links of the second leader", [&] { return links(leader) == "2"; });
}

BOOST_AUTO_TEST_SUITE_END()
