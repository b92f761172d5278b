// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/read_request.hpp"
#include "tests/devnode/text_message.hpp"

#include "kdb/event_store/client/streams.pb.h"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/text_format.h>

using namespace kdb::development;
using rpc::status_code;

namespace {

std::variant<read_request, rpc::status> read(const std::string& options) {
  return parse_read(testing::from_text<kdb::event_store::client::streams::ReadReq>([&](auto& request) {
    BOOST_REQUIRE(google::protobuf::TextFormat::ParseFromString("options { " + options + " }", &request));
  }));
}

constexpr auto of_s = "stream { stream_identifier { stream_name: 's' } start {} } ";
constexpr auto rest = "uuid_option {} no_filter {} count: 5 ";

} // namespace

BOOST_AUTO_TEST_SUITE(read_requests)

BOOST_AUTO_TEST_CASE(invalid_requests_are_refused_as_a_server_does) {
  struct {
    std::string options;
    status_code code;
    std::string message;
  } const rows[] = {
    {"all { start {} } no_filter {} count: 1", status_code::invalid_argument,
     "'uuidOption' is a required argument of type EventStore.Client.Streams.ReadReq+Types+Options+Types+UUIDOption"},
    {rest, status_code::invalid_argument,
     "'None' is not a valid EventStore.Client.Streams.ReadReq+Types+Options+StreamOptionOneofCase"},
    {"all { start {} } uuid_option {} no_filter {}", status_code::invalid_argument,
     "The combination of (All, None, Forwards, NoFilter) is invalid."},
    {"all { start {} } uuid_option {} no_filter {} subscription {} read_direction: Backwards", status_code::invalid_argument,
     "The combination of (All, Subscription, Backwards, NoFilter) is invalid."},
    {"all {} " + std::string{rest}, status_code::unknown, "Exception was thrown by handler."},
    {"all { position { commit_position: 1 prepare_position: 2 } } " + std::string{rest}, status_code::unknown,
     "Exception was thrown by handler."},
    {"all { position { commit_position: 9223372036854775808 } } " + std::string{rest}, status_code::unknown,
     "Exception was thrown by handler."},
    {"stream { stream_identifier { stream_name: 's' } } " + std::string{rest}, status_code::unknown,
     "Exception was thrown by handler."},
    {"stream { stream_identifier { stream_name: 's' } revision: 9223372036854775808 } " + std::string{rest}, status_code::unknown,
     "Exception was thrown by handler."},
    {"stream { stream_identifier { stream_name: '$$' } start {} } " + std::string{rest}, status_code::unknown,
     "Exception was thrown by handler."},
    {"all { start {} } uuid_option {} count: 1 filter { max: 1 checkpointIntervalMultiplier: 2 }", status_code::invalid_argument,
     "'{ \"max\": 1, \"checkpointIntervalMultiplier\": 2 }' is not a valid "
     "EventStore.Client.Streams.ReadReq+Types+Options+Types+FilterOptions"},
    {"all { start {} } uuid_option {} count: 1 filter { count {} }", status_code::invalid_argument,
     "'{ \"count\": { } }' is not a valid EventStore.Client.Streams.ReadReq+Types+Options+Types+FilterOptions"},
    {"all { start {} } uuid_option {} count: 1 filter { max: 1 event_type { regex: '(' } }", status_code::unknown,
     "Exception was thrown by handler."},
    {"all { start {} } uuid_option {} subscription {} filter { max: 1 event_type { prefix: 'a' } }", status_code::unknown,
     "Exception was thrown by handler."},
    {"all { start {} } uuid_option {} count: 1 filter { stream_identifier { prefix: '$idx-other' } }", status_code::not_found,
     "Index '$idx-other' not found."},
    {"all { start {} } uuid_option {} count: 1 filter { stream_identifier { prefix: '$idx-all' prefix: 'b' } }",
     status_code::invalid_argument,
     "Index reads only work with one index name and cannot be combined with stream prefixes or other indexes"},
  };
  for (auto& [options, code, message] : rows) {
    auto parsed = read(options);
    auto refused = std::get_if<rpc::status>(&parsed);
    BOOST_REQUIRE_MESSAGE(refused, options);
    BOOST_TEST((refused->code == code), options);
    if (!message.empty())
      BOOST_TEST(refused->message == message, options);
  }
}

BOOST_AUTO_TEST_CASE(the_largest_number_means_the_end) {
  auto of_stream = read("stream { stream_identifier { stream_name: 's' } revision: 18446744073709551615 } " + std::string{rest});
  BOOST_TEST(std::holds_alternative<from_end>(std::get<read_request>(of_stream).from));
  auto of_all = read("all { position { commit_position: 18446744073709551615 prepare_position: 18446744073709551615 } } " +
                     std::string{rest});
  BOOST_TEST(std::holds_alternative<from_end>(std::get<read_request>(of_all).from));
}

BOOST_AUTO_TEST_CASE(ids_are_structured_unless_text_is_asked_for) {
  BOOST_TEST((std::get<read_request>(read(of_s + std::string{rest})).ids == id_form::structured));
  auto text = read(of_s + std::string{"uuid_option { string {} } no_filter {} count: 5"});
  BOOST_TEST((std::get<read_request>(text).ids == id_form::text));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_comes_after_the_multiplied_window) {
  auto interval = [](const std::string& window) {
    auto parsed = read("all { start {} } uuid_option {} subscription {} filter { event_type { prefix: 'a' } " + window + " }");
    return std::get<read_request>(parsed).checkpoint_interval;
  };
  BOOST_TEST(interval("max: 10 checkpointIntervalMultiplier: 3") == 30u);
  BOOST_TEST(interval("count {} checkpointIntervalMultiplier: 2") == 64u);
}

BOOST_AUTO_TEST_SUITE_END()
