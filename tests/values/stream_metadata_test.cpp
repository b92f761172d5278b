// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <kdb/stream_metadata.hpp>

using namespace std::chrono_literals;
using kdb::parse_stream_metadata;
using kdb::stream_metadata;
namespace data = boost::unit_test::data;

namespace {

struct refused {
  const char* json;
  const char* key;
};
std::ostream& operator<<(std::ostream& out, const refused& one) {
  return out << one.json;
}
// What makes the server take the whole document for no metadata at all.
const std::vector<refused> documents{
  {"", "metadata"},
  {"[]", "metadata"},
  {"{", "metadata"},
  {"3", "metadata"},
  {R"({"$maxCount":"5"})", "$maxCount"},
  {R"({"$maxCount":2.5})", "$maxCount"},
  {R"({"$maxCount":null})", "$maxCount"},
  {R"({"$maxAge":true})", "$maxAge"},
  {R"({"$tb":9223372036854775808})", "$tb"},
  {R"({"$cacheControl":[]})", "$cacheControl"},
  {R"({"$acl":"$all"})", "$acl"},
  {R"({"$acl":{"$x":"$all"}})", "$acl.$x"},
  {R"({"$acl":{"$r":5}})", "$acl.$r"},
  {R"({"$acl":{"$r":["a",5]}})", "$acl.$r"},
};

struct unwritable {
  const char* member;
  stream_metadata metadata;
};
std::ostream& operator<<(std::ostream& out, const unwritable& one) {
  return out << one.member;
}
const std::vector<unwritable> values_out_of_range{
  {"max_count", {.max_count = 0}},
  {"max_count", {.max_count = std::numeric_limits<std::uint64_t>::max()}},
  {"max_age", {.max_age = 0s}},
  {"cache_control", {.cache_control = -1s}},
  {"truncate_before", {.truncate_before = kdb::stream_revision{std::uint64_t{1} << 63}}},
  {"custom.$maxCount", {.custom = {{"$maxCount", "3"}}}},
  {"custom.a", {.custom = {{"a", "{"}}}},
};

} // namespace

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(every_member_is_written_and_read_back) {
  const stream_metadata all{.max_count = 7,
                            .max_age = 3600s,
                            .truncate_before = kdb::stream_revision{0},
                            .cache_control = 1s,
                            .acl =
                              kdb::stream_acl{.read = {{"$all"}}, .write = {{"a", "b"}}, .remove = std::vector<std::string>{}},
                            .custom = {{"note", R"({"deep":[1,2.5,null]})"}, {"ü", "\"x\""}}};
  const auto json = to_json(all);
  BOOST_REQUIRE(json.has_value());
  const auto read = parse_stream_metadata(*json);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == all));
}

BOOST_AUTO_TEST_CASE(values_that_the_server_ignores_are_absent) {
  const auto read = parse_stream_metadata(R"({"$maxCount":0,"$maxAge":-3,"$tb":-1,"$cacheControl":0,"x":1})");
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == stream_metadata{.custom = {{"x", "1"}}}));
}

BOOST_AUTO_TEST_CASE(one_role_may_stand_without_a_list) {
  const auto read = parse_stream_metadata(R"({"$acl":{"$r":"ops","$mr":[]}})");
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read->acl->read == std::vector<std::string>{"ops"}));
  BOOST_TEST((read->acl->read_metadata == std::vector<std::string>{}));
  BOOST_TEST(!read->acl->write.has_value());
}

BOOST_AUTO_TEST_CASE(a_soft_delete_is_known_by_its_truncation) {
  BOOST_TEST(parse_stream_metadata(R"({"$tb":9223372036854775807})")->is_soft_deleted());
  BOOST_TEST(!parse_stream_metadata(R"({"$tb":9223372036854775806})")->is_soft_deleted());
  BOOST_TEST(!parse_stream_metadata("{}")->is_soft_deleted());
}

BOOST_DATA_TEST_CASE(what_the_server_would_take_for_nothing_is_named, data::make(documents), one) {
  const auto read = parse_stream_metadata(one.json);
  BOOST_REQUIRE(!read);
  BOOST_TEST((read.error().code == kdb::errc::invalid_argument));
  BOOST_TEST(read.error().template get<kdb::bad_argument>()->name == one.key);
}

BOOST_DATA_TEST_CASE(what_can_not_be_written_is_named, data::make(values_out_of_range), one) {
  const auto json = to_json(one.metadata);
  BOOST_REQUIRE(!json);
  BOOST_TEST(json.error().template get<kdb::bad_argument>()->name == one.member);
}

BOOST_AUTO_TEST_CASE(json_that_is_nested_to_do_harm_is_refused_and_breaks_nothing) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  const auto deep = kdb::parse_stream_metadata("{\"a\":" + nested(200) + "}");
  BOOST_REQUIRE(deep.has_value());
  BOOST_TEST(deep->custom.at("a") == nested(200));
  for (std::size_t depth : {1000u, 1'000'000u}) {
    BOOST_TEST(!kdb::parse_stream_metadata("{\"a\":" + nested(depth) + "}").has_value());
    BOOST_TEST(!kdb::parse_system_settings("{\"a\":" + nested(depth) + "}").has_value());
    BOOST_TEST(!kdb::to_json(kdb::stream_metadata{.custom = {{"a", nested(depth)}}}).has_value());
  }
}

BOOST_AUTO_TEST_CASE(settings_are_written_and_read_back) {
  const kdb::system_settings all{.user_stream_acl = kdb::stream_acl{.read = {{"$all"}}},
                                 .system_stream_acl = kdb::stream_acl{.write = {{"$admins"}}}};
  const auto read = kdb::parse_system_settings(*kdb::to_json(all));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == all));
  BOOST_TEST((*kdb::parse_system_settings("{}") == kdb::system_settings{}));
  BOOST_TEST(!kdb::parse_system_settings("[]").has_value());
  BOOST_TEST(!kdb::parse_system_settings(R"({"$userStreamAcl":{"$q":"x"}})").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
