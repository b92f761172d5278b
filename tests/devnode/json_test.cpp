// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/json.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kdb::development;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(members_keep_their_text) {
  auto members = parse_object("\xef\xbb\xbf { \"a\" : [1, {\"b\":null}] , \"\\u0024tb\":-1.5e3,\"s\":\"x\\n\\ud83d\\ude00\" } ");
  BOOST_REQUIRE(members);
  BOOST_REQUIRE(members->size() == 3u);
  BOOST_TEST((*members)[0].value == "[1, {\"b\":null}]");
  BOOST_TEST((*members)[1].key == "$tb");
  BOOST_TEST((*members)[1].raw_key == "\"\\u0024tb\"");
  BOOST_TEST((*members)[1].value == "-1.5e3");
  BOOST_TEST(*parse_string((*members)[2].value) == "x\n\xf0\x9f\x98\x80");
}

BOOST_DATA_TEST_CASE(what_is_malformed_is_no_object, data::make({"",
                                                                 "not json",
                                                                 "[]",
                                                                 "1",
                                                                 "{",
                                                                 "{}}",
                                                                 "{\"a\"}",
                                                                 "{\"a\":}",
                                                                 "{,}",
                                                                 "{\"a\":1,,}",
                                                                 "{\"a\":1,",
                                                                 "{a:1}",
                                                                 "{\"a\":01}",
                                                                 "{\"a\":1.}",
                                                                 "{\"a\":+1}",
                                                                 "{\"a\":\"\\x\"}",
                                                                 "{\"a\":\"\\u12g4\"}",
                                                                 "{\"a\":\"\n\"}",
                                                                 "{\"a\":tru}",
                                                                 "{\"a\":[,]}",
                                                                 "{\"a\":[1,,]}",
                                                                 "{\"a\":1e}",
                                                                 "{\"a\":\"",
                                                                 "{\"a\":\"\\",
                                                                 "{\"a\":1} x"})) {
  BOOST_TEST(!parse_object(sample));
}

BOOST_AUTO_TEST_CASE(a_comma_may_stand_behind_the_last_member_or_element) {
  auto members = parse_object("{\"a\":[1, 2 , ],\"b\":3 , }");
  BOOST_REQUIRE(members);
  BOOST_REQUIRE(members->size() == 2u);
  BOOST_TEST((*members)[0].value == "[1, 2 , ]");
  BOOST_TEST((*members)[1].value == "3");
  BOOST_TEST(parse_array((*members)[0].value).value().size() == 2u);
}

BOOST_AUTO_TEST_CASE(deep_documents_are_refused_and_not_recursed_into) {
  BOOST_TEST(!parse_object("{\"a\":" + std::string(1'000'000, '[')));
}

BOOST_AUTO_TEST_CASE(only_integers_of_64_bits_are_integers) {
  BOOST_TEST(*parse_integer("9223372036854775807") == 9223372036854775807);
  BOOST_TEST(*parse_integer("-3") == -3);
  for (auto text : {"9223372036854775808", "2.5", "1e3", "\"5\"", "", "null"})
    BOOST_TEST(!parse_integer(text), text);
}

BOOST_AUTO_TEST_CASE(what_is_quoted_can_be_read_again) {
  BOOST_TEST(quoted("a \"b\"\n\t\\\x01") == R"("a \"b\"\n\t\\\u0001")");
  std::string all;
  for (char c = 1; c < 127; ++c)
    all += c;
  BOOST_TEST(parse_string(quoted(all)).value() == all);
}

BOOST_AUTO_TEST_SUITE_END()
