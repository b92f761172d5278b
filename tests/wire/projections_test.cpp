// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <limits>

#include "event_store/client/projections.pb.h"
#include "libkdb/wire/projections.hpp"

using namespace kdb;
namespace v1 = event_store::client::projections;

namespace {

template <class Message>
auto options_of(std::string_view bytes) {
  Message message;
  BOOST_REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  BOOST_REQUIRE(message.has_options());
  return message.options();
}

/// As a server of 26.2 writes it.
v1::StatisticsResp recorded() {
  v1::StatisticsResp message;
  auto& seen = *message.mutable_details();
  seen.set_coreprocessingtime(22);
  seen.set_epoch(-1);
  seen.set_effectivename("g-p1");
  seen.set_partitionscached(1);
  seen.set_status("Running");
  seen.set_name("g-p1");
  seen.set_mode("Continuous");
  seen.set_position("g-proj: 2");
  seen.set_progress(100);
  seen.set_lastcheckpoint("g-proj: -1");
  seen.set_eventsprocessedafterrestart(3);
  return message;
}

std::string json_of(const google::protobuf::Value& state) {
  v1::StateResp message;
  *message.mutable_state() = state;
  return wire::decode_projection_state(message.SerializeAsString()).value();
}

google::protobuf::Value number(double value) {
  google::protobuf::Value made;
  made.set_number_value(value);
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(projections)

BOOST_AUTO_TEST_CASE(a_continuous_projection_is_sent_with_everything) {
  const auto sent =
    options_of<v1::CreateReq>(wire::encode_create_projection("p", "fromAll()", {.emit = true, .track_emitted_streams = true}));
  BOOST_REQUIRE(sent.has_continuous());
  BOOST_TEST(sent.continuous().name() == "p");
  BOOST_TEST(sent.continuous().emit_enabled());
  BOOST_TEST(sent.continuous().track_emitted_streams());
  BOOST_TEST(sent.query() == "fromAll()");
  BOOST_TEST(sent.engine_version() == 1);
  const auto plain = options_of<v1::CreateReq>(wire::encode_create_projection("p", "q", {.engine = projection_engine::v2}));
  BOOST_TEST(!plain.continuous().emit_enabled());
  BOOST_TEST(!plain.continuous().track_emitted_streams());
  BOOST_TEST(plain.engine_version() == 2);
}

BOOST_AUTO_TEST_CASE(the_flags_have_the_servers_numbers) { // Some clients send tracking as 2, which is emitting.
  const auto bytes = wire::encode_create_projection("p", "q", {.emit = true});
  BOOST_TEST(bytes.find(std::string{"\x0a\x01p\x10\x01", 5}) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_one_time_projection_has_no_name) {
  const auto sent = options_of<v1::CreateReq>(wire::encode_create_one_time_projection("q", {}));
  BOOST_TEST(sent.has_one_time());
  BOOST_TEST(sent.query() == "q");
}

BOOST_AUTO_TEST_CASE(a_transient_projection_has_a_name_and_an_engine) {
  const auto sent = options_of<v1::CreateReq>(
    wire::encode_create_transient_projection("p", "q", {.engine = projection_engine::v2, .properties = {{"a", 1}}}));
  BOOST_REQUIRE(sent.has_transient());
  BOOST_TEST(sent.transient().name() == "p");
  BOOST_TEST(sent.query() == "q");
  BOOST_TEST(sent.engine_version() == 2);
  BOOST_TEST(sent.properties().at("a").number_value() == 1);
}

// Servers refuse values without a kind.
BOOST_AUTO_TEST_CASE(properties_are_sent_and_each_has_a_kind) {
  const property_value::object given{{"flag", true},
                                     {"list", property_value::list{1, "b", nullptr}},
                                     {"none", nullptr},
                                     {"object", property_value::object{{"x", 0.5}}}};
  const auto check = [](const auto& sent) {
    using google::protobuf::Value;
    BOOST_REQUIRE(sent.properties_size() == 4);
    BOOST_TEST(sent.properties().at("flag").bool_value());
    BOOST_TEST(sent.properties().at("none").kind_case() == Value::kNullValue);
    const auto& list = sent.properties().at("list").list_value();
    BOOST_REQUIRE(list.values_size() == 3);
    BOOST_TEST(list.values(1).string_value() == "b");
    BOOST_TEST(list.values(2).kind_case() == Value::kNullValue);
    BOOST_TEST(sent.properties().at("object").struct_value().fields().at("x").number_value() == 0.5);
  };
  check(options_of<v1::CreateReq>(wire::encode_create_projection("p", "q", {.properties = given})));
  check(options_of<v1::CreateReq>(wire::encode_create_one_time_projection("q", {.properties = given})));
  check(options_of<v1::UpdateReq>(wire::encode_update_projection("p", "q", {.properties = given})));
}

BOOST_AUTO_TEST_CASE(an_update_says_of_emitting_what_it_is_told_and_nothing_else) {
  const auto kept = options_of<v1::UpdateReq>(wire::encode_update_projection("p", "q", {}));
  BOOST_TEST(kept.name() == "p");
  BOOST_TEST(kept.query() == "q");
  BOOST_TEST(kept.has_no_emit_options());
  const auto off = options_of<v1::UpdateReq>(wire::encode_update_projection("p", "q", {.emit = false}));
  BOOST_TEST((off.emit_option_case() == v1::UpdateReq::Options::kEmitEnabled));
  BOOST_TEST(!off.emit_enabled());
}

BOOST_AUTO_TEST_CASE(what_goes_with_a_projection_is_named) {
  const auto all = options_of<v1::DeleteReq>(wire::encode_delete_projection(
    "p", {.delete_emitted_streams = true, .delete_state_stream = true, .delete_checkpoint_stream = true}));
  BOOST_TEST(all.name() == "p");
  BOOST_TEST(all.delete_emitted_streams());
  BOOST_TEST(all.delete_state_stream());
  BOOST_TEST(all.delete_checkpoint_stream());
  const auto none = options_of<v1::DeleteReq>(wire::encode_delete_projection("p", {}));
  BOOST_TEST(!(none.delete_emitted_streams() || none.delete_state_stream() || none.delete_checkpoint_stream()));
}

BOOST_AUTO_TEST_CASE(commands_name_the_projection) {
  BOOST_TEST(options_of<v1::EnableReq>(wire::encode_enable_projection("a")).name() == "a");
  BOOST_TEST(options_of<v1::DisableReq>(wire::encode_disable_projection("b", true)).write_checkpoint());
  BOOST_TEST(!options_of<v1::DisableReq>(wire::encode_disable_projection("b", false)).write_checkpoint());
  BOOST_TEST(options_of<v1::ResetReq>(wire::encode_reset_projection("c")).name() == "c");
  BOOST_TEST(options_of<v1::StateReq>(wire::encode_projection_state("d", "x")).partition() == "x");
  BOOST_TEST(options_of<v1::ResultReq>(wire::encode_projection_result("e", "")).name() == "e");
}

BOOST_AUTO_TEST_CASE(statistics_are_asked_for_by_name_or_by_mode) {
  using request = v1::StatisticsReq;
  BOOST_TEST(options_of<request>(wire::encode_projection_statistics("p")).name() == "p");
  BOOST_TEST(options_of<request>(wire::encode_list_projections(projection_mode::all)).has_all());
  BOOST_TEST(options_of<request>(wire::encode_list_projections(projection_mode::continuous)).has_continuous());
  BOOST_TEST(options_of<request>(wire::encode_list_projections(projection_mode::one_time)).has_one_time());
  BOOST_TEST(options_of<request>(wire::encode_list_projections(projection_mode::transient)).has_transient());
}

BOOST_AUTO_TEST_CASE(statistics_are_read) {
  const auto all = wire::decode_projections({recorded().SerializeAsString()}).value();
  BOOST_REQUIRE(all.size() == 1u);
  const projection_statistics expected{.name = "g-p1",
                                       .effective_name = "g-p1",
                                       .mode = "Continuous",
                                       .status = "Running",
                                       .state_reason = "",
                                       .version = 0,
                                       .epoch = -1,
                                       .position = "g-proj: 2",
                                       .progress = 100,
                                       .last_checkpoint = "g-proj: -1",
                                       .checkpoint_status = "",
                                       .core_processing_time = 22,
                                       .events_processed_after_restart = 3,
                                       .buffered_events = 0,
                                       .partitions_cached = 1};
  BOOST_TEST((all.front() == expected));
}

BOOST_AUTO_TEST_CASE(every_number_goes_to_its_own_place) {
  auto message = recorded();
  auto& seen = *message.mutable_details();
  seen.set_statereason("why");
  seen.set_checkpointstatus("Writing");
  seen.set_version(1);
  seen.set_bufferedevents(2);
  seen.set_readsinprogress(3);
  seen.set_writesinprogress(4);
  seen.set_writependingeventsbeforecheckpoint(5);
  seen.set_writependingeventsaftercheckpoint(6);
  const auto read = wire::decode_projections({message.SerializeAsString()}).value().front();
  BOOST_TEST(read.state_reason == "why");
  BOOST_TEST(read.checkpoint_status == "Writing");
  BOOST_TEST(read.version == 1);
  BOOST_TEST(read.buffered_events == 2);
  BOOST_TEST(read.reads_in_progress == 3);
  BOOST_TEST(read.writes_in_progress == 4);
  BOOST_TEST(read.write_pending_events_before_checkpoint == 5);
  BOOST_TEST(read.write_pending_events_after_checkpoint == 6);
}

BOOST_AUTO_TEST_CASE(lists_break_as_a_whole) {
  BOOST_TEST(wire::decode_projections({}).value().empty());
  BOOST_TEST((wire::decode_projections({recorded().SerializeAsString(), "\xff"}).error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_projections({""}).error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_CASE(a_state_is_json_with_its_members_in_order) {
  google::protobuf::Value state;
  auto& fields = *state.mutable_struct_value()->mutable_fields();
  fields["name"].set_string_value("a \"quoted\" \xc3\xb6");
  fields["count"].set_number_value(3);
  fields["half"].set_number_value(0.5);
  fields["done"].set_bool_value(true);
  fields["none"].set_null_value(google::protobuf::NULL_VALUE);
  auto& list = *fields["all"].mutable_list_value();
  list.add_values()->set_number_value(-1);
  list.add_values()->mutable_struct_value();
  BOOST_TEST(json_of(state) ==
             "{\"all\":[-1,{}],\"count\":3,\"done\":true,\"half\":0.5,\"name\":\"a \\\"quoted\\\" \xc3\xb6\",\"none\":null}");
}

BOOST_AUTO_TEST_CASE(numbers_are_whole_as_long_as_doubles_can_tell) {
  BOOST_TEST(json_of(number(9007199254740992)) == "9007199254740992");
  BOOST_TEST(json_of(number(1e300)) == "1e+300");
  BOOST_TEST(json_of(number(-0.25)) == "-0.25");
  BOOST_TEST(json_of(number(std::numeric_limits<double>::infinity())) == "null"); // JSON has none.
  BOOST_TEST(json_of(number(std::numeric_limits<double>::quiet_NaN())) == "null");
}

BOOST_AUTO_TEST_CASE(a_state_that_is_not_there_is_null_and_what_is_none_a_protocol_error) {
  BOOST_TEST(wire::decode_projection_state("").value() == "null");
  BOOST_TEST(wire::decode_projection_result("").value() == "null");
  BOOST_TEST((wire::decode_projection_state("\xff").error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_projection_result("\xff").error().code == errc::protocol_error));
  v1::ResultResp message;
  message.mutable_result()->set_string_value("x");
  auto bytes = message.SerializeAsString();
  BOOST_TEST(wire::decode_projection_result(bytes).value() == "\"x\"");
  bytes.replace(bytes.find('x'), 1, "\xff"); // No UTF-8.
  BOOST_TEST((wire::decode_projection_result(bytes).error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
