// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/golden/status_code.hpp"
#include "tests/golden/text_coding.hpp"

using namespace kdb::golden;

BOOST_AUTO_TEST_SUITE(text_coding)

BOOST_AUTO_TEST_CASE(base64_goes_both_ways) {
  auto table = std::vector<std::pair<std::string, std::string>>{
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {std::string{"\0\xff\x80", 3}, "AP+A"},
  };
  for (const auto& [bytes, text] : table) {
    BOOST_TEST(to_base64(bytes) == text);
    BOOST_TEST((from_base64(text) == bytes));
  }
}

BOOST_AUTO_TEST_CASE(unpadded_base64_is_read_and_other_text_refused) {
  BOOST_TEST((from_base64("Zg") == "f"));
  BOOST_TEST((from_base64("not base64") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(percent_encoding_covers_what_a_header_cannot_hold) {
  BOOST_TEST(percent_encoded("50 % of \xC3\xA4\n") == "50 %25 of %C3%A4%0A");
  BOOST_TEST(percent_decoded("50 %25 of %c3%A4%0A") == "50 % of \xC3\xA4\n");
}

BOOST_AUTO_TEST_CASE(what_only_looks_percent_encoded_stays) {
  BOOST_TEST(percent_decoded("100 % %zz %4") == "100 % %zz %4");
}

BOOST_AUTO_TEST_CASE(status_codes_have_names_and_numbers) {
  BOOST_TEST(status_code_name(9) == "FAILED_PRECONDITION");
  BOOST_TEST(status_code_name(99) == "99");
  BOOST_TEST(status_code_number("UNAUTHENTICATED") == 16);
  BOOST_CHECK_THROW(status_code_number("FINE"), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
