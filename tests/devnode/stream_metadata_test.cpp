// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/stream_metadata.hpp"

#include <boost/test/unit_test.hpp>

using namespace kdb::development;

namespace {

struct row {
  const char* document;
  stream_metadata expected;
};

stream_metadata counts(std::int64_t count) {
  return {.max_count = count, .max_age = {}, .truncate_before = {}};
}

stream_metadata with_access(stream_metadata metadata, access_list access) {
  metadata.access = std::make_shared<const access_list>(std::move(access));
  return metadata;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stream_metadata_documents)

BOOST_AUTO_TEST_CASE(documents_mean_what_they_mean_to_a_server) {
  const row rows[] = {
    {"{}", {}},
    {"not json", {}},
    {"[1]", {}},
    {R"({"$maxCount":2,"owner":"x"})", counts(2)},
    {R"({"$maxCount":2,})", counts(2)},
    {R"({"$maxAge":5,"$tb":7})", {.max_count = {}, .max_age = 5, .truncate_before = 7}},
    {R"({"$tb":9223372036854775807})", {.max_count = {}, .max_age = {}, .truncate_before = deleted_truncate_before}},
    // A wrong type makes the whole document invalid, a value out of range only itself.
    {R"({"$maxCount":"5","$tb":3})", {}},
    {R"({"$maxCount":2.5,"$tb":3})", {}},
    {R"({"$tb":9223372036854775808})", {}},
    {R"({"$maxCount":0,"$tb":3})", {.max_count = {}, .max_age = {}, .truncate_before = 3}},
    {R"({"$maxCount":-1,"$maxAge":0,"$tb":-3})", {}},
    {R"({"$maxCount":2,"$cacheControl":"x"})", {}},
    {R"({"$maxCount":2,"$tmp":1})", {}},
    {R"({"$maxCount":2,"$tmp":true})", counts(2)},
    {R"({"$maxCount":2,"$acl":{"$r":"a","$w":["a","b"],"$d":[]}})",
     with_access(counts(2), {.read = {{"a"}}, .write = {{"a", "b"}}, .remove = {{}}, .read_metadata = {}, .write_metadata = {}})},
    {R"({"$maxCount":2,"$acl":{"$x":"a"}})", {}},
    {R"({"$maxCount":2,"$acl":{"$r":1}})", {}},
    {R"({"$maxCount":2,"$acl":{"$r":[1]}})", {}},
  };
  for (auto& [document, expected] : rows)
    BOOST_TEST((parse_metadata(document, true) == expected), document);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_not_json_is_empty_metadata) {
  BOOST_TEST((parse_metadata(R"({"$maxCount":2})", false) == stream_metadata{}));
}

BOOST_AUTO_TEST_CASE(a_rewrite_keeps_what_it_does_not_know) {
  BOOST_TEST(*with_truncate_before(R"({ "$tb" : 9, "a" : {"b": 1.0} ,"c":[ ]})", 3) == R"({"a":{"b": 1.0},"c":[ ],"$tb":3})");
  BOOST_TEST(*with_truncate_before("{}", 0) == R"({"$tb":0})");
  BOOST_TEST(!with_truncate_before("x", 0));
}

BOOST_AUTO_TEST_SUITE_END()
