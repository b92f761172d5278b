// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/encoding.hpp"
#include "tools/kdbctl/text/event_line.hpp"

#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace data = boost::unit_test::data;
using namespace kdbctl;
using namespace std::string_literals;

namespace {

const auto id = kdb::parse_uuid("00112233-4455-6677-8899-aabbccddeeff").value();

event_view sample() {
  return {.stream = "orders-1",
          .type = "placed",
          .data = "{\"sku\": 7}",
          .metadata = {},
          .id = id,
          .revision = {3},
          .position = {44, 40},
          .created = event_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + std::chrono::hours{23} +
                                event_time::duration{12'345'678}}};
}

std::string line_of(const event_view& event, line_members members = {.revision = false, .position = false, .created = false}) {
  std::string line;
  append_event_line(line, event, members);
  return line;
}

struct wrong_row {
  std::string line;
  std::string said;
};
std::ostream& operator<<(std::ostream& out, const wrong_row& row) {
  return out << row.line;
}

struct payload {
  std::string bytes;
  kdb::content_type type;
  std::string member; ///< That it is written as.
};
std::ostream& operator<<(std::ostream& out, const payload& row) {
  return out << to_base64(row.bytes);
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_lines)

BOOST_AUTO_TEST_CASE(a_line_has_the_members_that_are_wanted) {
  BOOST_TEST(line_of(sample()) ==
             R"({"stream":"orders-1","type":"placed","id":"00112233-4455-6677-8899-aabbccddeeff","data":{"sku": 7}})");
  BOOST_TEST(line_of(sample(), {.revision = true, .position = true, .created = true}) ==
             R"({"stream":"orders-1","revision":3,"position":"44/40","created":"2026-11-29T23:00:01.2345678Z","type":"placed",)"
             R"("id":"00112233-4455-6677-8899-aabbccddeeff","data":{"sku": 7}})");
}

BOOST_AUTO_TEST_CASE(links_and_broken_links_are_told) {
  auto event = sample();
  event.link_stream = "$ce-orders";
  event.link_revision = {9};
  BOOST_TEST(line_of(event).ends_with(R"("link":{"stream":"$ce-orders","revision":9}})"));
  event.link_stream = {};
  event.is_broken_link = true;
  BOOST_TEST(line_of(event).ends_with(R"("brokenLink":true})"));
}

// The bytes come back whatever they are: that is what makes export, import and export byte-equal.
const std::vector<payload> payloads{
  {"{\"a\": 1.0, \"a\": 1e2}", kdb::content_type::json, "\"data\":{\"a\": 1.0, \"a\": 1e2}"},
  {"\"text\"", kdb::content_type::json, "\"data\":\"text\""},
  {"", kdb::content_type::json, ""},
  {"not json", kdb::content_type::json, "\"dataText\":\"not json\""},
  {" {}", kdb::content_type::json, "\"dataText\":\" {}\""},
  {"{\n}", kdb::content_type::json, "\"dataText\":\"{\\n}\""},
  {"{}", kdb::content_type::binary, "\"dataText\":\"{}\""},
  {"\xff\x00\x01"s, kdb::content_type::binary, "\"dataBase64\":\"/wAB\""},
  {"\"\xff\"", kdb::content_type::json, "\"dataBase64\":\"Iv8i\""},
  {std::string(400, '[') + std::string(400, ']'), kdb::content_type::json, "\"dataText\":\"[[["}};
BOOST_DATA_TEST_CASE(data_keep_their_bytes, data::make(payloads), row) {
  auto event = sample();
  event.data = row.bytes;
  event.content_type = row.type;
  const auto line = line_of(event);
  BOOST_TEST(line.find(row.member) != line.npos);
  BOOST_TEST(line.find('\n') == line.npos);
  const auto read = parse_event_line(line);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->event.data == row.bytes);
  BOOST_TEST((read->event.content_type == row.type));
  BOOST_TEST((read->event.id == id));
  BOOST_TEST(read->stream.value() == "orders-1");
}

BOOST_AUTO_TEST_CASE(any_bytes_of_data_and_metadata_come_back) {
  std::mt19937 random{7};
  const std::string alphabet = "{}[]\",:\\ \n1e.tru\xc3\xa4\xff\x00"s;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes, metadata;
    for (auto size = random() % 12; size > 0; --size)
      bytes += alphabet[random() % alphabet.size()];
    for (auto size = random() % 6; size > 0; --size)
      metadata += alphabet[random() % alphabet.size()];
    auto event = sample();
    event.data = bytes;
    event.metadata = metadata;
    const auto read = parse_event_line(line_of(event));
    BOOST_REQUIRE(read.has_value());
    BOOST_REQUIRE(read->event.data == bytes);
    BOOST_REQUIRE(read->event.metadata == metadata);
  }
}

BOOST_AUTO_TEST_CASE(a_line_of_people_needs_little) {
  const auto read = parse_event_line(R"(  { "type" : "placed" , "data" : { "sku" : 7 } }  )");
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->event.type == "placed");
  BOOST_TEST(read->event.data == R"({ "sku" : 7 })");
  BOOST_TEST(!read->has_id);
  BOOST_TEST((read->event.id != kdb::uuid{}));
  BOOST_TEST(!read->stream.has_value());
}

const std::vector<wrong_row> wrong_lines{{"", "JSON object"},
                                         {"[]", "JSON object"},
                                         {"{}", "'type' is missing"},
                                         {R"({"type":""})", "'type' is missing"},
                                         {R"({"type":7})", "'type' has to be a string"},
                                         {R"({"type":"t","id":"7"})", "'id' has to be a UUID"},
                                         {R"({"type":"t","data":{]})", "a value is expected at byte 20"},
                                         {R"({"type":"t","metdata":{}})", "did you mean 'metadata'?"},
                                         {R"({"type":"t","data":1,"dataText":"x"})", "'data' is there twice"},
                                         {R"({"type":"t","dataBase64":"?"})", "not base64"},
                                         {R"({"type":"t","contentType":"text"})", "'contentType' can't be 'text'"},
                                         {R"({"type":"t"} {})", "more after the object"},
                                         {R"({"type":"t")", "a ',' or a '}' is expected"}};
BOOST_DATA_TEST_CASE(a_wrong_line_says_what_is_wrong, data::make(wrong_lines), row) {
  const auto read = parse_event_line(row.line);
  BOOST_REQUIRE(!read.has_value());
  BOOST_TEST((read.error().code == kdb::errc::invalid_argument));
  BOOST_TEST_INFO(read.error().message);
  BOOST_TEST(read.error().message.find(row.said) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
