// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <future>
#include <memory>

#include "libkdb/rpc/resolver.hpp"
#include "tests/fixtures/wait.hpp"

using namespace kdb;

namespace {

result<std::vector<std::string>> addresses_of(const std::string& host) {
  auto promise = std::make_shared<std::promise<result<std::vector<std::string>>>>();
  auto found = promise->get_future();
  rpc::resolve(host, [promise](result<std::vector<std::string>> all) { promise->set_value(std::move(all)); });
  return fixtures::value_of(found, "the addresses");
}

} // namespace

BOOST_AUTO_TEST_SUITE(resolver)

BOOST_AUTO_TEST_CASE(a_name_has_all_its_addresses_once) {
  const auto found = addresses_of("localhost");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((std::count(found->begin(), found->end(), "127.0.0.1") + std::count(found->begin(), found->end(), "::1")) >= 1);
  for (const auto& each : *found)
    BOOST_TEST(std::count(found->begin(), found->end(), each) == 1);
}

BOOST_AUTO_TEST_CASE(an_address_is_answered_at_once_as_it_is) {
  for (const std::string host : {"127.0.0.1", "::1", "fe80::1%eth0"}) {
    bool answered = false;
    rpc::resolve(host, [&](const result<std::vector<std::string>>& all) {
      answered = true;
      BOOST_TEST((all.value() == std::vector{host}));
    });
    BOOST_TEST(answered);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_is_an_error_that_names_it) {
  const auto found = addresses_of("no-such-host.invalid");
  BOOST_REQUIRE(!found.has_value());
  BOOST_TEST((found.error().code == errc::unavailable));
  BOOST_TEST(found.error().retry_can_help);
  BOOST_TEST(found.error().message.find("no-such-host.invalid") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
