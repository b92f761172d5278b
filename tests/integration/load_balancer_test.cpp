// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include "tests/fixtures/http_server.hpp"
#include "tests/fixtures/tcp_proxy.hpp"

// A load balancer in front of a node, which answers by itself while the node is away: HTTP, and no gRPC.
namespace kdb::integration {

namespace {

constexpr std::array statuses{404, 502, 503};

/// A node behind a load balancer, and a client of that. Without TLS, as load balancers that answer by themselves see it.
struct balanced {
  balanced(way which, int status) : page{status}, client{connect(which, proxy.connection_string())} {}

  /// The node is away until `back`, and the client has learnt of it.
  void away() {
    const auto before = page.answered();
    proxy.retarget(page.port());
    proxy.cut();
    fixtures::wait_until("the client to be answered by the load balancer", [&] { return page.answered() >= before + 3; });
  }
  void back() {
    proxy.retarget(node.port());
    proxy.cut();
  }

  devnode node;
  fixtures::http_server page;
  fixtures::tcp_proxy proxy{node.port()};
  std::unique_ptr<driver> client;
};

} // namespace

BOOST_AUTO_TEST_SUITE(load_balancer, *fixtures::needs_own_node())

KDB_SCENARIO_TABLE(a_subscription_outlasts_its_answers, statuses) {
  balanced b{which, row};
  const auto following = value_of(b.client->subscribe_to_stream("s"));
  value_of(b.client->append("s", stream_state::any, numbered(2)));
  BOOST_TEST(follow_events(*following, 2).count() == 2u);
  b.away();
  b.back();
  const auto direct = connect(which, b.node.connection_string());
  value_of(direct->append("s", stream_state::any, numbered(3, 2)));
  BOOST_TEST(follow_events(*following, 3).revisions() == numbers(2, 5), boost::test_tools::per_element());
  BOOST_TEST(!following->ended().has_value());
}

KDB_SCENARIO_TABLE(a_consumer_outlasts_its_answers, statuses) {
  balanced b{which, row};
  require(b.client->create_group("s", "g"));
  const auto consumer = value_of(b.client->consume({"s", "g"}));
  b.away();
  b.back();
  const auto direct = connect(which, b.node.connection_string());
  value_of(direct->append("s", stream_state::any, numbered(1)));
  const auto batch = value_of(consumer->next());
  BOOST_REQUIRE_EQUAL(batch.size(), 1u);
  BOOST_TEST(value_of(consumer->ack(batch)).taken == 1u);
  BOOST_TEST(!consumer->ended().has_value());
}

KDB_SCENARIO_TABLE(its_answer_is_no_connection, statuses) {
  fixtures::http_server page{row};
  auto settings = settings_for("kurrentdb://127.0.0.1:" + std::to_string(page.port()) + "?tls=false");
  settings.max_discover_attempts = 3;
  const auto client = connect(which, settings);
  const auto error = error_of(client->wait_connected(500ms));
  BOOST_TEST((error.code == errc::deadline_exceeded || error.code == errc::discovery_failed));
  BOOST_TEST(error.message.find("HTTP status " + std::to_string(row)) != std::string::npos, error.message);
  BOOST_TEST(error.retry_can_help);
  const auto read = error_of(read_to_end(client->read_stream("s")).end);
  BOOST_TEST(read.retry_can_help);
  BOOST_TEST(page.answered() >= 3u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
