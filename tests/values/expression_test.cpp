// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <kdb/filter.hpp>

#include "libkdb/values/expression.hpp"

using kdb::broken_part;
namespace data = boost::unit_test::data;

namespace {

/// What .NET can't compile.
const char* const broken[] = {"[",    "[]",    "[^]",  "[a",   "a[b\\]",   "(",    "(a",     "((a)",   ")",       "a)",
                              "(a))", "*",     "+a",   "?",    "a|*",      "(*a)", "(+)",    "a{3,1}", "\\",      "a\\",
                              "(?#",  "(?#ab", "(a|b", "a|?b", "^order-(", "[a-z", "\\(a))", "[\\c]",  "x{10,9}?"};

/// What .NET takes, however odd it looks.
const char* const fine[] = {"",
                            "^order-",
                            "a|",
                            "|a",
                            "()",
                            "a*?b+?c??",
                            "a{2}b{2,}c{2,3}?",
                            "{,5}",
                            "a{b}",
                            "{",
                            "}",
                            "]",
                            "a]",
                            "[]a]",
                            "[^]a]",
                            "[\\]]",
                            "[(*]",
                            "[[a]",
                            "[-a]",
                            "\\[\\(\\*",
                            "\\c[",
                            "[\\c]]",
                            "(?:a)(?=b)(?!c)(?<=d)(?<!e)(?>f)",
                            "(?<name>a)\\k<name>",
                            "(?'name'a)",
                            "(?i)a(?-i:b)",
                            "(?(a)b|c)",
                            "(?#a ( comment [)b",
                            "^*",
                            "\\p{Lu}\\P{L}",
                            "\\u005B",
                            "(?x) a # an open ( in a comment",
                            "(?imsx:a #(\n)",
                            "[a-z-[aeiou]]",
                            "[a-z-[^aeiou]]*",
                            "[[:alpha:]]",
                            "[-[a]",
                            "[+--[a]",
                            R"(^[^\$])",
                            R"(^(?:A|B\.x)(?![\s\S]))"};

} // namespace

BOOST_AUTO_TEST_SUITE(expressions)

BOOST_DATA_TEST_CASE(what_can_not_be_compiled_is_refused_with_its_reason, data::make(broken), text) {
  BOOST_TEST(!broken_part(text).empty());
  const auto checked = kdb::event_filter::stream_regex(text).validate();
  BOOST_REQUIRE(!checked);
  BOOST_TEST((checked.error().code == kdb::errc::invalid_argument));
  BOOST_TEST(!checked.error().retry_can_help);
  BOOST_TEST(checked.error().template get<kdb::bad_argument>()->name == "filter.expression");
  BOOST_TEST(checked.error().message.find("filter") != std::string::npos);
}

BOOST_DATA_TEST_CASE(what_can_be_compiled_passes, data::make(fine), text) {
  BOOST_TEST(broken_part(text) == "");
}

BOOST_AUTO_TEST_CASE(nesting_without_end_is_read_without_recursion) {
  const std::string open(1'000'000, '('), close(1'000'000, ')');
  BOOST_TEST(broken_part(open + close) == "");
  BOOST_TEST(!broken_part(open).empty());
}

BOOST_AUTO_TEST_SUITE_END()
