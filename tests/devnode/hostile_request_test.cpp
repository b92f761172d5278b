// SPDX-License-Identifier: Apache-2.0

// Requests that would end or hang a node that took them literally.
#include "tests/devnode/node_fixture.hpp"

#include "kurrentdb/protocol/v2/streams/streams.grpc.pb.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace kdb::development::testing;
namespace v2 = kurrentdb::protocol::v2::streams;
namespace data = boost::unit_test::data;

namespace {

struct node_with_events : node_fixture {
  node_with_events() { BOOST_TEST(append("s-" + std::string(40, 'a') + "!", 3).ok()); }

  ReadReq filtered(const std::string& expression, bool follow = false) {
    auto request = following({});
    auto& filter = *request.mutable_options()->mutable_filter();
    filter.mutable_stream_identifier()->set_regex(expression);
    filter.set_max(32);
    filter.set_checkpointintervalmultiplier(1);
    if (!follow)
      request.mutable_options()->set_count(10);
    return request;
  }

  grpc::Status read(const ReadReq& request, int* events = nullptr) {
    grpc::ClientContext context;
    limit(context);
    auto call = streams->Read(&context, request);
    ReadResp message;
    while (call->Read(&message))
      if (events && message.has_event())
        ++*events;
    return call->Finish();
  }

  void check_that_it_lives() { BOOST_TEST(append("after", 1).ok()); }
};

std::string repeated(int times, const std::string& text) {
  std::string all;
  while (times-- > 0)
    all += text;
  return all;
}

struct expression {
  std::string name;
  std::string text;

  friend std::ostream& operator<<(std::ostream& out, const expression& row) { return out << row.name; }
};

const std::vector<expression> expressions = {
  {"deep groups", repeated(20'000, "(") + "a" + repeated(20'000, ")")},
  {"deep look-aheads", repeated(20'000, "(?=") + "a" + repeated(20'000, ")")},
  {"deep stars", repeated(20'000, "(") + "a" + repeated(20'000, ")*")},
  {"a long row", std::string(90'000, 'a')},
  {"many alternatives", repeated(200'000, "a|") + "b"},
  {"counts of counts", "((a{3000}){3000}){3000}"},
  {"an endless search", "(a+)+$"},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_requests, node_with_events)

BOOST_DATA_TEST_CASE(no_filter_ends_the_node, data::make(expressions), row) {
  auto refused = read(filtered(row.text));
  BOOST_TEST((refused.error_code() == grpc::StatusCode::UNKNOWN), refused.error_message());
  BOOST_TEST(refused.error_message() == "Exception was thrown by handler.");
  BOOST_TEST((read(filtered(row.text, true)).error_code() == grpc::StatusCode::UNKNOWN));
  check_that_it_lives();
}

BOOST_AUTO_TEST_CASE(a_live_subscription_ends_with_a_name_on_which_its_filter_is_endless) {
  grpc::ClientContext context;
  limit(context);
  auto request = filtered("^t-(a+)+$", true);
  auto call = streams->Read(&context, request);
  ReadResp message;
  while (call->Read(&message) && !message.has_caught_up())
    ;
  append("t-" + std::string(40, 'a') + "!", 1);
  while (call->Read(&message))
    ;
  BOOST_TEST((call->Finish().error_code() == grpc::StatusCode::UNKNOWN));
  check_that_it_lives();
}

BOOST_AUTO_TEST_CASE(very_many_prefixes_are_searched_fast) {
  for (int i = 0; i < 20; ++i)
    append("many-" + std::to_string(i), 1'000); // One after the other they would take minutes.
  auto request = following({});
  auto& filter = *request.mutable_options()->mutable_filter();
  for (int i = 0; i < 400'000; ++i)
    filter.mutable_event_type()->add_prefix("no-such-type-" + std::to_string(i));
  filter.mutable_count();
  request.mutable_options()->set_count(10);
  int events = 0;
  grpc::ClientContext context;
  limit(context, std::chrono::seconds{30});
  auto call = streams->Read(&context, request);
  ReadResp message;
  BOOST_TEST(!call->Read(&message));
  auto status = call->Finish();
  BOOST_TEST(status.ok(), status.error_message());
  BOOST_TEST(events == 0);
  check_that_it_lives();
}

BOOST_AUTO_TEST_CASE(records_for_very_many_streams_are_taken_fast) {
  auto records = v2::StreamsService::NewStub(channel);
  v2::AppendRecordsRequest request;
  for (int i = 0; i < 60'000; ++i) {
    auto& record = *request.add_records();
    record.set_stream("target-" + std::to_string(i));
    record.mutable_schema()->set_name("t");
    record.mutable_schema()->set_format(v2::SCHEMA_FORMAT_BYTES);
    auto& check = *request.add_checks()->mutable_stream_state();
    check.set_stream("check-" + std::to_string(i));
    check.set_expected_state(-1);
  }
  grpc::ClientContext context;
  limit(context, std::chrono::seconds{5});
  v2::AppendRecordsResponse reply;
  auto status = records->AppendRecords(&context, request, &reply);
  BOOST_TEST(status.ok(), status.error_message());
  BOOST_TEST(reply.revisions_size() == 60'000);
  check_that_it_lives();
}

BOOST_AUTO_TEST_SUITE_END()
