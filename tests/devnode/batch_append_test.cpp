// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/node_fixture.hpp"

#include <thread>

using namespace kdb::development::testing;
using namespace std::chrono_literals;

namespace {

std::uint64_t id_of(const BatchAppendResp& reply) {
  return static_cast<std::uint64_t>(reply.correlation_id().structured().least_significant_bits());
}

struct batch_fixture : node_fixture {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<BatchAppendReq, BatchAppendResp>> call;

  batch_fixture() {
    limit(context);
    call = streams->BatchAppend(&context);
  }

  BatchAppendReq event_for(std::uint64_t id, const std::string& stream) {
    auto request = batch(id, stream);
    fill(*request.add_proposed_messages());
    return request;
  }

  BatchAppendResp next() {
    BatchAppendResp reply;
    BOOST_REQUIRE(call->Read(&reply));
    return reply;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(batch_append, batch_fixture)

BOOST_AUTO_TEST_CASE(all_appends_are_answered_once_and_then_the_call_ends) {
  constexpr std::uint64_t count = 3000;
  std::thread writer{[&] {
    for (std::uint64_t i = 0; i < count; ++i)
      call->Write(event_for(i, "s" + std::to_string(i % 7)), grpc::WriteOptions{}.set_buffer_hint());
    call->WritesDone();
  }};
  std::vector<int> answers(count);
  BatchAppendResp reply;
  while (call->Read(&reply)) {
    BOOST_REQUIRE(reply.has_success());
    ++answers[id_of(reply)];
  }
  writer.join();
  BOOST_TEST(call->Finish().ok());
  BOOST_TEST((answers == std::vector<int>(count, 1)));
}

BOOST_AUTO_TEST_CASE(a_call_without_appends_ends_when_its_client_has_no_more) {
  call->WritesDone();
  BOOST_TEST(call->Finish().ok());
}

BOOST_AUTO_TEST_CASE(chunks_of_many_appends_may_be_mixed) {
  for (std::uint64_t id : {1, 2}) {
    auto first = event_for(id, "s" + std::to_string(id));
    first.set_is_final(false);
    call->Write(first);
  }
  for (std::uint64_t id : {2, 1}) {
    auto last = event_for(id, "ignored");
    if (id == 1)
      last.clear_options();
    call->Write(last);
  }
  BOOST_TEST(id_of(next()) == 2u);
  auto reply = next();
  BOOST_TEST(reply.success().current_revision() == 1u);
  BOOST_TEST(reply.stream_identifier().stream_name() == "s1");
  BOOST_TEST(read_revisions("s2").size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_append_that_is_not_finished_in_time_is_forgotten) {
  auto first = event_for(1, "s");
  first.set_is_final(false);
  first.mutable_options()->mutable_deadline()->set_nanos(100'000'000);
  call->Write(first);
  auto reply = next();
  BOOST_TEST(reply.error().message() == "Timeout");
  BOOST_TEST(reply.error().code() == static_cast<int>(grpc::StatusCode::DEADLINE_EXCEEDED));
  BOOST_TEST(id_of(reply) == 1u);

  auto late = event_for(1, "s");
  late.clear_options();
  call->Write(late); // dropped in silence
  call->Write(event_for(2, "s"));
  reply = next();
  BOOST_TEST(id_of(reply) == 2u);
  BOOST_TEST(reply.success().current_revision() == 0u);
}

BOOST_AUTO_TEST_CASE(half_closing_waits_for_appends_that_can_only_time_out) {
  auto first = event_for(1, "s");
  first.set_is_final(false);
  first.mutable_options()->mutable_deadline()->set_nanos(50'000'000);
  call->Write(first);
  call->WritesDone();
  BOOST_TEST(next().error().message() == "Timeout");
  BOOST_TEST(call->Finish().ok());
}

BOOST_AUTO_TEST_CASE(a_bad_event_is_answered_once_and_leaves_nothing_behind) {
  auto first = event_for(1, "s");
  first.set_is_final(false);
  first.mutable_options()->mutable_deadline()->set_nanos(100'000'000);
  call->Write(first);
  auto bad = event_for(1, "s");
  bad.clear_options();
  bad.mutable_proposed_messages(0)->mutable_metadata()->erase("type");
  call->Write(bad);
  BOOST_TEST(next().error().message() == "BadRequest");
  call->Write(event_for(1, "t")); // the id is free again
  BOOST_TEST(next().has_success());
  call->WritesDone();
  BOOST_TEST(call->Finish().ok());
  BOOST_TEST(read_revisions("s").empty());
}

BOOST_AUTO_TEST_CASE(refusals_say_why) {
  auto reason = [&](const BatchAppendReq& request) {
    call->Write(request);
    auto reply = next();
    BOOST_REQUIRE(reply.error().details_size() == 1);
    event_store::client::BadRequest details;
    BOOST_REQUIRE(reply.error().details(0).UnpackTo(&details));
    return details.message();
  };
  auto request = event_for(1, "s");
  request.clear_correlation_id();
  BOOST_TEST(reason(request) == "Value cannot be null. (Parameter 'dto')");
  request = event_for(2, "s");
  request.mutable_options()->clear_stream_identifier();
  BOOST_TEST(reason(request) == "Object reference not set to an instance of an object.");
  request = event_for(3, "s");
  request.mutable_options()->clear_any();
  BOOST_TEST(reason(request).starts_with("Status(StatusCode=\"InvalidArgument\", Detail=\"'None' is not a valid "));
  request = event_for(4, "s");
  request.mutable_proposed_messages(0)->clear_id();
  BOOST_TEST(!reason(request).empty());
}

BOOST_AUTO_TEST_CASE(an_append_without_events_is_an_append) {
  call->Write(batch(1, "s"));
  auto reply = next();
  BOOST_TEST(reply.success().has_no_stream());
  BOOST_TEST(reply.success().has_position());
}

BOOST_AUTO_TEST_SUITE_END()
