// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

#include <kdb/consume.hpp>

#include "libkdb/values/utf8.hpp"

using kdb::nack_action;
using kdb::outcome;
using namespace std::string_literals;
namespace data = boost::unit_test::data;

namespace {

struct reason {
  std::string given;
  std::string kept;
};
std::ostream& operator<<(std::ostream& out, const reason& row) {
  return out << '"' << row.kept << '"';
}
const reason reasons[] = {
  {"", ""},
  {"no disk", "no disk"},
  {"Größe €𝄞", "Größe €𝄞"},
  {"a\0b"s, "a\0b"s},
  {"Bestellung ung\xC3", "Bestellung ung�"}, // Cut inside a character.
  {"\xE2\x82", "�"},                         // As much as can be read is one replacement.
  {"\xF0\x9D\x84x", "�x"},                   //
  {"\xFF\xFE", "��"},                        //
  {"\xC0\x80", "��"},                        // Overlong.
  {"a\xED\xA0\x80z", "a���z"},               // A surrogate.
  {"\xF4\x90\x80\x80", "����"},              // Above U+10FFFF.
  {"\xE4nderung", "�nderung"},               // Latin-1.
};

} // namespace

BOOST_AUTO_TEST_SUITE(outcomes)

BOOST_DATA_TEST_CASE(any_text_is_a_reason_that_can_be_sent, data::make(reasons), row) {
  BOOST_TEST(outcome::nack(nack_action::park, row.given).reason() == row.kept);
}

BOOST_AUTO_TEST_CASE(a_reason_is_cut_between_two_characters) {
  constexpr auto most = outcome::longest_reason;
  const auto kept = [](const std::string& given) { return outcome::nack(nack_action::park, given).reason(); };
  BOOST_TEST(kept(std::string(most, 'x')).size() == most);
  BOOST_TEST(kept(std::string(most + 1, 'x')).size() == most);
  BOOST_TEST(kept(std::string(20 << 20, 'x')).size() == most);
  for (const auto* one : {"ü", "€", "𝄞", "\xff"}) {
    std::string text = "x";
    while (text.size() < 2 * most)
      text += one;
    const auto reason = kept(text);
    BOOST_TEST(kdb::is_utf8(reason));
    BOOST_TEST((reason.size() <= most && reason.size() > most - 4));
  }
}

BOOST_AUTO_TEST_CASE(an_action_that_is_none_becomes_unknown) {
  BOOST_TEST((outcome::nack(static_cast<nack_action>(77)).action() == nack_action::unknown));
  BOOST_TEST((outcome::nack(nack_action::stop).action() == nack_action::stop));
  BOOST_TEST(!outcome::nack(nack_action::stop).is_ack());
  BOOST_TEST(outcome::ack().is_ack());
}

BOOST_AUTO_TEST_SUITE_END()
