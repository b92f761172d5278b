// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <atomic>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

namespace kdb::integration {

namespace {

client_health health_of(fixtures::any_client& client) {
  return value_of(client.ask(get_health{}));
}

} // namespace

BOOST_AUTO_TEST_SUITE(health)

KDB_SCENARIO(a_client_is_ready_while_it_has_a_node_and_says_why_if_not) {
  const fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  auto config = fixtures::settings_for(proxy.connection_string());
  config.max_discover_attempts = 2;
  config.discovery_interval = 10ms;
  const auto db = connect(which, config);
  BOOST_TEST(health_of(*db).ready); // Nothing was asked of it yet.
  value_of(db->ask(wait_connected{}));
  BOOST_TEST(health_of(*db).ready);
  BOOST_TEST(health_of(*db).reason == "connected to 127.0.0.1:" + std::to_string(proxy.port()));
  proxy.refuse();
  proxy.cut();
  static_cast<void>(db->ask(get_commit_position{})); // A client learns of a loss when it asks for something.
  fixtures::wait_until("an attempt that fails", [&] {
    const auto health = health_of(*db);
    return health.live && !health.ready && health.reason.find("failed: unavailable") != std::string::npos;
  });
  // Nobody asks for anything but its health: it finds its way back all the same.
  proxy.accept_again();
  fixtures::wait_until("the client to be ready",
                       [&] { return health_of(*db).ready && health_of(*db).reason.starts_with("connected"); });
}

BOOST_AUTO_TEST_SUITE_END()

// -- headers -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_SUITE(headers)

namespace {

struct row {
  const char* name;
  const char* value;
  const char* member;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.name;
}

const std::vector<row> refused{
  {"authorization", "Basic eDp5", "headers[0].name"},
  {"requires-leader", "true", "headers[0].name"},
  {"grpc-timeout", "1S", "headers[0].name"},
  {"X-Upper", "v", "headers[0].name"},
  {":path", "/", "headers[0].name"},
  {"x-a", "line\nbreak", "headers[0].value"},
};

} // namespace

KDB_SCENARIO_TABLE(a_header_that_a_call_cannot_have_is_refused, refused) {
  const scenario s{which};
  const call_options call{.headers = {{row.name, row.value}}};
  const auto check = [&](const error& refusal) {
    BOOST_TEST((refusal.code == errc::invalid_argument));
    const auto* detail = std::get_if<bad_argument>(&refusal.detail);
    BOOST_REQUIRE(detail);
    BOOST_TEST(detail->name == row.member);
  };
  check(error_of(s.client->append("s", stream_state::any, numbered(1), {call})));
  check(error_of(read_to_end(s.client->read_stream("s", {.call = call})).end));
  check(error_of(s.client->create_group("s", "g", {.call = call})));
  check(error_of(s.client->subscribe_to_stream("s", {.call = call})));
  check(error_of(s.client->consume({"s", "g"}, {.call = call})));
}

KDB_SCENARIO(calls_with_headers_are_served) {
  const fixtures::node node;
  auto config = fixtures::settings_for(node.connection_string());
  config.headers = {{"x-tenant", "blue"}};
  const auto client = connect(which, config);
  const call_options call{.headers = {{"x-gateway-key", "k1"}}};
  value_of(client->append("s", stream_state::any, numbered(2), {call}));
  BOOST_TEST(read_to_end(client->read_stream("s", {.call = call})).revisions().size() == 2u);
  require(client->create_group("s", "g", {.call = call}));
}

KDB_SCENARIO(a_header_provider_that_fails_is_why_there_is_no_node) {
  const fixtures::node node;
  auto config = fixtures::settings_for(node.connection_string());
  const auto works = std::make_shared<std::atomic<bool>>(true);
  config.header_provider = [works] {
    if (!*works)
      throw std::runtime_error{"no token"};
    return std::vector<header>{{"x-gateway-token", "t1"}};
  };
  config.discovery_interval = 10ms;
  const auto db = connect(which, config);
  value_of(db->ask(wait_connected{}));
  *works = false;
  BOOST_TEST(error_of(db->ask(get_commit_position{})).message == "the header provider failed: no token");
  fixtures::wait_until("the reason", [&] {
    const auto health = health_of(*db);
    return !health.ready && health.reason.find("failed: unavailable: the header provider failed: no token") != std::string::npos;
  });
  *works = true;
  fixtures::wait_until("the client to be ready", [&] { return health_of(*db).ready; });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
