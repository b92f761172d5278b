// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/record_properties.hpp"
#include "devnode/services/streams/record_validation.hpp"
#include "tests/devnode/text_message.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/json_util.h>

#include <string>
#include <vector>

using namespace kdb::development;
using namespace kdb::kurrentdb::protocol::v2::streams;

namespace {

template <class Message>
Message parsed(const std::string& json) {
  return testing::from_text<Message>(
    [&](auto& message) { BOOST_TEST_REQUIRE(google::protobuf::util::JsonStringToMessage(json, &message).ok(), json); });
}

// A record with `more` beside a good schema.
std::string record(const std::string& more = "", const std::string& schema = R"("format":"SCHEMA_FORMAT_JSON","name":"t")") {
  return R"({"schema":{)" + schema + "}" + (more.empty() ? "" : "," + more) + "}";
}

std::string joined(const std::vector<field_violation>& violations) {
  std::string text;
  for (auto& each : violations)
    text += (text.empty() ? "" : " ") + each.field;
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(v2_validation)

BOOST_AUTO_TEST_CASE(session_requests_are_checked_field_by_field) {
  auto with = [](const std::string& stream, const std::string& records, const std::string& more = "") {
    return R"({"stream":")" + stream + R"(","records":[)" + records + "]" + more + "}";
  };
  auto id = [](const std::string& text) { return record(R"("record_id":")" + text + "\""); };
  struct {
    std::string request;
    const char* fields;
  } const rows[] = {
    {with("s", record()), ""},
    {with("", record()), "Stream.Stream"},
    {with("$$", record()), "Stream.Stream"},
    {with("$$s", record()), ""},
    {with("s", ""), "Records"},
    {with("", ""), "Stream.Stream Records"},
    {with("s", record(), R"(,"expected_revision":"0")"), ""},
    {with("s", record(), R"(,"expected_revision":"-1")"), ""},
    {with("s", record(), R"(,"expected_revision":"-2")"), ""},
    {with("s", record(), R"(,"expected_revision":"-3")"), "ExpectedRevision"},
    {with("s", record(), R"(,"expected_revision":"-4")"), ""},
    {with("s", record(), R"(,"expected_revision":"-5")"), "ExpectedRevision"},
    {with("s", id("89cd97d3-808c-5496-ae60-de45422cc81d")), ""},
    {with("s", id("nope")), "RecordId.Record ID"},
    {with("s", id("00000000-0000-0000-0000-000000000000")), "RecordId.Record ID"},
    {with("s", record("", R"("format":"SCHEMA_FORMAT_JSON")")), "Schema.Name Schema.Name"},
    {with("s", record("", R"("format":"SCHEMA_FORMAT_JSON","name":"bad type")")), "Schema.Name"},
    {with("s", record("", R"("name":"t")")), "Schema.Format.Schema format"},
    {with("s", record("", R"("name":"t","format":9)")), "Schema.Format.Schema format"},
    {with("s", record("", R"("name":"t","format":4,"id":"x")")), "Schema.Id.Schema ID"},
    {with("s", record(R"("properties":{"a":1,"b":null})")), ""},
    {with("s", record(R"("properties":{"":1})")), "Properties[0].Key"},
  };
  for (auto& [request, fields] : rows)
    BOOST_TEST(joined(validate(parsed<AppendRequest>(request))) == fields, request);
}

BOOST_AUTO_TEST_CASE(a_property_without_a_kind_is_refused_however_deep) {
  auto request = parsed<AppendRecord>(record());
  auto& list = *(*request.mutable_properties())["p"].mutable_list_value();
  BOOST_TEST(joined(validate(request)) == "");
  (*list.add_values()->mutable_struct_value()->mutable_fields())["x"];
  BOOST_TEST(joined(validate(request)) == "Properties[0].Value");
}

BOOST_AUTO_TEST_CASE(checks_are_checked) {
  auto with = [](const std::string& checks) { return R"({"records":[)" + record() + R"(],"checks":[)" + checks + "]}"; };
  auto state = [](const std::string& stream, const std::string& expected) {
    return R"({"stream_state":{"stream":")" + stream + R"(","expected_state":")" + expected + "\"}}";
  };
  struct {
    std::string checks;
    const char* fields;
  } const rows[] = {
    {state("s", "0"), ""},
    {state("s", "-6"), ""},
    {state("s", "-2"), "Checks[0].StreamState.ExpectedState"},
    {state("s", "-3"), "Checks[0].StreamState.ExpectedState"},
    {state("", "0"), "Checks[0].StreamState.Stream.Stream"},
    {state("s", "0") + ",{}", "Checks[1].TypeCase"},
    {state("s", "0") + "," + state("t", "0"), ""},
    {state("s", "0") + "," + state("S", "0"), "Checks"},
  };
  for (auto& [checks, fields] : rows)
    BOOST_TEST(joined(validate(parsed<AppendRecordsRequest>(with(checks)))) == fields, checks);
  BOOST_TEST(joined(validate(AppendRecordsRequest{})) == "Records");
}

BOOST_AUTO_TEST_CASE(schema_names_have_letters_digits_and_few_signs) {
  for (auto name : {"t", "order-placed", "a.b_c:d$1", "Ärger", "订单", "заказ", "x²"})
    BOOST_TEST(valid_schema_name(name), name);
  for (auto name : {"", "a b", "a/b", "a@b", "a\n", "a—b", "e\xcc\x81", "😀", "a×b"})
    BOOST_TEST(!valid_schema_name(name), name);
}

BOOST_AUTO_TEST_CASE(properties_become_json_as_a_server_spaces_it) {
  struct {
    std::string record;
    const char* text; // nullptr: refused
  } const rows[] = {
    {record(), R"({ "$schema.name": "t", "$schema.format": "Json" })"},
    {record(R"("properties":{"n":3})"), R"({ "n": 3, "$schema.name": "t", "$schema.format": "Json" })"},
    {record(R"("properties":{"n":-2.5})"), R"({ "n": -2.5, "$schema.name": "t", "$schema.format": "Json" })"},
    {record(R"("properties":{"o":{"l":[1,"x",null,true]}})"),
     R"({ "o": { "l": [ 1, "x", null, true ] }, "$schema.name": "t", "$schema.format": "Json" })"},
    {record(R"("properties":{"o":{}})"), R"({ "o": { }, "$schema.name": "t", "$schema.format": "Json" })"},
    {record(R"("properties":{"q":"\"\\\n<"})"), R"({ "q": "\"\\\n\u003c", "$schema.name": "t", "$schema.format": "Json" })"},
    {record(R"("properties":{"$schema.format":"mine"})"), R"({ "$schema.name": "t", "$schema.format": "Json" })"},
    {record("", R"("format":4,"name":"t")"), R"({ "$schema.format": "Bytes", "$schema.name": "t" })"},
    {record("", R"("format":2,"name":"t","id":"i")"),
     R"({ "$schema.format": "Protobuf", "$schema.id": "i", "$schema.name": "t" })"},
    {record(R"("properties":{"$schema.format":"mine"})", R"("format":3,"name":"t")"), nullptr},
  };
  for (auto& [json, text] : rows) {
    auto metadata = metadata_of(parsed<AppendRecord>(json));
    BOOST_TEST_REQUIRE(metadata.has_value() == (text != nullptr), json);
    if (text)
      BOOST_TEST(metadata->text == text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
