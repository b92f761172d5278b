// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>

#include "event_store/client/streams.pb.h"
#include "libkdb/policy/validate.hpp"
#include "libkdb/wire/streams.hpp"

using namespace kdb;
using namespace std::chrono_literals;
namespace v1 = event_store::client::streams;

namespace {

template <class Message>
Message parse(std::string_view bytes) {
  Message message;
  BOOST_REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

v1::ReadReq::Options encoded(const wire::read_request& request) {
  return parse<v1::ReadReq>(wire::encode(request)).options();
}

uuid id_of(const event_store::client::UUID& message) {
  uuid id;
  const auto most = static_cast<std::uint64_t>(message.structured().most_significant_bits());
  const auto least = static_cast<std::uint64_t>(message.structured().least_significant_bits());
  for (int i = 0; i < 8; ++i) {
    id.data[i] = static_cast<std::uint8_t>(most >> (56 - 8 * i));
    id.data[8 + i] = static_cast<std::uint8_t>(least >> (56 - 8 * i));
  }
  return id;
}

template <class Proposed>
void require_same(const Proposed& message, const new_event& event) {
  BOOST_REQUIRE(message.id().has_structured());
  BOOST_TEST((id_of(message.id()) == event.id));
  BOOST_REQUIRE_EQUAL(message.metadata_size(), 2);
  BOOST_TEST(message.metadata().at("type") == event.type);
  BOOST_TEST(message.metadata().at("content-type") == to_string(event.content_type));
  BOOST_TEST(message.custom_metadata() == event.metadata);
  BOOST_TEST((message.data() == event.data));
}

const uuid correlation = *parse_uuid("bf92d65e-8799-527d-8e33-bad59c949ced");

std::vector<v1::BatchAppendReq> batch_append(stream_state expected, const std::vector<new_event>& events,
                                             std::optional<std::chrono::milliseconds> deadline = std::nullopt) {
  std::vector<v1::BatchAppendReq> chunks;
  for (const auto& chunk : wire::encode_batch_append(correlation, "orders", expected, events, deadline))
    chunks.push_back(parse<v1::BatchAppendReq>(chunk));
  return chunks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stream_requests)

// -- Read ------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_finite_read_of_a_stream_asks_for_the_bounds_too) {
  const auto options = encoded(
    {.source = wire::stream_source{"orders", stream_revision{5}}, .direction = backwards, .limit = 10, .resolve_links = true});
  BOOST_TEST(options.stream().stream_identifier().stream_name() == "orders");
  BOOST_TEST(options.stream().revision() == 5u);
  BOOST_TEST(options.read_direction() == v1::ReadReq::Options::Backwards);
  BOOST_TEST(options.count() == 10u);
  BOOST_TEST(options.resolve_links());
  BOOST_TEST(options.has_no_filter());
  BOOST_TEST(options.uuid_option().has_structured());
  BOOST_TEST(options.control_option().compatibility() == 1u);
}

BOOST_AUTO_TEST_CASE(a_subscription_is_a_read_without_limit) {
  const auto options = encoded({.source = wire::stream_source{"orders", stream_start}});
  BOOST_TEST(options.has_subscription());
  BOOST_TEST(options.stream().has_start());
  BOOST_TEST(options.read_direction() == v1::ReadReq::Options::Forwards);
  BOOST_TEST(!options.resolve_links());
  BOOST_TEST(options.has_no_filter());
  BOOST_TEST(options.uuid_option().has_structured());
  BOOST_TEST(!options.has_control_option());
}

BOOST_AUTO_TEST_CASE(start_end_and_places_in_between_are_kept_apart) {
  BOOST_TEST(encoded({.source = wire::stream_source{"s", stream_end}}).stream().has_end());
  BOOST_TEST(encoded({.source = wire::stream_source{"s", stream_revision{0}}}).stream().has_revision());
  BOOST_TEST(encoded({.source = wire::all_source{all_start}}).all().has_start());
  BOOST_TEST(encoded({.source = wire::all_source{all_end}, .limit = 1}).all().has_end());
  const auto options = encoded({.source = wire::all_source{log_position{8, 7}}, .limit = no_limit});
  BOOST_TEST(options.all().position().commit_position() == 8u);
  BOOST_TEST(options.all().position().prepare_position() == 7u);
  BOOST_TEST(options.count() == no_limit);
  BOOST_TEST(options.control_option().compatibility() == 1u);
  BOOST_TEST(encoded({.source = wire::all_source{log_position{0, 0}}}).all().has_position());
}

// -- BatchAppend -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_append_of_one_event_is_one_final_chunk) {
  const auto event = new_event::json("order-placed", R"({"n":1})", "meta");
  const auto chunks = batch_append(stream_state::no_stream, {event}, 1500ms);
  BOOST_REQUIRE_EQUAL(chunks.size(), 1u);
  const auto& chunk = chunks.front();
  BOOST_TEST((id_of(chunk.correlation_id()) == correlation));
  BOOST_TEST(chunk.correlation_id().has_structured());
  BOOST_TEST(chunk.options().stream_identifier().stream_name() == "orders");
  BOOST_TEST(chunk.options().has_no_stream());
  BOOST_TEST(chunk.options().deadline().seconds() == 1);
  BOOST_TEST(chunk.options().deadline().nanos() == 500'000'000);
  BOOST_TEST(chunk.is_final());
  BOOST_REQUIRE_EQUAL(chunk.proposed_messages_size(), 1);
  require_same(chunk.proposed_messages(0), event);
}

