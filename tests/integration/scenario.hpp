// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>

#include "tests/fixtures/node.hpp"

#include "tests/integration/driver.hpp"

namespace kdb::integration {

/// A node of its own for each scenario, and a client of it.
struct scenario {
  explicit scenario(way which) : client{connect(which, node.connection_string())} {}
  scenario(way which, void (*adjust)(settings&)) : client{connect_adjusted(which, adjust)} {}

  fixtures::node node;
  std::unique_ptr<driver> client;

private:
  std::unique_ptr<driver> connect_adjusted(way which, void (*adjust)(settings&)) const {
    auto how = settings_for(node.connection_string());
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
