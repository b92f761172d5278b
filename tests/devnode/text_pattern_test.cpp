// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/text_pattern.hpp"

#include "devnode/persistent/group_definition.hpp"
#include "devnode/store/filter.hpp"
#include "tests/devnode/store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <random>
#include <string>
#include <vector>

using namespace kdb::development;
namespace data = boost::unit_test::data;

namespace {

std::string repeated(int times, const std::string& text) {
  std::string all;
  while (times-- > 0)
    all += text;
  return all;
}

struct match_row {
  std::string expression;
  std::string text;
  bool matches;

  friend std::ostream& operator<<(std::ostream& out, const match_row& row) { return out << row.expression << " in " << row.text; }
};

const std::vector<match_row> rows = {
  {"Order", "ReOrdered", true},
  {"order", "Order", false},
  {"(?i)order", "ReORDERed", true},
  {"o(?i:RDE)r", "order", true},
  {"^order-(?<number>\\d+)$", "order-12", true},
  {"(?<twice>ab)-\\k<twice>", "ab-ab", true},
  {"(?'twice'ab)-\\k'twice'", "ab-ac", false},
  {"(?<a>x)|(?<a>y)", "y", true},
  {"^\\p{L}+$", "größe", true},
  {"^\\p{Lu}", "größe", false},
  {"^\\P{L}", "1", true},
  {"^\\w+$", "größe_1", true},
  {"^\\d$", "\xd9\xa3", true}, // an Arabic digit, as in .NET
  {"^.$", "ö", true},
  {"\\Aorder\\z", "order", true},
  {"\\Aorder\\z", "order\n", false},
  {"order$", "order\n", true},
  {"^a.b$", "a\rb", true},
  {"^a.b$", "a\nb", false},
  {"^order-(?!test)", "order-1", true},
  {"^order-(?!test)", "order-test", false},
  {"(?<=order-)7", "order-7", true},
  {"(?<!order-)7", "order-7", false},
  {"(?>a+)b", "aab", true},
  {"a(?# a comment [ ( )b", "ab", true},
  {"(?x) a b # a comment", "ab", true},
  {"(a)(?n:(b))", "ab", true},
  {"(a)?(?(1)b|c)", "c", true},
  {"\\u0061\\x62", "ab", true},
  {"[^-a]", "b", true},
  {"[]a]", "]", true},
  {"a{2}", "aa", true},
  {"^{a}+$", "{a}}", true},
  {"a{,2}", "a{,2}", true},
  {"\xc3\xb6", "\xff\xc3\xb6", true}, // the text is no UTF-8
};

struct bad_row {
  std::string name;
  std::string expression;

