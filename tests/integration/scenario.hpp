// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

#include <kdb/client.hpp>

#include "tests/fixtures/node.hpp"
#include "tests/fixtures/server.hpp"

#include "tests/integration/driver.hpp"

namespace kdb::integration {

/// A server and a client of it, and names that only this scenario has.
struct scenario {
  explicit scenario(
    way which, void (*adjust)(settings&) = [](settings&) {})
    : client{connect_adjusted(which, adjust)} {}

  fixtures::server server;
  fixtures::own_names named;
  std::string stream = named("s");
  group_name group{stream, "g"};
  group_name group_on_all{"$all", named("g")};
  std::unique_ptr<driver> client;

  /// Where this scenario's part of $all begins: the position of an event in a stream `named("before")`.
  log_position begin();

  void delete_stream(const std::string& name) const;
  void tombstone_stream(const std::string& name) const;

private:
  std::unique_ptr<driver> connect_adjusted(way which, void (*adjust)(settings&)) const {
    auto how = server.settings();
    adjust(how);
    return connect(which, how);
  }
};

/// The error of something that must have failed; fails the test otherwise.
template <class T>
error error_of(const result<T>& outcome) {
  BOOST_REQUIRE_MESSAGE(!outcome, "it did not fail");
  return outcome.error();
}

/// The value of something that must have succeeded; fails the test with the error otherwise.
template <class T>
T value_of(result<T> outcome) {
  BOOST_REQUIRE_MESSAGE(outcome, "it failed: " << (outcome ? std::string{} : to_string(outcome.error())));
  return std::move(*outcome);
}

inline void require(const result<void>& outcome) {
  BOOST_REQUIRE_MESSAGE(outcome, "it failed: " << (outcome ? std::string{} : to_string(outcome.error())));
}

inline log_position scenario::begin() {
  return value_of(client->append(named("before"), stream_state::any, numbered(1))).position.value();
}

inline void scenario::delete_stream(const std::string& name) const {
  value_of(value_of(client::connect(server.settings())).delete_stream(name, stream_state::any));
}

inline void scenario::tombstone_stream(const std::string& name) const {
  value_of(value_of(client::connect(server.settings())).tombstone_stream(name, stream_state::any));
}

} // namespace kdb::integration

/// A scenario: the test runs once for every way in, which it knows as `which`.
#define KDB_SCENARIO(name)                                                                                                       \
  static void name##_by(kdb::integration::way which);                                                                            \
  BOOST_DATA_TEST_CASE(name, boost::unit_test::data::make(kdb::integration::every_way), which) {                                 \
    name##_by(which);                                                                                                            \
  }                                                                                                                              \
  static void name##_by(kdb::integration::way which)

/// The same for every row of a table, which it knows as `row`.
#define KDB_SCENARIO_TABLE(name, rows)                                                                                           \
  static void name##_by(kdb::integration::way which, decltype(rows)::const_reference row);                                       \
  BOOST_DATA_TEST_CASE(name, boost::unit_test::data::make(kdb::integration::every_way) * boost::unit_test::data::make(rows),     \
                       which, row) {                                                                                             \
    name##_by(which, row);                                                                                                       \
  }                                                                                                                              \
  static void name##_by(kdb::integration::way which, decltype(rows)::const_reference row)

/// Scenarios that need a node of their own: for its faults and options, or because nothing else may ever have happened there.
#define KDB_NODE_SCENARIO(name) BOOST_TEST_DECORATOR(*kdb::fixtures::needs_own_node()) KDB_SCENARIO(name)
#define KDB_NODE_SCENARIO_TABLE(name, rows) BOOST_TEST_DECORATOR(*kdb::fixtures::needs_own_node()) KDB_SCENARIO_TABLE(name, rows)

/// Scenarios that write hundreds of MiB.
#define KDB_LARGE_SCENARIO(name) BOOST_TEST_DECORATOR(*boost::unit_test::label("large")) KDB_SCENARIO(name)
