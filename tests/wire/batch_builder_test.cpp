// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <ostream>
#include <thread>

#include "event_store/client/streams.pb.h"
#include "libkdb/wire/batch_builder.hpp"

using namespace kdb;
namespace v1 = event_store::client::streams;

namespace {

using recorded = v1::ReadResp::ReadEvent::RecordedEvent;

void fill(recorded& event, std::string_view stream, std::uint64_t revision) {
  event.mutable_id()->set_string("bf92d65e-8799-527d-8e33-bad59c949ced");
  event.mutable_stream_identifier()->set_stream_name(std::string{stream});
  event.set_stream_revision(revision);
  event.set_commit_position(1000 + revision);
  event.set_prepare_position(1000 + revision);
  (*event.mutable_metadata())["type"] = "order-placed";
  (*event.mutable_metadata())["content-type"] = "application/json";
  (*event.mutable_metadata())["created"] = "17325432101234567";
  event.set_custom_metadata("m");
  event.set_data("{\"n\":1}");
}

v1::ReadResp event_message(std::string_view stream = "orders", std::uint64_t revision = 7) {
  v1::ReadResp message;
  fill(*message.mutable_event()->mutable_event(), stream, revision);
  message.mutable_event()->set_commit_position(1000 + revision);
  return message;
}

result<wire::read_message> add(wire::batch_builder& builder, std::string_view message) {
  const auto memory = builder.reserve(message.size());
  if (!message.empty())
    std::memcpy(memory.data(), message.data(), message.size());
  return builder.add(memory);
}

result<wire::read_message> add(wire::batch_builder& builder, const v1::ReadResp& message) {
  return add(builder, message.SerializeAsString());
}

/// The one item that a message becomes.
template <class Item>
Item single(const v1::ReadResp& message) {
  wire::batch_builder builder;
  const auto added = add(builder, message);
  BOOST_REQUIRE(added.has_value());
  BOOST_REQUIRE(std::holds_alternative<wire::item_added>(*added));
  const auto batch = builder.take();
  BOOST_REQUIRE_EQUAL(batch.size(), 1u);
  const auto* item = std::get_if<Item>(batch.begin());
  BOOST_REQUIRE(item != nullptr);
  return *item;
}

errc refusal(std::string_view message) {
  wire::batch_builder builder;
  const auto added = add(builder, message);
  BOOST_REQUIRE(!added.has_value());
  BOOST_TEST(builder.empty());
  BOOST_TEST(builder.bytes() == 0u);
  return added.error().code;
}

errc refusal(const v1::ReadResp& message) {
  return refusal(message.SerializeAsString());
}

} // namespace

BOOST_AUTO_TEST_SUITE(batch_builder)

BOOST_AUTO_TEST_CASE(an_event_arrives_with_all_its_members) {
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, event_message()).has_value());
  const auto batch = builder.take();
  const auto& event = *batch.events().begin();
  BOOST_TEST(event.has_event());
  BOOST_TEST(event.link() == nullptr);
  BOOST_TEST(event.stream() == "orders");
  BOOST_TEST(event.type() == "order-placed");
  BOOST_TEST(event.data() == "{\"n\":1}");
  BOOST_TEST(event.metadata() == "m");
  BOOST_TEST((event.content_type() == content_type::json));
  BOOST_TEST(event.revision().value == 7u);
  BOOST_TEST((event.position() == log_position{1007, 1007}));
  BOOST_TEST(to_string(event.id()) == "bf92d65e-8799-527d-8e33-bad59c949ced");
  BOOST_TEST(event.event().created().time_since_epoch().count() == 17325432101234567);
}

BOOST_AUTO_TEST_CASE(both_forms_of_an_id_give_the_same_id) {
  auto message = event_message();
  auto& id = *message.mutable_event()->mutable_event()->mutable_id()->mutable_structured();
  id.set_most_significant_bits(static_cast<std::int64_t>(0xbf92d65e8799527du));
  id.set_least_significant_bits(static_cast<std::int64_t>(0x8e33bad59c949cedu));
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  BOOST_TEST(to_string(batch.events().begin()->id()) == "bf92d65e-8799-527d-8e33-bad59c949ced");
}

