// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "libkdb/wire/operation.hpp"

using namespace kdb;
namespace data = boost::unit_test::data;

namespace {

/// An append to "a" and "b", of which a server says that one is deleted.
struct row {
  const char* deleted;
  stream_state of_a, of_b;
  errc code;
};
std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.deleted << " is deleted; expected: a " << to_string(one.of_a) << ", b " << to_string(one.of_b);
}

const row rows[] = {
  {"a", stream_state::exists, stream_state::any, errc::wrong_expected_version},
  {"b", stream_state::any, stream_state::exists, errc::wrong_expected_version},
  {"b", stream_state::exists, stream_state::exists, errc::wrong_expected_version},
  // Only what is expected of that stream counts.
  {"a", stream_state::any, stream_state::exists, errc::stream_deleted},
  {"b", stream_state::exists, stream_state::revision(3), errc::stream_deleted},
  {"b", stream_state::exists, stream_state::no_stream, errc::stream_deleted},
  {"", stream_state::exists, stream_state::any, errc::stream_deleted},
};

} // namespace

BOOST_AUTO_TEST_SUITE(several_streams)

// A server says "tombstoned" of a soft-deleted stream that should exist: golden/open/v2-append-session.json.
BOOST_DATA_TEST_CASE(a_deleted_stream_that_should_exist_is_a_failed_expectation, data::make(rows), row) {
  append_to_streams request;
  for (const auto& [stream, expected] : {std::pair{"a", row.of_a}, std::pair{"b", row.of_b}})
    request.appends.push_back({.stream = stream, .records = {{.schema_name = "t", .data = "{}"}}, .expected = expected});
  const auto plan = wire::prepare(std::move(request)).value();
  error told{.code = errc::stream_deleted, .message = "tombstoned", .detail = stream_name{row.deleted}};
  const auto done = wire::decode_outcome<append_to_streams>(plan, unexpected{std::move(told)});
  BOOST_REQUIRE(!done);
  BOOST_TEST(to_string(done.error().code) == to_string(row.code));
  if (row.code == errc::wrong_expected_version) {
    BOOST_REQUIRE(done.error().get<version_mismatch>());
    BOOST_TEST(done.error().get<version_mismatch>()->stream == row.deleted);
    BOOST_TEST((done.error().get<version_mismatch>()->expected == stream_state::exists));
  } else {
    BOOST_TEST(done.error().get<stream_name>()->name == row.deleted);
  }
}

BOOST_AUTO_TEST_SUITE_END()
