// SPDX-License-Identifier: Apache-2.0

// Functions of indexes: what they are of an event, and which are none that the node understands.

#include "devnode/indexes/expression.hpp"

#include "devnode/store/store.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

using namespace kdb::development;
namespace data = boost::unit_test::data;

namespace {

constexpr std::string_view order = R"({"country":"DE","amount":12.5,"count":3,"paid":true,"note":null,"empty":"",)"
                                   R"("lines":[{"sku":"a"},{"sku":"größe 𝄞"}],"address":{"zip code":"10115"}})";

/// A store with the event `order` in it, or with another one.
struct written_event {
  explicit written_event(std::string_view with = order, bool json = true, std::string_view metadata = R"({"tenant":"t1"})") {
    proposed_event first{.id = {}, .type = "other", .json = true, .data = "{}", .custom_metadata = {}};
    proposed_event event{.id = {1, 2}, .type = "placed", .json = json, .data = with, .custom_metadata = metadata};
    events.append("orders-1", expected_state::any(), {&first, 1});
    events.append("orders-1", expected_state::any(), {&event, 1});
  }

  const stored_event& event() const { return events.events()[events.events().size() - 1]; }

  store events;
};

std::string shown(const std::optional<script_value>& value) {
  struct {
    std::string operator()(undefined_value) const { return "undefined"; }
    std::string operator()(null_value) const { return "null"; }
    std::string operator()(skip_value) const { return "skip"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(double value) const { return std::to_string(value).substr(0, std::to_string(value).find('.') + 2); }
    std::string operator()(const std::string& value) const { return "'" + value + "'"; }
    std::string operator()(json_value value) const { return std::string{value.text}; }
  } show;
  return value ? std::visit(show, *value) : "throws";
}

std::string result_of(std::string_view text, const stored_event& event) {
  auto function = index_function::parse(text);
  if (auto problem = std::get_if<std::string>(&function))
    return *problem;
  return shown(std::get<index_function>(function)(event));
}

struct row {
  const char* body;
  const char* result;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.body;
}

const row values[] = {
  {"rec.value.country", "'DE'"},
  {"rec.value['country']", "'DE'"},
  {"rec.value.amount", "12.5"},
  {"rec.value.paid", "true"},
  {"rec.value.note", "null"},
  {"rec.value.missing", "undefined"},
  {"rec.value.missing.deeper", "throws"},
  {"rec.value.missing?.deeper.and.deeper", "undefined"},
  {"rec.value.note?.deeper", "undefined"},
  {"rec.value?.country", "'DE'"},
  {"rec.value.country.deeper", "undefined"},
  {"rec.value.country.length", "2.0"},
  {"rec.value.lines[1].sku.length", "8.0"},
  {"rec.value.lines[0].sku", "'a'"},
  {"rec.value.lines[0]", R"({"sku":"a"})"},
  {"rec.value.lines[2]?.sku", "undefined"},
  {"rec.value.lines.length", "2.0"},
  {"rec.value.address[\"zip code\"]", "'10115'"},
  {"rec.properties.tenant", "'t1'"},
  {"rec.schema.name", "'placed'"},
  {"rec.position.stream", "'orders-1'"},
  {"rec.position.streamRevision", "1.0"},
  {"rec.id", "'00000000-0000-0001-0000-000000000002'"},
  {"rec.redacted", "false"},
  {"rec.hasValue", "true"},
  {"'it\\'s\\n'", "'it's\n'"},
  {"-1.5", "-1.5"},
  {"1e2", "100.0"},
  {"null", "null"},
  {"undefined", "undefined"},
  {"skip", "skip"},
  {"rec.value.country == 'DE'", "true"},
  {"rec.value.country === \"FR\"", "false"},
  {"rec.value.country != 'DE'", "false"},
  {"rec.value.country !== 'FR'", "true"},
  {"rec.value.amount > 12", "true"},
  {"rec.value.amount<=12.5", "true"},
  {"rec.value.amount >= 13", "false"},
  {"rec.value.amount < 13", "true"},
  {"rec.value.country < 'FR'", "true"},
  {"rec.value.count == '3'", "true"},
  {"rec.value.count === '3'", "false"},
  {"rec.value.paid == 1", "true"},
  {"rec.value.note == undefined", "true"},
  {"rec.value.note === undefined", "false"},
  {"rec.value.note == 0", "false"},
  {"rec.value.note <= 0", "true"},
  {"rec.value.missing < 0", "false"},
  {"rec.value.address == rec.value.address", "false"},
  {"!rec.value.paid", "false"},
  {"!!rec.value.country", "true"},
  {"!rec.value.empty && !rec.value.note && !rec.value.missing", "true"},
  {"rec.value.paid && rec.value.country", "'DE'"},
  {"rec.value.note && rec.value.missing.deeper", "null"},
  {"rec.value.note || rec.value.country", "'DE'"},
  {"rec.value.empty || rec.value.note || 7", "7.0"},
  {"rec.value.paid || rec.value.missing.deeper", "true"},
  {"rec.value.missing.deeper || true", "throws"},
  {"rec.value.paid ? rec.value.country : skip", "'DE'"},
  {"rec.value.amount > 99 ? 'large' : rec.value.amount > 9 ? 'middle' : 'small'", "'middle'"},
  {"rec.value.paid ?.5 : 1", "0.5"},
  {"(rec.value.amount > 1 || false) && (true)", "true"},
  {"true || false && false", "true"},
};

const row refused[] = {
  {"", "a function like rec => rec.value.country is missing (at 1)"},
  {"true", "a function like rec => rec.value.country is missing (at 1)"},
  {"() => true", "a function like rec => rec.value.country is missing (at 1)"},
  {"(a, b) => true", "a function like rec => rec.value.country is missing (at 1)"},
  {"function(rec) { return true }", "a function like rec => rec.value.country is missing (at 1)"},
  {"rec =>", "the end is missing (at 7)"},
  {"rec => { return true }", "unexpected '{' (at 8)"},
  {"rec => rec", "a member of the event is missing (at 11)"},
  {"rec => rec.type", "the event has no member 'type' (at 11)"},
  {"rec => rec.schema.format", "the event has no member 'schema.format' (at 11)"},
  {"rec => rec.timestamp", "the event has no member 'timestamp' (at 11)"},
  {"rec => other.value", "'other' is not known (at 8)"},
  {"rec => rec.value.a.startsWith('b')", "calls are not understood (at 30)"},
  {"rec => rec.value.a + 1", "unexpected '+' (at 20)"},
  {"rec => rec.value.a == ", "the end is missing (at 23)"},
  {"rec => rec.value.a == 1 == 2", "unexpected '=' (at 25)"},
  {"rec => rec.value.a = 1", "unexpected '=' (at 20)"},
  {"rec => rec.value.a ?? 1", "unexpected '?' (at 21)"},
  {"rec => rec.value.a ? 1", "the end is missing (at 23)"},
  {"rec => rec.value[rec.value.b]", "unexpected 'r' (at 18)"},
  {"rec => (true", "the end is missing (at 13)"},
  {"rec => 'open", "a text without an end (at 13)"},
  {"rec => '\\x41'", "an escape other than \\\\ \\' \\\" \\n \\r \\t (at 10)"},
  {"rec => 1a", "unexpected 'a' (at 9)"},
  {"rec => true; true", "unexpected ';' (at 12)"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(index_expressions)

BOOST_DATA_TEST_CASE(an_expression_has_the_value_that_javascript_gives_it, data::make(values), one) {
  written_event written;
  BOOST_TEST(result_of("rec => " + std::string{one.body}, written.event()) == one.result);
}

BOOST_DATA_TEST_CASE(what_the_node_does_not_understand_is_refused_with_its_place, data::make(refused), one) {
  written_event written;
  BOOST_TEST(result_of(one.body, written.event()) == one.result);
}

BOOST_AUTO_TEST_CASE(a_parameter_may_have_any_name_and_parentheses) {
  written_event written;
  BOOST_TEST(result_of("(e)=>e.value.country", written.event()) == "'DE'");
  BOOST_TEST(result_of(" $é1 => $é1.value.country ", written.event()) == "'DE'");
}

BOOST_AUTO_TEST_CASE(data_that_is_no_json_is_no_value_and_broken_json_throws) {
  written_event bytes{order, false};
  BOOST_TEST(result_of("rec => rec.value", bytes.event()) == "null");
  BOOST_TEST(result_of("rec => rec.hasValue", bytes.event()) == "false");
  BOOST_TEST(result_of("rec => rec.value.country", bytes.event()) == "throws");
  written_event broken{"{\"country\":", true};
  BOOST_TEST(result_of("rec => rec.value?.country", broken.event()) == "throws");
  BOOST_TEST(result_of("rec => rec.hasValue", broken.event()) == "throws");
  written_event nothing{"", true, ""};
  BOOST_TEST(result_of("rec => rec.value", nothing.event()) == "null");
  BOOST_TEST(result_of("rec => rec.properties?.tenant", nothing.event()) == "undefined");
}

BOOST_AUTO_TEST_CASE(a_document_may_be_any_value) {
  for (auto [document, value] :
       {std::pair{"7", "7.0"}, {"\"a\"", "'a'"}, {"[1]", "[1]"}, {" true ", "true"}, {"nul", "throws"}}) {
    written_event written{document, true};
    BOOST_TEST(result_of("rec => rec.value", written.event()) == value);
  }
}

BOOST_AUTO_TEST_CASE(deep_expressions_are_refused_and_do_not_overflow) {
  written_event written;
  for (auto sign : {"(", "!", "true ? "}) {
    std::string text = "rec => ";
    for (int i = 0; i < 100'000; ++i)
      text += sign;
    BOOST_TEST(result_of(text, written.event()).starts_with("too deep"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