BOOST_AUTO_TEST_CASE(a_resolved_link_has_both_and_a_broken_one_has_the_link_alone) {
  auto message = event_message();
  fill(*message.mutable_event()->mutable_link(), "$ce-orders", 3);
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, message).has_value());
  message.mutable_event()->clear_event();
  BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  auto event = batch.events().begin();
  BOOST_TEST(event->is_resolved());
  BOOST_TEST(event->stream() == "orders");
  BOOST_TEST(event->original().stream() == "$ce-orders");
  ++event;
  BOOST_TEST(event->is_broken_link());
  BOOST_TEST(event->original().revision().value == 3u);
}

BOOST_AUTO_TEST_CASE(absent_members_have_their_defaults) {
  v1::ReadResp message;
  message.mutable_event()->mutable_event()->mutable_id()->mutable_structured();
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  const auto& event = batch.events().begin()->event();
  BOOST_TEST(event.stream() == "");
  BOOST_TEST(event.type() == "");
  BOOST_TEST(event.data() == "");
  BOOST_TEST((event.content_type() == content_type::binary));
  BOOST_TEST(event.created().time_since_epoch().count() == 0);
  BOOST_TEST((event.id() == uuid{}));
}

BOOST_DATA_TEST_CASE(a_created_time_that_is_no_number_counts_as_absent,
                     (std::vector<std::string>{"", "soon", "12x", " 12", "99999999999999999999"}), text) {
  auto message = event_message();
  (*message.mutable_event()->mutable_event()->mutable_metadata())["created"] = text;
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  BOOST_TEST(batch.events().begin()->event().created().time_since_epoch().count() == 0);
}

BOOST_DATA_TEST_CASE(only_the_exact_content_type_is_json,
                     (std::vector<std::string>{"", "application/octet-stream", "application/json; charset=utf-8",
                                               "Application/Json"}),
                     text) {
  auto message = event_message();
  (*message.mutable_event()->mutable_event()->mutable_metadata())["content-type"] = text;
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  BOOST_TEST((batch.events().begin()->content_type() == content_type::binary));
}

