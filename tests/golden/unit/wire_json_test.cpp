// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <stdexcept>

#include "tests/golden/text_coding.hpp"
#include "tests/golden/wire_json.hpp"

using namespace kdb::golden;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(wire_json)

BOOST_AUTO_TEST_CASE(a_method_is_found_with_its_messages) {
  auto read = find_method("/event_store.client.streams.Streams/Read");
  BOOST_TEST(read.request == "event_store.client.streams.ReadReq");
  BOOST_TEST(read.response == "event_store.client.streams.ReadResp");
  BOOST_TEST(!read.client_streams);
  BOOST_TEST(find_method("/kurrentdb.protocol.v2.streams.StreamsService/AppendSession").client_streams);
  BOOST_CHECK_THROW(find_method("/event_store.client.streams.Streams/Write"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_unknown_field_is_refused) {
  BOOST_CHECK_THROW(to_wire("event_store.client.BadRequest", {{"massage", "x"}}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_expected_revision_of_zero_is_sent) {
  auto bytes = to_wire("kurrentdb.protocol.v2.streams.AppendRequest", {{"expected_revision", "0"}});
  BOOST_TEST(bytes.size() == 2U);
}

BOOST_AUTO_TEST_CASE(googles_details_are_read_through_our_definitions) {
  // code 9, "no", then an Any with google.rpc.ErrorInfo{reason "R", domain "d"}
  auto any = std::string{"\x0a\x28"} + "type.googleapis.com/google.rpc.ErrorInfo" + "\x12\x06\x0a\x01R\x12\x01" + "d";
  auto bytes = std::string{"\x08\x09\x12\x02no\x1a"} + static_cast<char>(any.size()) + any;
  auto expected = json::parse(R"({"code": 9, "message": "no", "details": [
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R", "domain": "d"}]})");
  BOOST_TEST((status_details_json(bytes) == expected), status_details_json(bytes).dump());
}

BOOST_AUTO_TEST_SUITE_END()