  friend std::ostream& operator<<(std::ostream& out, const bad_row& row) { return out << row.name; }
};

const std::vector<bad_row> refused = {
  {"open group", "("},
  {"open class", "["},
  {"nothing to repeat", "*a"},
  {"unknown group", "\\k<none>"},
  {"wrong property", "\\p{Nonsense}"},
  {"property without braces", "\\pL"},
  {"script", "\\p{Greek}"},
  {"named class", "[[:alpha:]]"},
  {"subtraction", "[a-z-[aeiou]]"},
  {"possessive", "a++"},
  {"possessive count", "a{2}+"},
  {"verb", "(*ACCEPT)"},
  {"newline verb", "(*CRLF)a"},
  {"Python's name", "(?P<n>a)"},
  {"recursion", "(a(?R)?b)"},
  {"recursion by number", "(a(?1)?b)"},
  {"call by name", "(?<n>a)(?&n)"},
  {"branch reset", "(?|(a)|(b))"},
  {"callout", "(?C)a"},
  {"ungreedy", "(?U)a+"},
  {"keep out", "a\\Kb"},
  {"quotation", "\\Qa.b\\E"},
  {"any newline", "\\R"},
  {"byte", "\\C"},
  {"define", "(?(DEFINE)(?<n>a))b"},
  {"20 000 groups", repeated(20'000, "(") + "a" + repeated(20'000, ")")},
  {"20 000 look-aheads", repeated(20'000, "(?=") + "a" + repeated(20'000, ")")},
  {"20 000 stars", repeated(20'000, "(") + "a" + repeated(20'000, ")*")},
  {"90 000 characters", std::string(90'000, 'a')},
  {"200 000 alternatives", repeated(200'000, "a|") + "b"},
  {"a thousand cubed", "((a{1000}){1000}){1000}"},
};

// Each takes for ever where nothing limits it.
const std::vector<std::string> endless = {"^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(.*a){25}$", "^(?=(a+)+$)"};

} // namespace

BOOST_AUTO_TEST_SUITE(text_patterns)

BOOST_DATA_TEST_CASE(an_expression_is_read_as_a_server_reads_it, data::make(rows), row) {
  BOOST_TEST(text_pattern{row.expression}.matches(row.text) == row.matches);
}

BOOST_DATA_TEST_CASE(what_a_server_or_the_node_can_not_read_is_refused, data::make(refused), row) {
  BOOST_CHECK_THROW(text_pattern{row.expression}, bad_pattern);
}

BOOST_DATA_TEST_CASE(an_endless_search_is_given_up, data::make(endless), expression) {
  text_pattern pattern{expression};
  auto begun = std::chrono::steady_clock::now();
  BOOST_CHECK_THROW(pattern.matches(std::string(60, 'a') + "!"), pattern_gave_up);
  BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(a_long_text_is_searched_in_bounded_time) {
  BOOST_TEST(text_pattern{"b$"}.matches(std::string(1'000'000, 'a') + "b"));
  BOOST_TEST(!text_pattern{"ab"}.matches(std::string(1'000'000, 'a')));
  try {
    text_pattern{"^(a+)+$"}.matches(std::string(1'000'000, 'a') + "!");
  } catch (const pattern_gave_up&) {}
}

BOOST_AUTO_TEST_CASE(no_mixture_of_signs_ends_or_hangs_the_node) {
  const std::vector<std::string> pieces{"a",   "b",     ".",   "*",    "+",        "?",      "{2}",     "{1,}", "(",    ")",
                                        "(?:", "(?=",   "(?!", "(?<=", "(?<n>",    "\\k<n>", "(?>",     "(?i)", "(?x)", "[",
                                        "[^",  "]",     "-",   "|",    "^",        "$",      "\\b",     "\\w",  "\\1",  "\\p{L}",
                                        "\\",  "(?(1)", "#",   "\n",   "\xc3\xb6", "(?#",    "\\u0061", "\\G"};
  std::mt19937 chance{7};
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string expression;
    for (auto left = chance() % 12; left > 0; --left)
      expression += pieces[chance() % pieces.size()];
    try {
      text_pattern pattern{expression};
      ++read;
      pattern.matches("aabab-\xc3\xb6"
                      "aab");
      pattern.matches(std::string(40, 'a') + "\xff");
    } catch (const bad_pattern&) {
    } catch (const pattern_gave_up&) {}
  }
  BOOST_TEST(read > 1000);
}

BOOST_AUTO_TEST_CASE(one_of_very_many_prefixes_is_found) {
  testing::store_fixture in;
  in.append("order-1", 1);
  auto& event = in.events.events()[in.events.events().size() - 1];
  std::vector<std::string> prefixes{"order-2", "o", "order", "p", "", "order-1x"};
  prefixes.erase(prefixes.begin() + 4);
  BOOST_TEST(prefix_filter(filter_subject::stream_name, prefixes)(event));
  BOOST_TEST(prefix_filter(filter_subject::stream_name, {"z", ""})(event));
  BOOST_TEST(prefix_filter(filter_subject::stream_name, {"order-1"})(event));
  BOOST_TEST(!prefix_filter(filter_subject::stream_name, {"order-10", "order-0", "n", "p"})(event));
  BOOST_TEST(!prefix_filter(filter_subject::stream_name, {})(event));
}

BOOST_AUTO_TEST_SUITE_END()