BOOST_AUTO_TEST_CASE(names_and_payloads_are_bytes) {
  auto message = event_message(std::string_view{"\xff\x00name", 6});
  message.mutable_event()->mutable_event()->set_data(std::string{"\x00\xff", 2});
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  BOOST_TEST(batch.events().begin()->stream() == (std::string_view{"\xff\x00name", 6}));
  BOOST_TEST(batch.events().begin()->data() == (std::string_view{"\x00\xff", 2}));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_has_a_position_and_a_time_if_told) {
  v1::ReadResp message;
  message.mutable_checkpoint()->set_commit_position(5);
  message.mutable_checkpoint()->set_prepare_position(4);
  BOOST_TEST(!single<checkpoint>(message).time.has_value());
  message.mutable_checkpoint()->mutable_timestamp()->set_seconds(100);
  message.mutable_checkpoint()->mutable_timestamp()->set_nanos(7);
  const auto point = single<checkpoint>(message);
  BOOST_TEST((point.position == log_position{5, 4}));
  BOOST_REQUIRE(point.time.has_value());
  BOOST_TEST((point.time->time_since_epoch() == std::chrono::nanoseconds{100'000'000'007}));
}

BOOST_AUTO_TEST_CASE(caught_up_and_fell_behind_may_say_nothing_more) {
  v1::ReadResp message;
  message.mutable_caught_up();
  const auto caught = single<caught_up>(message);
  BOOST_TEST((!caught.time && !caught.revision && !caught.position));
  message.mutable_fell_behind();
  const auto fell = single<fell_behind>(message);
  BOOST_TEST((!fell.time && !fell.revision && !fell.position));
}

BOOST_AUTO_TEST_CASE(only_what_says_so_changes_whether_a_subscription_is_live) {
  wire::batch_builder builder;
  const auto live = [&](const v1::ReadResp& message) { return std::get<wire::item_added>(*add(builder, message)).live; };
  v1::ReadResp caught, fell, point;
  caught.mutable_caught_up();
  fell.mutable_fell_behind();
  point.mutable_checkpoint();
  BOOST_TEST((live(caught) == std::optional{true}));
  BOOST_TEST((live(fell) == std::optional{false}));
  BOOST_TEST((live(point) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(caught_up_tells_where_if_the_server_does) {
  v1::ReadResp message;
  message.mutable_caught_up()->set_stream_revision(0);
  BOOST_TEST((single<caught_up>(message).revision == stream_revision{0}));
  message.mutable_caught_up()->set_stream_revision(-1);
  BOOST_TEST(!single<caught_up>(message).revision.has_value());
  message.mutable_fell_behind()->mutable_position()->set_commit_position(9);
  BOOST_TEST((single<fell_behind>(message).position == log_position{9, 0}));
}

BOOST_AUTO_TEST_CASE(a_time_no_clock_can_hold_counts_as_absent) {
  v1::ReadResp message;
  message.mutable_caught_up()->mutable_timestamp()->set_seconds(std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(!single<caught_up>(message).time.has_value());
  message.mutable_caught_up()->mutable_timestamp()->set_seconds(std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(!single<caught_up>(message).time.has_value());
  message.mutable_caught_up()->mutable_timestamp()->set_seconds(1);
  message.mutable_caught_up()->mutable_timestamp()->set_nanos(-1);
  BOOST_TEST(!single<caught_up>(message).time.has_value());
}

BOOST_AUTO_TEST_CASE(items_of_all_kinds_keep_the_order_of_the_server) {
  v1::ReadResp point, caught;
  point.mutable_checkpoint()->set_commit_position(1001);
  caught.mutable_caught_up();
  wire::batch_builder builder;
  for (const auto& message : {event_message("orders", 1), point, caught, event_message("orders", 2)})
    BOOST_REQUIRE(add(builder, message).has_value());
  const auto batch = builder.take();
  BOOST_REQUIRE_EQUAL(batch.size(), 4u);
  BOOST_TEST(std::holds_alternative<resolved_event>(batch.begin()[0]));
  BOOST_TEST(std::holds_alternative<checkpoint>(batch.begin()[1]));
  BOOST_TEST(std::holds_alternative<caught_up>(batch.begin()[2]));
  BOOST_TEST(std::get<resolved_event>(batch.begin()[3]).revision().value == 2u);
}

BOOST_AUTO_TEST_CASE(the_bounds_of_a_stream_are_items) {
  v1::ReadResp message;
  message.set_first_stream_position(0);
  BOOST_TEST((single<stream_bounds>(message).first == stream_revision{0}));
  message.set_last_stream_position(12);
  const auto bounds = single<stream_bounds>(message);
  BOOST_TEST((bounds.last == stream_revision{12}));
  BOOST_TEST(!bounds.first.has_value());
  message.mutable_last_all_stream_position()->set_commit_position(8);
  message.mutable_last_all_stream_position()->set_prepare_position(7);
  BOOST_TEST((single<stream_bounds>(message) == stream_bounds{.last_in_all = log_position{8, 7}}));
}

BOOST_AUTO_TEST_CASE(a_batch_gathers_its_bounds_and_the_later_word_counts) {
  wire::batch_builder builder;
  BOOST_TEST((builder.take().bounds() == stream_bounds{}));
  v1::ReadResp message;
  message.set_first_stream_position(100);
  BOOST_REQUIRE(add(builder, message).has_value());
  message.set_first_stream_position(50);
  BOOST_REQUIRE(add(builder, message).has_value());
  BOOST_REQUIRE(add(builder, event_message()).has_value());
  message.set_last_stream_position(49);
  BOOST_REQUIRE(add(builder, message).has_value());
  BOOST_TEST((builder.take().bounds() == stream_bounds{.first = stream_revision{50}, .last = stream_revision{49}}));
}

BOOST_AUTO_TEST_CASE(a_confirmation_and_a_missing_stream_are_told_and_kept_out_of_the_batch) {
  wire::batch_builder builder;
  v1::ReadResp message;
  message.mutable_confirmation()->set_subscription_id("s-1");
  auto told = add(builder, message);
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST(std::get<wire::subscription_confirmed>(*told).id == "s-1");
  message.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name("gone");
  told = add(builder, message);
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST(std::get<wire::stream_missing>(*told).stream == "gone");
  BOOST_TEST(builder.empty());
  BOOST_TEST(builder.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_message_of_an_unknown_kind_is_skipped) {
  wire::batch_builder builder;
  // Nothing; field 2047 with four bytes.
  for (const auto& message : {std::string{}, std::string{"\xfa\x7f\x04"
                                                         "abcd",
                                                         7}}) {
    const auto told = add(builder, message);
    BOOST_REQUIRE(told.has_value());
    BOOST_TEST(std::holds_alternative<wire::unknown_message>(*told));
  }
  BOOST_TEST(builder.empty());
}

BOOST_AUTO_TEST_CASE(the_last_content_of_a_message_wins_and_the_same_one_merges) {
  v1::ReadResp caught, bound, more;
  caught.mutable_caught_up()->set_stream_revision(3);
  bound.set_last_stream_position(1);
  more.mutable_caught_up()->mutable_position()->set_commit_position(8);
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, caught.SerializeAsString() + more.SerializeAsString()).has_value());
  BOOST_REQUIRE(add(builder, caught.SerializeAsString() + bound.SerializeAsString() + more.SerializeAsString()).has_value());
  BOOST_REQUIRE(add(builder, caught.SerializeAsString() + bound.SerializeAsString()).has_value());
  const auto batch = builder.take();
  BOOST_TEST((std::get<caught_up>(batch.begin()[0]).revision == stream_revision{3}));
  BOOST_TEST((std::get<caught_up>(batch.begin()[0]).position == log_position{8, 0}));
  BOOST_TEST(!std::get<caught_up>(batch.begin()[1]).revision.has_value());
  BOOST_TEST((std::get<stream_bounds>(batch.begin()[2]).last == stream_revision{1}));
}

BOOST_AUTO_TEST_CASE(events_without_a_usable_id_are_refused) {
  auto message = event_message();
  auto& event = *message.mutable_event()->mutable_event();
  event.clear_id();
  BOOST_TEST((refusal(message) == errc::protocol_error));
  event.mutable_id();
  BOOST_TEST((refusal(message) == errc::protocol_error));
  event.mutable_id()->set_string("");
  BOOST_TEST((refusal(message) == errc::protocol_error));
  event.mutable_id()->set_string("bf92d65e-8799-527d-8e33-bad59c949ceg");
  BOOST_TEST((refusal(message) == errc::protocol_error));
}

BOOST_AUTO_TEST_CASE(an_event_message_without_event_and_link_is_refused) {
  v1::ReadResp message;
  message.mutable_event()->set_commit_position(1);
  BOOST_TEST((refusal(message) == errc::protocol_error));
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_message_is_refused_or_another_whole_message) {
  const auto whole = event_message().SerializeAsString();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    wire::batch_builder builder;
    BOOST_TEST(!add(builder, std::string_view{whole}.substr(0, size)).has_value());
  }
}

namespace {

struct broken {
  const char* what;
  std::string bytes;
  friend std::ostream& operator<<(std::ostream& out, const broken& row) { return out << row.what; }
};

std::string nest(std::string_view inside) {
  return std::string{'\x0a', static_cast<char>(inside.size())}.append(inside);
}

const std::vector<broken> broken_messages{
  {"group", "\x0b\x0c"},
  {"group inside an event", nest("\x2b\x2c")},
  {"wire type 6", "\x0e"},
  {"wire type 7", "\x0f"},
  {"field number 0", std::string{"\x00\x01", 2}},
  {"field number 0, fixed", std::string{"\x05\x01\x01\x01\x01", 5}},
  {"event as a number", "\x08\x01"},
  {"event as 64 bits", "\x09"
                       "12345678"},
  {"bound as bytes", "\x2a\x01"
                     "a"},
  {"recorded event as a number", nest("\x08\x01")},
  {"length beyond the end", "\x0a\x05"
                            "abc"},
  {"length without end", "\x0a\xff\xff\xff"},
  {"length of six bytes", std::string{"\x0a\x80\x80\x80\x80\x80\x00", 7}},
  {"length of 2^64-1", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  {"number of eleven bytes", "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  {"number beyond 64 bits", "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"},
  {"number without end", "\x28\xff"},
  {"tag of six bytes", std::string{"\x8a\x80\x80\x80\x80\x00\x00", 7}},
  {"tag beyond 32 bits", std::string{"\x8a\x80\x80\x80\x10\x00", 6}},
  {"fixed 32 cut", "\x7d\x01\x02"},
  {"fixed 64 cut", "\x79\x01\x02"},
  {"subscription id that is not UTF-8", "\x12\x03\x0a\x01\xff"},
};

} // namespace

BOOST_DATA_TEST_CASE(broken_messages_are_refused, broken_messages, row) {
  BOOST_TEST((refusal(row.bytes) == errc::protocol_error));
}

BOOST_AUTO_TEST_CASE(a_refused_message_leaves_the_batch_as_it_was) {
  wire::batch_builder builder;
  BOOST_REQUIRE(add(builder, event_message("orders", 1)).has_value());
  const auto bytes = builder.bytes();
  auto message = event_message("orders", 2);
  message.mutable_event()->mutable_event()->clear_id();
  BOOST_TEST(!add(builder, message).has_value());
  BOOST_TEST(!add(builder, std::string(100'000, '\xff')).has_value());
  BOOST_TEST(builder.size() == 1u);
  BOOST_TEST(builder.bytes() == bytes);
  BOOST_REQUIRE(add(builder, event_message("orders", 3)).has_value());
  const auto batch = builder.take();
  auto event = batch.events().begin();
  BOOST_TEST(event->revision().value == 1u);
  BOOST_TEST((++event)->revision().value == 3u);
}

BOOST_AUTO_TEST_CASE(batches_of_many_and_of_large_events_keep_every_byte) {
  wire::batch_builder builder;
  std::vector<event_batch> batches;
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 500; ++i) {
      auto message = event_message("s" + std::to_string(i), i);
      const std::size_t size = i % 50 == 0 ? 100'000 + i : i;
      message.mutable_event()->mutable_event()->set_data(std::string(size, static_cast<char>('a' + i % 26)));
      BOOST_REQUIRE(add(builder, message).has_value());
    }
    batches.push_back(builder.take());
  }
  BOOST_TEST(builder.empty());
  for (const auto& batch : batches) {
    BOOST_REQUIRE_EQUAL(batch.size(), 500u);
    std::uint64_t i = 0;
    for (const auto& event : batch.events()) {
      const std::size_t size = i % 50 == 0 ? 100'000 + i : i;
      BOOST_REQUIRE(event.stream() == "s" + std::to_string(i));
      BOOST_REQUIRE(event.data() == std::string(size, static_cast<char>('a' + i % 26)));
      ++i;
    }
  }
}

BOOST_AUTO_TEST_CASE(an_idle_builder_holds_nothing_and_a_live_event_little) {
  wire::batch_builder builder;
  BOOST_TEST(builder.take().byte_size() == 0u);
  BOOST_REQUIRE(add(builder, event_message()).has_value());
  BOOST_TEST(builder.take().byte_size() < 8192u);
  for (int i = 0; i < 200; ++i)
    BOOST_REQUIRE(add(builder, event_message()).has_value());
  BOOST_TEST(builder.take().byte_size() < 200u * 1024);
}

BOOST_AUTO_TEST_CASE(a_batch_outlives_its_builder_and_dies_on_any_thread) {
  event_batch kept;
  for (int round = 0; round < 50; ++round) {
    wire::batch_builder builder;
    for (int i = 0; i < 300; ++i)
      BOOST_REQUIRE(add(builder, event_message("orders", static_cast<std::uint64_t>(i))).has_value());
    auto batch = builder.take();
    kept = batch;
    std::thread{[other = std::move(batch)]() mutable { other = {}; }}.join();
  }
  std::uint64_t expected = 0;
  for (const auto& event : kept.events())
    BOOST_REQUIRE_EQUAL(event.revision().value, expected++);
  BOOST_TEST(expected == 300u);
}

BOOST_AUTO_TEST_SUITE_END()
