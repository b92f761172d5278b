// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "libkdb/values/recorded_event_builder.hpp"
#include <kdb/event_key.hpp>

using namespace kdb;

namespace {

struct keyed {
  std::string metadata;
  std::string key;
};

std::ostream& operator<<(std::ostream& out, const keyed& one) {
  return out << one.metadata;
}

const std::vector<keyed> all_keyed{
  {R"({"$correlationId":"c-17"})", "cc-17"},
  {R"({"user":{"$correlationId":"inner"},"list":["$correlationId","x"],"$correlationId":"outer","more":1})", "couter"},
  {R"({"$correlationId":"a\u0062"})", "cab"},
  {R"({"$correlationId":"s"})", "cs"},
  {R"({"$correlationId":17})", "sorders-1"},
  {R"({"$correlationId":null,"other":"x"})", "sorders-1"},
  {R"({"$correlationId":["x"]})", "sorders-1"},
  {R"({"$causationId":"c-17"})", "sorders-1"},
  {R"(["$correlationId","c-17"])", "sorders-1"},
  {"\"$correlationId\"", "sorders-1"},
  {"{}", "sorders-1"},
  {"", "sorders-1"},
  {"no json", "sorders-1"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(event_keys)

BOOST_DATA_TEST_CASE(a_correlation_is_found_in_json_metadata_and_nowhere_else, boost::unit_test::data::make(all_keyed)) {
  recorded_event_builder built;
  built.stream("orders-1").type("t").metadata(sample.metadata);
  const auto& event = built.get();
  BOOST_TEST(key_by_correlation(resolved_event{&event, nullptr}) == sample.key);
}

BOOST_AUTO_TEST_CASE(a_link_belongs_to_the_stream_of_its_event) {
  recorded_event_builder target, link;
  target.stream("orders-1").type("t");
  link.stream("$ce-orders").type("$>");
  const auto &event = target.get(), &led = link.get();
  BOOST_TEST(key_by_stream(resolved_event{&event, nullptr}) == "orders-1");
  BOOST_TEST(key_by_stream(resolved_event{&event, &led}) == "orders-1");
  BOOST_TEST(key_by_stream(resolved_event{nullptr, &led}) == "$ce-orders");
}

BOOST_AUTO_TEST_SUITE_END()
