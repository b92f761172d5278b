// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "kurrentdb/protocol/v2/indexes/service.pb.h"
#include "libkdb/wire/indexes.hpp"
#include "libkdb/wire/operation.hpp"

using namespace kdb;
namespace v2 = kurrentdb::protocol::v2::indexes;

namespace {

template <class Message>
Message read(std::string_view bytes) {
  Message message;
  BOOST_REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

/// As a server tells of it.
v2::Index by_country() {
  v2::Index index;
  index.set_name("by-country");
  index.set_filter("rec => true");
  auto& field = *index.add_fields();
  field.set_name("country");
  field.set_selector("rec => rec.value.country");
  field.set_type(v2::INDEX_FIELD_TYPE_STRING);
  field.set_optimize_lookups(true);
  index.set_state(v2::INDEX_STATE_STARTED);
  return index;
}

const index_info by_country_as_value{.name = "by-country",
                                     .definition = {.filter = "rec => true",
                                                    .fields = {{.name = "country",
                                                                .selector = "rec => rec.value.country",
                                                                .type = index_field_type::string,
                                                                .optimize_lookups = true}}},
                                     .state = index_state::started};

result<index_info> decode(const v2::Index& index) {
  v2::GetIndexResponse answer;
  *answer.mutable_index() = index;
  return wire::decode_index(answer.SerializeAsString());
}

} // namespace

BOOST_AUTO_TEST_SUITE(indexes)

BOOST_AUTO_TEST_CASE(an_index_is_sent_with_everything) {
  const auto sent = read<v2::CreateIndexRequest>(
    wire::encode_create_index("orders",
                              {.filter = "rec => true",
                               .fields = {{"a", "rec => rec.value.a"},
                                          {"b", "rec => rec.value.b", index_field_type::float64, true},
                                          {"c", "rec => rec.value.c", index_field_type::int32},
                                          {"d", "rec => rec.value.d", index_field_type::int64}}},
                              true));
  BOOST_TEST(sent.name() == "orders");
  BOOST_TEST(sent.filter() == "rec => true");
  BOOST_TEST(sent.start());
  BOOST_REQUIRE(sent.fields_size() == 4);
  BOOST_TEST(sent.fields(0).name() == "a");
  BOOST_TEST(sent.fields(0).selector() == "rec => rec.value.a");
  BOOST_TEST(sent.fields(0).type() == v2::INDEX_FIELD_TYPE_STRING);
  BOOST_TEST(!sent.fields(0).optimize_lookups());
  BOOST_TEST(sent.fields(1).type() == v2::INDEX_FIELD_TYPE_DOUBLE);
  BOOST_TEST(sent.fields(1).optimize_lookups());
  BOOST_TEST(sent.fields(2).type() == v2::INDEX_FIELD_TYPE_INT_32);
  BOOST_TEST(sent.fields(3).type() == v2::INDEX_FIELD_TYPE_INT_64);
}

BOOST_AUTO_TEST_CASE(an_index_that_is_not_to_start_says_so) { // A server takes nothing for true.
  const auto sent = read<v2::CreateIndexRequest>(wire::encode_create_index("a", {.filter = "rec => true"}, false));
  BOOST_TEST(sent.has_start());
  BOOST_TEST(!sent.start());
}

BOOST_AUTO_TEST_CASE(commands_name_the_index) {
  BOOST_TEST(read<v2::StartIndexRequest>(wire::encode_start_index("a")).name() == "a");
  BOOST_TEST(read<v2::StopIndexRequest>(wire::encode_stop_index("b")).name() == "b");
  BOOST_TEST(read<v2::DeleteIndexRequest>(wire::encode_delete_index("c")).name() == "c");
  BOOST_TEST(read<v2::GetIndexRequest>(wire::encode_get_index("d")).name() == "d");
}

BOOST_AUTO_TEST_CASE(an_index_is_read) {
  BOOST_TEST((decode(by_country()).value() == by_country_as_value));
}

BOOST_AUTO_TEST_CASE(states_are_told_apart) {
  for (const auto& [sent, expected] : {std::pair{v2::INDEX_STATE_STOPPED, index_state::stopped},
                                       {v2::INDEX_STATE_DELETED, index_state::deleted},
                                       {v2::INDEX_STATE_UNSPECIFIED, index_state::unknown},
                                       {static_cast<v2::IndexState>(9), index_state::unknown}}) {
    auto index = by_country();
    index.set_state(sent);
    BOOST_TEST((decode(index).value().state == expected));
  }
}

BOOST_AUTO_TEST_CASE(types_are_told_apart_and_one_that_is_not_known_breaks_the_answer) {
  for (const auto& [sent, expected] : {std::pair{v2::INDEX_FIELD_TYPE_DOUBLE, index_field_type::float64},
                                       {v2::INDEX_FIELD_TYPE_INT_32, index_field_type::int32},
                                       {v2::INDEX_FIELD_TYPE_INT_64, index_field_type::int64}}) {
    auto index = by_country();
    index.mutable_fields(0)->set_type(sent);
    BOOST_TEST((decode(index).value().definition.fields[0].type == expected));
  }
  auto index = by_country();
  index.mutable_fields(0)->set_type(static_cast<v2::IndexFieldType>(9));
  const auto broken = decode(index);
  BOOST_REQUIRE(!broken);
  BOOST_TEST((broken.error().code == errc::protocol_error));
  BOOST_TEST(broken.error().message.find("'country'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lists_are_read_and_break_as_a_whole) {
  v2::ListIndexesResponse answer;
  BOOST_TEST(wire::decode_indexes("").value().empty());
  *answer.add_indexes() = by_country();
  BOOST_TEST((wire::decode_indexes(answer.SerializeAsString()).value() == std::vector{by_country_as_value}));
  answer.add_indexes();
  BOOST_TEST((wire::decode_indexes(answer.SerializeAsString()).error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_indexes("\xff").error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_index("").error().code == errc::protocol_error));
}

// Such a server fails for want of events, with a status that says nothing. It may be another failure, so that an empty list would be a guess.
BOOST_AUTO_TEST_CASE(a_list_that_fails_says_what_it_may_mean) {
  const auto plan = wire::prepare(list_indexes{}).value();
  const auto failed = wire::decode_outcome<list_indexes>(
    plan, unexpected{error{.code = errc::server_error, .message = "Exception was thrown by handler."}});
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().code == errc::server_error));
  BOOST_TEST(failed.error().message ==
             "Exception was thrown by handler.; a server that never had a user-defined index fails like this");
  const auto denied = wire::decode_outcome<list_indexes>(plan, unexpected{error{.code = errc::access_denied, .message = "no"}});
  BOOST_TEST(denied.error().message == "no");
}

BOOST_AUTO_TEST_SUITE_END()
