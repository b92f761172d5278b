// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <ostream>
#include <stdexcept>

#include "libkdb/rpc/client_headers.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using headers = std::vector<header>;

namespace {

header_provider returning(headers all) {
  return [all = std::move(all)] { return all; };
}

struct row {
  const char* title;
  header_provider provider;
  errc code;
  const char* message;
  const char* member; // Of the detail.
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.title;
}

const std::vector<row> failing{
  {"exception", []() -> headers { throw std::runtime_error{"no token"}; }, errc::unavailable,
   "the header provider failed: no token", ""},
  {"text that is not UTF-8", []() -> headers { throw std::runtime_error{"\xFF"}; }, errc::unavailable,
   "the header provider failed: \xEF\xBF\xBD", ""},
  {"other object", []() -> headers { throw 1; }, errc::unavailable,
   "the header provider failed: it threw an object that is not a std::exception", ""},
  {"header of the client", returning({{"x-a", "v"}, {"authorization", "v"}}), errc::invalid_argument,
   "the header provider supplied headers[1].name, which can't be sent; give ", "headers[1].name"},
  {"value that can't be sent", returning({{"x-a", "a\nb"}}), errc::invalid_argument,
   "the header provider supplied headers[0].value, which can't be sent; give ", "headers[0].value"},
};

settings with_headers(headers fixed, header_provider provider) {
  settings config;
  config.headers = std::move(fixed);
  config.header_provider = std::move(provider);
  return config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_headers)

BOOST_AUTO_TEST_CASE(the_call_comes_before_the_provider_and_the_provider_before_the_settings) {
  const rpc::client_headers all{{{"x-a", "settings"}, {"x-b", "settings"}, {"x-c", "settings"}},
                                returning({{"x-a", "provider"}, {"x-b", "provider"}})};
  headers call{{"x-a", "call"}};
  BOOST_REQUIRE(all.add_to(call));
  BOOST_TEST((call == headers{{"x-a", "call"}, {"x-b", "provider"}, {"x-c", "settings"}}));
}

BOOST_DATA_TEST_CASE(a_provider_that_fails_fails_the_call, boost::unit_test::data::make(failing), row) {
  const rpc::client_headers all{{}, row.provider};
  headers call;
  const auto added = all.add_to(call);
  BOOST_REQUIRE(!added);
  BOOST_TEST((added.error().code == row.code));
  BOOST_TEST(added.error().message.starts_with(row.message), added.error().message);
  BOOST_TEST(!added.error().outcome_unknown);
  const auto* detail = std::get_if<bad_argument>(&added.error().detail);
  BOOST_TEST((detail ? detail->name : "") == row.member);
}

BOOST_AUTO_TEST_CASE(each_call_has_the_headers_that_the_provider_supplies_when_it_begins) {
  steered_server server;
  std::atomic<int> asked{0};
  client_side client{server.port(), with_headers({{"x-tenant", "blue"}, {"x-token", "fixed"}}, [&] {
                       return headers{{"x-token", std::to_string(++asked)}};
                     })};
  const auto check = [&](int calls) {
    fixtures::wait_until("the call", [&] { return server.calls() == static_cast<std::size_t>(calls); });
    BOOST_TEST(asked == calls);
    BOOST_TEST(server.metadata("x-token") == std::to_string(calls));
    BOOST_TEST(server.metadata("x-tenant") == "blue");
  };
  static_cast<void>(client.read("end=0").seen->wait_end());
  check(1);
  const auto consuming = client.consume("confirm+hang");
  consuming.call->request(1);
  check(2);
  const auto appending = client.append();
  write(*appending.call, chunk(1));
  appending.seen->wait_for(1);
  check(3);
  static_cast<void>(client.exchange("echo", {"x"}).seen->wait_end());
  check(4);
}

BOOST_AUTO_TEST_CASE(calls_of_every_kind_fail_with_the_provider_and_are_not_sent) {
  steered_server server;
  client_side client{server.port(), with_headers({}, []() -> headers { throw std::runtime_error{"no token"}; })};
  const auto check = [](const auto& outcome) {
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().message == "the header provider failed: no token");
    BOOST_TEST(!outcome.error().outcome_unknown);
  };
  check(client.read("end=0").seen->wait_end());
  check(client.consume("end=0").seen->wait_end());
  check(client.append().seen->wait_end());
  check(client.exchange("echo", {"x"}).seen->wait_end());
  BOOST_TEST(server.calls() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
