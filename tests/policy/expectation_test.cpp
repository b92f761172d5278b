// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "libkdb/policy/expectation.hpp"

using namespace kdb;

namespace {

error deleted(std::string stream) {
  return {.code = errc::stream_deleted, .message = "told by the server", .detail = stream_name{std::move(stream)}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(expectations)

// A server says "deleted" of a soft-deleted stream that should exist. It is not gone for ever.
BOOST_AUTO_TEST_CASE(a_deleted_stream_that_should_exist_is_a_failed_expectation) {
  for (const auto* name : {"s", ""}) {
    auto why = deleted(name);
    policy::correct_deleted(why, stream_state::exists);
    BOOST_TEST((why.code == errc::wrong_expected_version));
    BOOST_REQUIRE(why.get<version_mismatch>());
    BOOST_TEST(why.get<version_mismatch>()->stream == name);
    BOOST_TEST((why.get<version_mismatch>()->expected == stream_state::exists));
    BOOST_TEST(!why.get<version_mismatch>()->actual.has_value());
    BOOST_TEST((!why.retry_can_help && !why.outcome_unknown));
  }
}

BOOST_AUTO_TEST_CASE(with_every_other_expectation_it_is_tombstoned) {
  for (const auto expected : {stream_state::any, stream_state::no_stream, stream_state::revision(3)}) {
    auto why = deleted("s");
    policy::correct_deleted(why, expected);
    BOOST_TEST((why.code == errc::stream_deleted));
    BOOST_TEST(why.get<stream_name>()->name == "s");
  }
}

BOOST_AUTO_TEST_CASE(other_errors_stay_what_they_are) {
  error why{.code = errc::access_denied, .message = "no", .detail = stream_name{"s"}};
  policy::correct_deleted(why, stream_state::exists);
  BOOST_TEST((why.code == errc::access_denied));
  BOOST_TEST(why.message == "no");
}

BOOST_AUTO_TEST_SUITE_END()
