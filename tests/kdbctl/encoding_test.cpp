// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/kdbctl/text/encoding.hpp"
#include "tools/kdbctl/text/json_text.hpp"

#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace data = boost::unit_test::data;
using namespace kdbctl;
using namespace std::string_literals;

namespace {

struct text_row {
  std::string given;
  std::string expected;
};
std::ostream& operator<<(std::ostream& out, const text_row& row) {
  return out << to_base64(row.given);
}

struct json_row {
  std::string text;
  bool is_value;
};
std::ostream& operator<<(std::ostream& out, const json_row& row) {
  return out << row.text;
}

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i)
    bytes += static_cast<char>(random() & 255);
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(encoding)

const std::vector<text_row> base64_rows{{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xff\xfe\x00"s, "//4A"}};
BOOST_DATA_TEST_CASE(bytes_are_written_as_base64_and_read_again, data::make(base64_rows), row) {
  BOOST_TEST(to_base64(row.given) == row.expected);
  BOOST_TEST(from_base64(row.expected).value() == row.given);
}

const std::vector<std::string> no_base64{"Zg", "Zg=", "Z===", "Z g=", "Zg==Zg==", "****"};
BOOST_DATA_TEST_CASE(other_text_is_no_base64, data::make(no_base64), text) {
  BOOST_TEST(!from_base64(text).has_value());
}

struct utf8_row {
  std::string bytes;
  bool valid;
};
std::ostream& operator<<(std::ostream& out, const utf8_row& row) {
  return out << to_base64(row.bytes);
}
const std::vector<utf8_row> utf8_rows{{"", true},
                                      {"plain", true},
                                      {"\u00e4\u20ac\U0001F600", true},
                                      {"\xc3", false},
                                      {"\x80", false},
                                      {"\xc0\xaf", false},
                                      {"\xe0\x80\xaf", false},
                                      {"\xed\xa0\x80", false},
                                      {"\xf4\x90\x80\x80", false},
                                      {"\xf5\x80\x80\x80", false},
                                      {"a\xff", false}};
BOOST_DATA_TEST_CASE(only_valid_utf8_is_utf8, data::make(utf8_rows), row) {
  BOOST_TEST(is_utf8(row.bytes) == row.valid);
}

const std::vector<text_row> printable_rows{{"plain \u00e4", "plain \u00e4"}, {"a\nb\tc", "a\\nb\\tc"},
                                           {"\x1b[31m", "\\x1b[31m"},        {"a\xff", "a\\xff"},
                                           {"\u202e", "\\xe2\\x80\\xae"},    {"\x7f", "\\x7f"}};
BOOST_DATA_TEST_CASE(nothing_printable_moves_the_cursor, data::make(printable_rows), row) {
  BOOST_TEST(printable(row.given) == row.expected);
}

BOOST_AUTO_TEST_CASE(text_is_shortened_by_its_columns) {
  BOOST_TEST(shortened("abcdef", 6) == "abcdef");
  BOOST_TEST(shortened("abcdef", 4) == "abc…");
  BOOST_TEST(shortened("日本語", 5) == "日本…");
  BOOST_TEST(shortened("日本語", 6) == "日本語");
  BOOST_TEST(display_width("e\u0301") == 1u);
}

const std::vector<json_row> json_rows{{"{}", true},
                                      {"{\"a\": [1, -2.5e+3, true, false, null, \"x\\u00e4\\n\"]}", true},
                                      {"0", true},
                                      {"\"\"", true},
                                      {"", false},
                                      {" {}", false},
                                      {"{} ", false},
                                      {"{\n}", false},
                                      {"01", false},
                                      {"-", false},
                                      {"1.", false},
                                      {"{\"a\":1,}", false},
                                      {"[1 2]", false},
                                      {"{a:1}", false},
                                      {"\"\t\"", false},
                                      {"\"\\x\"", false},
                                      {"\"\\u12\"", false},
                                      {"\"\xff\"", false},
                                      {"nul", false},
                                      {"{}{}", false},
                                      {std::string(200, '[') + std::string(200, ']'), true},
                                      {std::string(300, '[') + std::string(300, ']'), false}};
BOOST_DATA_TEST_CASE(json_on_one_line_is_found, data::make(json_rows), row) {
  BOOST_TEST(is_one_line_json(row.text) == row.is_value);
}

const std::vector<text_row> strings{
  {"plain", "\"plain\""}, {"a\"b\\c\n\r\t\x01", "\"a\\\"b\\\\c\\n\\r\\t\\u0001\""}, {"\u00e4", "\"\u00e4\""}};
BOOST_DATA_TEST_CASE(strings_are_written_and_read_again, data::make(strings), row) {
  BOOST_TEST(json_string(row.given) == row.expected);
  BOOST_TEST(read_json_string(row.expected).value() == row.given);
}

BOOST_AUTO_TEST_CASE(escapes_of_other_writers_are_read) {
  BOOST_TEST(read_json_string(R"("\u00e4\uD83D\uDE00\/\b\f")").value() == "\u00e4\U0001F600/\b\f");
  BOOST_TEST(!read_json_string(R"("\uD83D")").has_value());
  BOOST_TEST(!read_json_string(R"("\uDE00")").has_value());
  BOOST_TEST(!read_json_string(R"("\uD83D\u0041")").has_value());
  BOOST_TEST(!read_json_string("\"open").has_value());
}

BOOST_AUTO_TEST_CASE(random_bytes_survive_base64) {
  std::mt19937 random{20};
  for (std::size_t size = 0; size < 200; ++size) {
    const auto bytes = random_bytes(random, size);
    BOOST_TEST(from_base64(to_base64(bytes)).value() == bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()
