// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <ostream>

#include "libkdb/wire/stream_failures.hpp"

using namespace kdb;
namespace data = boost::unit_test::data;

namespace {

struct mismatch {
  stream_state expected;
  std::optional<stream_state> actual;
  const char* text;
};
std::ostream& operator<<(std::ostream& out, const mismatch& row) {
  return out << row.text;
}

const mismatch mismatches[] = {
  {stream_state::no_stream, stream_state::revision(3), "stream 's' was expected not to exist, but it ends with revision 3"},
  {stream_state::exists, stream_state::no_stream, "stream 's' was expected to exist, but it does not exist"},
  {stream_state::exists, stream_state::from_number(-5), "stream 's' was expected to exist, but it is soft-deleted"},
  {stream_state::revision(2), stream_state::revision(3),
   "stream 's' was expected to end with revision 2, but it ends with revision 3"},
  {stream_state::revision(2), std::nullopt, "stream 's' was expected to end with revision 2; the server does not tell its state"},
  // The expectation holds: that is not what the server refuses.
  {stream_state::no_stream, stream_state::no_stream, "stream 's' does not exist: there is nothing to delete"},
  {stream_state::any, stream_state::no_stream, "stream 's' does not exist: there is nothing to delete"},
  {stream_state::any, stream_state::revision(3),
   "stream 's' ends with revision 3, and holds some of the events already, but not all"},
  {stream_state::revision(3), stream_state::revision(3),
   "stream 's' ends with revision 3, and holds some of the events already, but not all"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(stream_failures)

BOOST_DATA_TEST_CASE(a_mismatch_is_told_without_contradicting_itself, data::make(mismatches), row) {
  const auto why = wire::wrong_version("s", row.expected, row.actual);
  BOOST_TEST((why.code == errc::wrong_expected_version));
  BOOST_TEST(why.message == row.text);
  BOOST_TEST((why.template get<version_mismatch>()->actual == row.actual));
}

BOOST_AUTO_TEST_SUITE_END()
