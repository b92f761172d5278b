// SPDX-License-Identifier: Apache-2.0
#include "devnode/projections/query_syntax.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace kdb::development;
namespace data = boost::unit_test::data;

namespace {

const std::vector<std::string> good = {
  "",
  "fromAll().when({})",
  "fromStream('s').when({$init: function(){return {count:0};}, $any: function(s,e){s.count++; return s;}}).outputState()",
  "options({resultStreamName: \"r\"});\nfromCategory('c')\n  .foreachStream()\n  .when({ $init() { return { n: 0 } }, order(s, "
  "e) { s.n += e.data.n } })",
  "let a = 1\nlet b = a\nfunction f(x) { return x ? [1, 2,] : null }",
  "const f = async (x, ...rest) => { await x; for (const y of rest) yield_(y) }",
  "if (a) /it's/.test(b); else c = a / b / 2",
  "var r = /[/'\"]+/g, s = 'a\\'b', t = \"c\\\nd\"",
  "var t = `a ${b + `c ${d}`} '`; tag`x`",
  "class A extends B { static x = 1; get y() { return this.#z } *g() { yield* h() } }",
  "for (;;) { if (x in y) break; else continue }",
  "label: while (true) { break label }",
  "a?.b?.[0]?.(1); c = d ?.5 : 1; e ?\?= f",
  "switch (a) { case 'b': return 1; default: throw new Error('x') }",
  "do x(); while (y)",
  "i++; --j; k = -l + +m; !n; ~o; typeof p; void q; delete r.s",
  "x = 5..toString() + 1e+5 + 0xFF + .5",
  "var größe = 1; größe",
  "import * as x from 'y'; export * from 'z'",
  "a = b // it's a comment\n/* don't */ c = d",
  "a.return.class.new(b)",
  "let of = 1, get = 2, from = 3; of + get",
};

const std::vector<std::pair<std::string, std::string>> bad = {
  {"this is not javascript (", "Unexpected identifier 'is' (<anonymous>:1:6)"},
  {"SELECT x FROM y", "Unexpected identifier 'x' (<anonymous>:1:8)"},
  {"hello world", "Unexpected identifier 'world' (<anonymous>:1:7)"},
  {"fromAll()\n.when({ a b })", "Unexpected identifier 'b' (<anonymous>:2:11)"},
  {"fromAll().when({", "Unexpected end of input (<anonymous>:1:17)"},
  {"fromAll(", "Unexpected end of input (<anonymous>:1:9)"},
  {"fromAll('a'", "missing ) after argument list (<anonymous>:1:12)"},
  {"fromAll().when({)", "Unexpected token ')' (<anonymous>:1:17)"},
  {"fromAll())", "Unexpected token ')' (<anonymous>:1:10)"},
  {"a = [1, 2}", "Unexpected token '}' (<anonymous>:1:10)"},
  {"fromAll().when({a: function(s, e) { return s. }})", "Unexpected token '}' (<anonymous>:1:47)"},
  {"a = ;", "Unexpected token ';' (<anonymous>:1:5)"},
  {"a =", "Unexpected end of input (<anonymous>:1:4)"},
  {"a = 'b", "Invalid or unexpected token (<anonymous>:1:5)"},
  {"a = 'b\n'", "Invalid or unexpected token (<anonymous>:1:5)"},
  {"a = `b", "Unterminated template literal (<anonymous>:1:7)"},
  {"a = `b ${c", "Unexpected end of input (<anonymous>:1:11)"},
  {"a = /b", "Invalid regular expression: missing / (<anonymous>:1:5)"},
  {"/* a", "Invalid or unexpected token (<anonymous>:1:1)"},
  {"a @ b", "Invalid or unexpected token (<anonymous>:1:3)"},
  {"x 1", "Unexpected number (<anonymous>:1:3)"},
  {"x 'y'", "Unexpected string (<anonymous>:1:3)"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(query_syntax)

BOOST_DATA_TEST_CASE(what_is_javascript_has_no_problem, data::make(good), query) {
  BOOST_TEST(syntax_problem(query).value_or("") == "");
}

BOOST_AUTO_TEST_CASE(what_is_none_is_told_in_the_words_of_a_server) {
  for (auto& [query, problem] : bad)
    BOOST_TEST(syntax_problem(query).value_or("") == problem, query);
}

BOOST_AUTO_TEST_CASE(a_long_or_deep_query_is_looked_at_in_no_time) {
  BOOST_TEST(syntax_problem(std::string(1'000'000, '(')).has_value());
  BOOST_TEST(syntax_problem(std::string(1'000'000, '/')).value_or("") == "");
  std::string templates;
  for (int i = 0; i < 100'000; ++i)
    templates += "`${";
  BOOST_TEST(syntax_problem(templates).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
