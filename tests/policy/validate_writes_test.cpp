// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "libkdb/policy/validate_writes.hpp"

using kdb::consistency_check;
using kdb::new_record;
using kdb::stream_append;
using kdb::stream_record;
namespace data = boost::unit_test::data;

namespace {

new_record record(std::string name = "order-placed") {
  return {.schema_name = std::move(name)};
}

new_record with(void (*change)(new_record&)) {
  auto made = record();
  change(made);
  return made;
}

struct bad_appends {
  const char* member;
  std::vector<stream_append> appends;
};
std::ostream& operator<<(std::ostream& out, const bad_appends& one) {
  return out << one.member;
}

const kdb::uuid same = kdb::random_uuid();
const new_record with_same_id{.schema_name = "t", .id = same};

const std::vector<bad_appends> refused_appends{
  {"appends", {}},
  {"appends[0].stream", {{.stream = "", .records = {record()}}}},
  {"appends[0].stream", {{.stream = "$$", .records = {record()}}}},
  {"appends[1].stream", {{.stream = "Orders", .records = {record()}}, {.stream = "orders", .records = {record()}}}},
  {"appends[0].records", {{.stream = "a"}}},
  {"appends[0].expected", {{.stream = "a", .records = {record()}, .expected = kdb::stream_state::from_number(-3)}}},
  {"appends[0].records[0].schema_name", {{.stream = "a", .records = {record("")}}}},
  {"appends[0].records[0].schema_name", {{.stream = "a", .records = {record("order placed")}}}},
  {"appends[0].records[0].schema_name", {{.stream = "a", .records = {record("a/b")}}}},
  {"appends[0].records[1].id", {{.stream = "a", .records = {record(), with([](new_record& r) { r.id = {}; })}}}},
  {"appends[0].records[0].schema_id", {{.stream = "a", .records = {with([](new_record& r) { r.schema_id = kdb::uuid{}; })}}}},
  {"appends[0].records[0].properties", {{.stream = "a", .records = {with([](new_record& r) { r.properties[""] = 1; })}}}},
  {"appends[0].records[0].properties",
   {{.stream = "a", .records = {with([](new_record& r) { r.properties["$schema.format"] = "Json"; })}}}},
  {"appends[0].records[0].properties.a", {{.stream = "a", .records = {with([](new_record& r) {
                                                            r.properties["a"] = kdb::property_value::object{{"", 1}};
                                                          })}}}},
  {"records.id", {{.stream = "a", .records = {with_same_id}}, {.stream = "b", .records = {with_same_id}}}},
};

struct bad_checks {
  const char* member;
  std::vector<consistency_check> checks;
};
std::ostream& operator<<(std::ostream& out, const bad_checks& one) {
  return out << one.member;
}
const std::vector<bad_checks> refused_checks{
  {"checks[0].stream", {{.stream = ""}}},
  {"checks[1].stream", {{.stream = "a"}, {.stream = "A"}}},
  {"checks[0].revision",
   {{.stream = "a", .expected = consistency_check::state::at_revision, .revision = {std::uint64_t{1} << 63}}}},
};

template <class Checked>
void expect_refused(const Checked& checked, const char* member) {
  BOOST_REQUIRE(!checked);
  BOOST_TEST((checked.error().code == kdb::errc::invalid_argument));
  BOOST_TEST(checked.error().template get<kdb::bad_argument>()->name == member);
}

} // namespace

BOOST_AUTO_TEST_SUITE(validate_writes)

BOOST_DATA_TEST_CASE(an_append_to_streams_that_can_not_work_is_refused, data::make(refused_appends), one) {
  expect_refused(kdb::policy::check_append_to_streams(one.appends, {}), one.member);
}

BOOST_DATA_TEST_CASE(a_check_that_can_not_work_is_refused, data::make(refused_checks), one) {
  const std::vector<stream_record> records{{"s", record()}};
  expect_refused(kdb::policy::check_append_records(records, one.checks, {}), one.member);
}

BOOST_AUTO_TEST_CASE(records_need_a_stream_each_and_there_must_be_one) {
  expect_refused(kdb::policy::check_append_records({}, {}, {}), "records");
  const std::vector<stream_record> nowhere{{"a", record()}, {"", record()}};
  expect_refused(kdb::policy::check_append_records(nowhere, {}, {}), "records[1].stream");
}

BOOST_AUTO_TEST_CASE(what_the_server_takes_passes) {
  const std::vector<stream_append> appends{{.stream = "a", .records = {record("Ünï_1.$:-"), record()}},
                                           {.stream = "b", .records = {record()}, .expected = kdb::stream_state::no_stream}};
  BOOST_TEST(kdb::policy::check_append_to_streams(appends, {}).has_value());
  const std::vector<stream_record> records{{"a", record()}, {"b", record()}, {"a", record()}};
  const std::vector<consistency_check> checks{
    {.stream = "a", .expected = consistency_check::state::tombstoned},
    {.stream = "c", .expected = consistency_check::state::at_revision, .revision = {0}}};
  BOOST_TEST(kdb::policy::check_append_records(records, checks, {}).has_value());
}

BOOST_AUTO_TEST_CASE(a_deletion_needs_a_stream_and_a_state_of_the_servers) {
  BOOST_TEST(kdb::policy::check_delete("a", kdb::stream_state::any, {}).has_value());
  expect_refused(kdb::policy::check_delete("", kdb::stream_state::any, {}), "stream");
  expect_refused(kdb::policy::check_delete("a", kdb::stream_state::from_number(-3), {}), "expected");
  expect_refused(kdb::policy::check_delete("a", kdb::stream_state::any, {.deadline = std::chrono::milliseconds{0}}), "deadline");
}

BOOST_AUTO_TEST_SUITE_END()