BOOST_AUTO_TEST_CASE(an_empty_append_is_one_final_chunk_without_events) {
  const auto chunks = batch_append(stream_state::any, {});
  BOOST_REQUIRE_EQUAL(chunks.size(), 1u);
  BOOST_TEST(chunks.front().is_final());
  BOOST_TEST(chunks.front().has_options());
  BOOST_TEST(chunks.front().proposed_messages_size() == 0);
}

BOOST_AUTO_TEST_CASE(without_a_deadline_none_is_sent) {
  const auto chunks = batch_append(stream_state::any, {});
  BOOST_TEST((chunks.front().options().deadline_option_case() == v1::BatchAppendReq::Options::DEADLINE_OPTION_NOT_SET));
}

BOOST_AUTO_TEST_CASE(a_deadline_of_nothing_is_still_one) {
  BOOST_TEST(batch_append(stream_state::any, {}, 0ms).front().options().has_deadline());
  const auto past = batch_append(stream_state::any, {}, -1500ms);
  BOOST_TEST(past.front().options().deadline().seconds() == -1);
  BOOST_TEST(past.front().options().deadline().nanos() == -500'000'000);
}

BOOST_AUTO_TEST_CASE(every_expected_state_has_its_own_field) {
  using options = v1::BatchAppendReq::Options;
  auto sent = [](stream_state state) { return batch_append(state, {}).front().options(); };
  BOOST_TEST((sent(stream_state::any).expected_stream_position_case() == options::kAny));
  BOOST_TEST((sent(stream_state::no_stream).expected_stream_position_case() == options::kNoStream));
  BOOST_TEST((sent(stream_state::exists).expected_stream_position_case() == options::kStreamExists));
  BOOST_TEST((sent(stream_state::revision(0)).expected_stream_position_case() == options::kStreamPosition));
  BOOST_TEST(sent(stream_state::revision(0)).stream_position() == 0u);
  const auto last = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(sent(stream_state::revision(last)).stream_position() == last);
}

