// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

#include "libkdb/values/trace_metadata.hpp"
#include <kdb/tracer.hpp>

using namespace kdb;

namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c", span = "b7ad6b7169203331";

span_context known() {
  return parse_span_context(trace, span).value();
}

/// Metadata, and what they become; empty if they stay as they are.
struct row {
  std::string before;
  std::string after;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.before;
}

const std::string both = R"("$traceId":")" + trace + R"(","$spanId":")" + span + '"';

const row written[] = {
  // Absent metadata become an object, and the text of the host stays as it is, spaces and all.
  {"", '{' + both + '}'},
  {"{}", '{' + both + '}'},
  {"{ }", "{ " + both + '}'},
  {R"({"a":1})", R"({"a":1,)" + both + '}'},
  {"{\"a\" : {\"b\":[1,2]}\n}\n", "{\"a\" : {\"b\":[1,2]}\n," + both + '}'},
  // Of members that are deeper than the first level nobody else takes notice.
  {R"({"a":{"$traceId":"x","$spanId":"y"}})", R"({"a":{"$traceId":"x","$spanId":"y"},)" + both + '}'},
  // Only what is absent is written.
  {R"({"$traceId":"x"})", R"({"$traceId":"x","$spanId":")" + span + R"("})"},
  {R"({"$spanId":"y"})", R"({"$spanId":"y","$traceId":")" + trace + R"("})"},
  {R"({"$traceId":"x","$spanId":"y"})", ""},
  {R"({"$traceId":null,"$spanId":7})", ""},
  // No JSON object: left alone.
  {"[1]", ""},
  {"1", ""},
  {"null", ""},
  {R"("{}")", ""},
  {"{", ""},
  {"{}}", ""},
  {R"({"a":1,})", ""},
  {"\x01\x02", ""},
  {"hello", ""},
};

/// Metadata that hold the context, or not.
struct found {
  std::string metadata;
  bool has = false;
};

std::ostream& operator<<(std::ostream& out, const found& one) {
  return out << one.metadata;
}

const found readable[] = {
  {'{' + both + '}', true},
  {R"({"a":[{"b":1}],)" + both + '}', true},
  {R"({"$traceId":"0x)" + trace + R"(","$spanId":"0x)" + span + "\"}", true}, // As the Python client writes it.
  {R"({"$traceId":")" + trace + "\"}", false},
  {R"({"$spanId":")" + span + "\"}", false},
  {R"({"a":{)" + both + "}}", false},
  {R"({"$traceId":1,"$spanId":2})", false},
  {R"({"$traceId":"x","$spanId":"y"})", false},
  {R"({"$traceId":"00000000000000000000000000000000","$spanId":")" + span + "\"}", false},
  {R"({"$traceId":")" + trace + R"(","$spanId":"0000000000000000"})", false},
  {R"([{"$traceId":1}])", false},
  {"$traceId", false},
  {"{}", false},
  {"", false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(trace_metadata)

BOOST_DATA_TEST_CASE(the_context_is_written_into_a_json_object_that_lacks_it, boost::unit_test::data::make(written), row) {
  const auto after = with_span_context(row.before, known());
  BOOST_TEST(after.value_or("") == row.after);
  if (after && row.before.find("$traceId") == std::string::npos && row.before.find("$spanId") == std::string::npos)
    BOOST_TEST((read_span_context(*after) == known()));
}

BOOST_DATA_TEST_CASE(the_context_is_read_where_both_keys_are, boost::unit_test::data::make(readable), row) {
  const auto context = read_span_context(row.metadata);
  BOOST_TEST(context.has_value() == row.has);
  if (context)
    BOOST_TEST((*context == known()));
}

BOOST_AUTO_TEST_CASE(ids_are_bare_lower_case_digits) {
  BOOST_TEST(trace_id_of(known()) == trace);
  BOOST_TEST(span_id_of(known()) == span);
  BOOST_TEST((parse_span_context("0AF7651916CD43DD8448EB211C80319C", span) == known()));
}

BOOST_AUTO_TEST_CASE(what_is_no_id_is_not_read) {
  for (const auto* wrong : {"", "x", "0x", "0af7651916cd43dd8448eb211c80319", "0af7651916cd43dd8448eb211c80319cc",
                            "0af7651916cd43dd8448eb211c80319g", "00000000000000000000000000000000"})
    BOOST_TEST(!parse_span_context(wrong, span).has_value(), wrong);
  BOOST_TEST(!parse_span_context(trace, "b7ad6b716920333").has_value());
  BOOST_TEST(!span_context{}.is_valid());
}

BOOST_AUTO_TEST_SUITE_END()
