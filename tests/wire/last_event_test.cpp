// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

#include "event_store/client/streams.pb.h"
#include "libkdb/wire/operation.hpp"

using namespace kdb;
using wire::message_list;

namespace {

namespace streams = event_store::client::streams;

/// What a server answers to a read of one event.
message_list last_event(std::uint64_t revision, std::uint64_t position, const std::string& data = "{}",
                        const std::string& content_type = "application/json") {
  streams::ReadResp reply;
  auto& event = *reply.mutable_event()->mutable_event();
  event.mutable_id()->set_string(to_string(random_uuid()));
  event.mutable_stream_identifier()->set_stream_name("s");
  event.set_stream_revision(revision);
  event.set_commit_position(position);
  event.set_prepare_position(position);
  event.set_data(data);
  (*event.mutable_metadata())["type"] = "t";
  (*event.mutable_metadata())["content-type"] = content_type;
  return {reply.SerializeAsString()};
}

message_list missing() {
  streams::ReadResp reply;
  reply.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name("s");
  return {reply.SerializeAsString()};
}

template <class Request>
result<answer_of<Request>> answer(result<message_list> outcome) {
  return wire::decode_outcome<Request>({}, std::move(outcome));
}

const error no_stream{.code = errc::stream_not_found};

template <class Request>
streams::ReadReq::Options sent(Request request) {
  const auto plan = wire::prepare(std::move(request)).value();
  BOOST_TEST(plan.method == "/event_store.client.streams.Streams/Read");
  BOOST_TEST(plan.many_answers);
  BOOST_REQUIRE(plan.requests.size() == 1u);
  streams::ReadReq message;
  BOOST_REQUIRE(message.ParseFromString(plan.requests.front()));
  BOOST_TEST(message.options().read_direction() == streams::ReadReq::Options::Backwards);
  BOOST_TEST(message.options().count() == 1u);
  return message.options();
}

} // namespace

BOOST_AUTO_TEST_SUITE(last_event_)

BOOST_AUTO_TEST_CASE(the_commit_position_is_that_of_the_last_event_that_is_not_the_servers_own) {
  const auto options = sent(get_commit_position{});
  BOOST_TEST(options.has_all());
  BOOST_TEST(options.filter().event_type().regex() == event_filter::exclude_system_events().regex());
  BOOST_TEST(sent(get_commit_position{{.filter = std::nullopt}}).has_no_filter());
  BOOST_TEST((answer<get_commit_position>(last_event(7, 70)).value() == log_position{70, 70}));
  BOOST_TEST((answer<get_commit_position>(message_list{}).value() == log_position{}));
}

BOOST_AUTO_TEST_CASE(the_current_version_of_a_stream_that_is_not_there_is_nothing) {
  BOOST_TEST(sent(get_current_version{"s"}).stream().stream_identifier().stream_name() == "s");
  BOOST_TEST((answer<get_current_version>(last_event(7, 70)).value() == stream_revision{7}));
  BOOST_TEST(!answer<get_current_version>(missing()).value());
  BOOST_TEST(!answer<get_current_version>(unexpected{no_stream}).value());
  BOOST_TEST((answer<get_current_version>(unexpected{errc::access_denied, "no"}).error().code == errc::access_denied));
}

BOOST_AUTO_TEST_CASE(metadata_that_are_no_json_are_none) {
  BOOST_TEST(sent(get_stream_metadata{"s"}).stream().stream_identifier().stream_name() == "$$s");
  const auto found = answer<get_stream_metadata>(last_event(3, 30, R"({"$maxCount":5})")).value();
  BOOST_TEST((found.revision == stream_revision{3}));
  BOOST_TEST((found.metadata.max_count == 5u));
  const auto binary = answer<get_stream_metadata>(last_event(3, 30, R"({"$maxCount":5})", "application/octet-stream")).value();
  BOOST_TEST((binary.revision == stream_revision{3}));
  BOOST_TEST(!binary.metadata.max_count);
  BOOST_TEST(!answer<get_stream_metadata>(unexpected{no_stream}).value().revision);
  BOOST_TEST((answer<get_stream_metadata>(last_event(3, 30, "{")).error().code == errc::protocol_error ||
              answer<get_stream_metadata>(last_event(3, 30, "{")).error().code == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(system_settings_are_read_from_their_stream) {
  BOOST_TEST(sent(get_system_settings{}).stream().stream_identifier().stream_name() == "$settings");
  BOOST_TEST(!answer<get_system_settings>(unexpected{no_stream}).value().revision);
  BOOST_TEST((answer<get_system_settings>(last_event(2, 20, "{}")).value().revision == stream_revision{2}));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_broken_is_a_protocol_error) {
  BOOST_TEST((answer<get_commit_position>(message_list{"\xff"}).error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
