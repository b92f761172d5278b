// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "event_store/client/persistent.pb.h"
#include "libkdb/wire/consume.hpp"
#include "libkdb/wire/groups.hpp"

using namespace kdb;
using namespace std::chrono_literals;
namespace v1 = event_store::client::persistent_subscriptions;

namespace {

template <class Message>
Message parse(std::string_view bytes) {
  Message message;
  BOOST_REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

group_settings unusual() {
  return {.resolve_links = true,
          .extra_statistics = true,
          .message_timeout = 1ms,
          .max_retries = 2,
          .checkpoint_after = 3ms,
          .min_checkpoint = 4,
          .max_checkpoint = 5,
          .max_subscribers = 6,
          .live_buffer = 7,
          .read_batch = 8,
          .history_buffer = 9,
          .strategy = "Pinned"};
}

template <class Settings>
void require_unusual(const Settings& sent) {
  BOOST_TEST(sent.resolve_links());
  BOOST_TEST(sent.extra_statistics());
  BOOST_TEST(sent.message_timeout_ms() == 1);
  BOOST_TEST(sent.max_retry_count() == 2);
  BOOST_TEST(sent.checkpoint_after_ms() == 3);
  BOOST_TEST(sent.min_checkpoint_count() == 4);
  BOOST_TEST(sent.max_checkpoint_count() == 5);
  BOOST_TEST(sent.max_subscriber_count() == 6);
  BOOST_TEST(sent.live_buffer_size() == 7);
  BOOST_TEST(sent.read_batch_size() == 8);
  BOOST_TEST(sent.history_buffer_size() == 9);
}

uuid id(std::uint8_t number) {
  uuid made{};
  made.data[0] = number;
  made.data[15] = number;
  return made;
}

v1::ReadResp::ReadEvent::RecordedEvent recorded(std::uint8_t number, const std::string& type) {
  v1::ReadResp::ReadEvent::RecordedEvent event;
  event.mutable_id()->mutable_structured()->set_most_significant_bits(std::int64_t{number} << 56);
  event.mutable_id()->mutable_structured()->set_least_significant_bits(number);
  event.mutable_stream_identifier()->set_stream_name("s");
  event.set_stream_revision(number);
  (*event.mutable_metadata())["type"] = type;
  return event;
}

result<wire::read_message> add(wire::consumed_builder& builder, const std::string& bytes) {
  const auto room = builder.reserve(bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  return builder.add(room);
}

struct start_row {
  const char* text;
  std::optional<group_start> from;
};

std::ostream& operator<<(std::ostream& out, const start_row& row) {
  return out << '"' << row.text << '"';
}

const start_row starts[] = {
  {"0", stream_start},    {"-1", stream_end},      {"12", stream_position{stream_revision{12}}},
  {"C:0/P:0", all_start}, {"C:-1/P:-1", all_end},  {"C:12/P:10", all_position{log_position{12, 10}}},
  {"", std::nullopt},     {"-2", std::nullopt},    {"12x", std::nullopt},
  {"C:12", std::nullopt}, {"C:/P:", std::nullopt}, {"C:1/P:-1", std::nullopt},
};

} // namespace

BOOST_AUTO_TEST_SUITE(group_requests)

BOOST_AUTO_TEST_CASE(every_setting_travels) {
  const auto created = parse<v1::CreateReq>(wire::encode_create("s", "g", {.settings = unusual()})).options();
  require_unusual(created.settings());
  BOOST_TEST(created.settings().consumer_strategy() == "Pinned");
  BOOST_TEST(created.group_name() == "g");
  BOOST_TEST(created.stream().stream_identifier().stream_name() == "s");
  BOOST_TEST(created.stream().has_start());
  const auto updated = parse<v1::UpdateReq>(wire::encode_update("s", "g", {.settings = unusual()})).options();
  require_unusual(updated.settings());
  BOOST_TEST(updated.settings().named_consumer_strategy() == v1::UpdateReq::Pinned);
}

BOOST_AUTO_TEST_CASE(starts_travel) {
  BOOST_TEST(parse<v1::CreateReq>(wire::encode_create("s", "g", {.from = stream_end})).options().stream().has_end());
  BOOST_TEST(parse<v1::CreateReq>(wire::encode_create("s", "g", {.from = stream_revision{5}})).options().stream().revision() ==
             5u);
  BOOST_TEST(parse<v1::CreateReq>(wire::encode_create("g", {.from = all_end})).options().all().has_end());
  const auto at = parse<v1::UpdateReq>(wire::encode_update("g", {.from = log_position{5, 4}})).options().all().position();
  BOOST_TEST((at.commit_position() == 5u && at.prepare_position() == 4u));
}

BOOST_AUTO_TEST_CASE(a_filter_travels_only_with_the_creation) {
  const auto filter = event_filter::stream_prefixes({"a-", "b-"});
  const auto all = parse<v1::CreateReq>(wire::encode_create("g", {.filter = filter})).options().all();
  BOOST_REQUIRE_EQUAL(all.filter().stream_identifier().prefix_size(), 2);
  BOOST_TEST(all.filter().stream_identifier().prefix(1) == "b-");
  BOOST_TEST(parse<v1::CreateReq>(wire::encode_create("g", create_group_on_all_options{})).options().all().has_no_filter());
}

BOOST_AUTO_TEST_CASE(an_update_says_its_strategy_by_number) {
  for (const auto& [name, number] : {std::pair{"RoundRobin", v1::UpdateReq::RoundRobin},
                                     {"Pinned", v1::UpdateReq::Pinned},
                                     {"DispatchToSingle", v1::UpdateReq::DispatchToSingle}}) {
    update_group_options how;
    how.settings.strategy = name;
    BOOST_TEST(parse<v1::UpdateReq>(wire::encode_update("s", "g", how)).options().settings().named_consumer_strategy() == number);
  }
}

BOOST_AUTO_TEST_CASE(groups_are_named_in_every_request) {
  BOOST_TEST(parse<v1::DeleteReq>(wire::encode_delete_group({"$all", "g"})).options().has_all());
  BOOST_TEST(parse<v1::DeleteReq>(wire::encode_delete_group({"s", "g"})).options().stream_identifier().stream_name() == "s");
  BOOST_TEST(parse<v1::GetInfoReq>(wire::encode_get_info({"s", "g"})).options().group_name() == "g");
  const auto replay = parse<v1::ReplayParkedReq>(wire::encode_replay_parked({"s", "g"}, 0)).options();
  BOOST_TEST((replay.stop_at_option_case() == v1::ReplayParkedReq::Options::kStopAt && replay.stop_at() == 0));
  BOOST_TEST(parse<v1::TruncateParkedReq>(wire::encode_truncate_parked({"$all", "g"}, {})).options().has_no_limit());
  BOOST_TEST(parse<v1::ListReq>(wire::encode_list({})).options().has_list_all_subscriptions());
  BOOST_TEST(parse<v1::ListReq>(wire::encode_list("$all")).options().list_for_stream().has_all());
  BOOST_TEST(parse<v1::ListReq>(wire::encode_list("s")).options().list_for_stream().stream().stream_name() == "s");
}

BOOST_DATA_TEST_CASE(starts_are_read, boost::unit_test::data::make(starts), row) {
  BOOST_TEST((wire::parse_group_start(row.text) == row.from));
}

BOOST_AUTO_TEST_CASE(positions_are_read) {
  BOOST_TEST((wire::parse_group_position("12") == group_position{stream_revision{12}}));
  BOOST_TEST((wire::parse_group_position("C:12/P:0") == group_position{log_position{12, 0}}));
  BOOST_TEST(!wire::parse_group_position("").has_value());
  BOOST_TEST(!wire::parse_group_position("-1").has_value());
}

BOOST_AUTO_TEST_CASE(an_info_says_everything) {
  v1::GetInfoResp answer;
  auto& info = *answer.mutable_subscription_info();
  info.set_event_source("s");
  info.set_group_name("g");
  info.set_status("Behind, OutstandingPageRequest");
  info.set_start_from("3");
  info.set_check_point_after_milliseconds(2147483647);
  info.set_message_timeout_milliseconds(1);
  info.set_buffer_size(9);
  info.set_read_batch_size(8);
  info.set_named_consumer_strategy("Mine");
  info.set_last_known_event_position("17");
  info.set_parked_message_count(21);
  info.set_live_buffer_count(22);
  auto& connection = *info.add_connections();
  connection.set_username("ouro");
  connection.set_available_slots(11);
  auto& measured = *connection.add_observed_measurements();
  measured.set_key("Mean");
  measured.set_value(42);
  const auto read = wire::decode_info(answer.SerializeAsString());
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(to_string(read->name) == "s::g");
  BOOST_TEST(read->status == "Behind, OutstandingPageRequest");
  BOOST_TEST((read->from == group_start{stream_position{stream_revision{3}}}));
  BOOST_TEST((read->settings.checkpoint_after == 0ms && read->settings.message_timeout == 1ms));
  BOOST_TEST((read->settings.history_buffer == 9 && read->settings.read_batch == 8));
  BOOST_TEST(read->settings.strategy == "Mine");
  BOOST_TEST(!read->last_checkpoint.has_value());
  BOOST_TEST((read->last_known == group_position{stream_revision{17}}));
  BOOST_TEST((read->parked == 21 && read->live_buffered == 22));
  BOOST_REQUIRE_EQUAL(read->connections.size(), 1u);
  BOOST_TEST((read->connections[0].user == "ouro" && read->connections[0].available_slots == 11));
  BOOST_TEST((read->connections[0].measurements == std::vector{std::pair{std::string{"Mean"}, std::int64_t{42}}}));
  BOOST_TEST((wire::decode_info("\x0a\xff").error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(consumer_messages)

BOOST_AUTO_TEST_CASE(the_first_message_names_group_and_buffer) {
  const auto options = parse<v1::ReadReq>(wire::encode(wire::consume_request{{"$all", "g"}, 77})).options();
  BOOST_TEST(options.has_all());
  BOOST_TEST(options.group_name() == "g");
  BOOST_TEST(options.buffer_size() == 77);
  BOOST_TEST(options.uuid_option().has_structured());
}

BOOST_AUTO_TEST_CASE(answers_are_what_protobuf_reads) {
  const std::vector ids{id(1), id(200)};
  const auto acks = wire::encode_answer(ids, outcome::ack());
  BOOST_REQUIRE_EQUAL(acks.size(), 1u);
  const auto ack = parse<v1::ReadReq>(acks[0]).ack();
  BOOST_REQUIRE_EQUAL(ack.ids_size(), 2);
  BOOST_TEST(ack.ids(1).structured().most_significant_bits() == static_cast<std::int64_t>(200ull << 56));
  BOOST_TEST(ack.ids(1).structured().least_significant_bits() == 200);
  const auto nack = parse<v1::ReadReq>(wire::encode_answer(ids, outcome::nack(nack_action::stop, "why not")).front()).nack();
  BOOST_TEST(nack.ids_size() == 2);
  BOOST_TEST(nack.action() == v1::ReadReq::Nack::Stop);
  BOOST_TEST(nack.reason() == "why not");
  BOOST_TEST(parse<v1::ReadReq>(wire::encode_answer(ids, outcome::nack(nack_action::unknown)).front()).has_nack());
}

BOOST_AUTO_TEST_CASE(many_answers_take_several_messages) {
  const std::vector<uuid> ids(2 * wire::ids_in_a_message + 1, id(1));
  const auto messages = wire::encode_answer(ids, outcome::ack());
  BOOST_REQUIRE_EQUAL(messages.size(), 3u);
  BOOST_TEST(parse<v1::ReadReq>(messages[2]).ack().ids_size() == 1);
  BOOST_TEST(wire::encode_answer({}, outcome::ack()).empty());
}

BOOST_AUTO_TEST_CASE(a_batch_has_retry_counts_and_the_ids_of_links) {
  wire::consumed_builder builder;
  v1::ReadResp first, second, broken_link;
  *first.mutable_event()->mutable_event() = recorded(1, "t");
  first.mutable_event()->set_retry_count(0);
  *second.mutable_event()->mutable_event() = recorded(2, "t");
  *second.mutable_event()->mutable_link() = recorded(3, "$>");
  second.mutable_event()->set_retry_count(7);
  *broken_link.mutable_event()->mutable_link() = recorded(4, "$>");
  broken_link.mutable_event()->mutable_no_retry_count();
  for (const auto& each : {first, second, broken_link})
    BOOST_TEST(std::holds_alternative<wire::item_added>(*add(builder, each.SerializeAsString())));
  BOOST_TEST(builder.size() == 3u);
  auto taken = builder.take();
  BOOST_TEST(builder.empty());
  const consumer_batch batch{std::move(taken.events), std::move(taken.retries), 9};
  BOOST_REQUIRE_EQUAL(batch.size(), 3u);
  BOOST_TEST((batch[0].token == event_token{id(1), 9}));
  BOOST_TEST((batch[1].token == event_token{id(3), 9}));
  BOOST_TEST((batch[1].event.event().id() == id(2)));
  BOOST_TEST((batch[2].token == event_token{id(4), 9} && !batch[2].event.has_event()));
  std::vector<std::uint32_t> retries;
  for (const auto& each : batch)
    retries.push_back(each.retries);
  BOOST_TEST((retries == std::vector<std::uint32_t>{0, 7, 0}));
}

BOOST_AUTO_TEST_CASE(a_confirmation_is_no_item_and_what_is_broken_leaves_the_batch_alone) {
  wire::consumed_builder builder;
  v1::ReadResp confirmation, nothing, event;
  confirmation.mutable_subscription_confirmation()->set_subscription_id("s::g");
  BOOST_TEST(std::get<wire::subscription_confirmed>(*add(builder, confirmation.SerializeAsString())).id == "s::g");
  BOOST_TEST(std::holds_alternative<wire::unknown_message>(*add(builder, nothing.SerializeAsString())));
  event.mutable_event()->set_retry_count(1);
  BOOST_TEST((add(builder, event.SerializeAsString()).error().code == errc::protocol_error));
  *event.mutable_event()->mutable_event() = recorded(1, "t");
  event.mutable_event()->mutable_event()->clear_id();
  BOOST_TEST((add(builder, event.SerializeAsString()).error().code == errc::protocol_error));
  BOOST_TEST((add(builder, "\x0a\x7f").error().code == errc::protocol_error));
  BOOST_TEST(builder.empty());
}

BOOST_AUTO_TEST_SUITE_END()