BOOST_AUTO_TEST_CASE(large_appends_travel_in_chunks_below_the_limit) {
  std::vector<new_event> events;
  for (std::size_t i = 0; i < 300; ++i)
    events.push_back(new_event::binary("t" + std::to_string(i), std::string(40'000 + i * 7, static_cast<char>(i))));
  const auto chunks = wire::encode_batch_append(correlation, "orders", stream_state::exists, events, 10s);
  BOOST_TEST(chunks.size() > 3u);
  std::size_t next = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    BOOST_TEST(chunks[i].size() <= wire::batch_append_chunk_bytes);
    const auto chunk = parse<v1::BatchAppendReq>(chunks[i]);
    BOOST_TEST((id_of(chunk.correlation_id()) == correlation));
    BOOST_TEST(chunk.has_options() == (i == 0));
    BOOST_TEST(chunk.is_final() == (i + 1 == chunks.size()));
    for (const auto& message : chunk.proposed_messages())
      require_same(message, events.at(next++));
  }
  BOOST_TEST(next == events.size());
}

BOOST_AUTO_TEST_CASE(an_event_above_the_chunk_limit_travels_alone) {
  const std::vector<new_event> events{new_event::binary("a", "1"), new_event::binary("b", std::string(5'000'000, 'b')),
                                      new_event::binary("c", "3")};
  const auto chunks = batch_append(stream_state::any, events);
  BOOST_REQUIRE_EQUAL(chunks.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_REQUIRE_EQUAL(chunks[i].proposed_messages_size(), 1);
    require_same(chunks[i].proposed_messages(0), events[i]);
  }
}

BOOST_AUTO_TEST_CASE(chunks_are_as_large_as_they_were_said_to_be) {
  // Around the sizes at which a length takes one more byte.
  for (const std::size_t size : {0u, 1u, 60u, 100u, 127u, 128u, 129u, 16'000u, 16'383u, 16'384u, 2'097'152u}) {
    const std::vector<new_event> events{
      new_event::binary(std::string(size % 200, 't'), std::string(size, 'd'), std::string(size / 2, 'm'))};
    const auto chunk = wire::encode_batch_append(correlation, "orders", stream_state::revision(size), events, 5s).front();
    const auto message = parse<v1::BatchAppendReq>(chunk);
    BOOST_TEST(chunk.size() == message.ByteSizeLong());
    BOOST_TEST(chunk.capacity() <= std::max<std::size_t>(chunk.size(), 15));
    BOOST_TEST(policy::proposed_message_bytes(events[0]) == message.proposed_messages(0).ByteSizeLong());
  }
}

// -- Append ------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_plain_append_is_its_options_and_then_a_message_an_event) {
  using options = v1::AppendReq::Options;
  const std::vector<new_event> events{new_event::json("a", "{}"), new_event::binary("b", std::string{"\x00\xff", 2}, "m")};
  const auto messages = wire::encode_append("orders", stream_state::revision(3), events);
  BOOST_REQUIRE_EQUAL(messages.size(), 3u);
  const auto first = parse<v1::AppendReq>(messages[0]);
  BOOST_TEST(first.options().stream_identifier().stream_name() == "orders");
  BOOST_TEST(first.options().revision() == 3u);
  for (std::size_t i = 0; i < 2; ++i)
    require_same(parse<v1::AppendReq>(messages[i + 1]).proposed_message(), events[i]);
  auto sent = [](stream_state state) {
    return parse<v1::AppendReq>(wire::encode_append("s", state, {}).front()).options().expected_stream_revision_case();
  };
  BOOST_TEST((sent(stream_state::any) == options::kAny));
  BOOST_TEST((sent(stream_state::no_stream) == options::kNoStream));
  BOOST_TEST((sent(stream_state::exists) == options::kStreamExists));
}

BOOST_AUTO_TEST_CASE(nil_and_extreme_ids_survive) {
  for (const auto* text : {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                           "80000000-0000-0000-0000-000000000001", "00000000-0000-0001-8000-000000000000"}) {
    auto event = new_event::json("t", "{}");
    event.id = *parse_uuid(text);
    const auto message = parse<v1::AppendReq>(wire::encode_append("s", stream_state::any, {&event, 1})[1]);
    BOOST_TEST(to_string(id_of(message.proposed_message().id())) == text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
