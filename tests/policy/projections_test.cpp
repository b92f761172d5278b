// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "libkdb/policy/projections.hpp"

using namespace kdb;
namespace data = boost::unit_test::data;

namespace {

struct refused_row {
  const char* member;
  const char* why;
  result<void> (*check)();
};

std::ostream& operator<<(std::ostream& out, const refused_row& row) {
  return out << row.member << ' ' << row.why;
}

constexpr const char* query = "fromAll()";
const call_options impossible_call{.deadline = std::chrono::milliseconds{0}};

result<void> create(std::string_view name, std::string_view text, const create_projection_options& how = {}) {
  return policy::check_create_projection(name, text, how);
}

const refused_row refused[] = {
  {"name", "empty", [] { return create("", query); }},
  {"name", "blank", [] { return create(" \t", query); }},
  {"name", "no UTF-8", [] { return create("\xff", query); }},
  {"query", "empty", [] { return create("p", ""); }},
  {"query", "blank", [] { return create("p", "\n"); }},
  {"query", "no UTF-8", [] { return create("p", "\xff"); }},
  {"engine", "unknown", [] { return create("p", query, {.engine = static_cast<projection_engine>(3)}); }},
  {"track_emitted_streams", "without emit", [] { return create("p", query, {.track_emitted_streams = true}); }},
  {"track_emitted_streams", "with the engine v2",
   [] { return create("p", query, {.emit = true, .track_emitted_streams = true, .engine = projection_engine::v2}); }},
  {"deadline", "0", [] { return create("p", query, {.call = impossible_call}); }},
  {"query", "empty", [] { return policy::check_create_one_time_projection("", {}); }},
  {"engine", "unknown",
   [] { return policy::check_create_one_time_projection(query, {.engine = static_cast<projection_engine>(0)}); }},
  {"deadline", "0", [] { return policy::check_create_one_time_projection(query, {.call = impossible_call}); }},
  {"properties", "an empty key",
   [] {
     return create("p", query, {.properties = {{"", 1}}});
   }},
  {"properties.a", "no UTF-8",
   [] {
     return create("p", query, {.properties = {{"a", "\xff"}}});
   }},
  {"properties", "an empty key",
   [] {
     return policy::check_create_one_time_projection(query, {.properties = {{"", 1}}});
   }},
  {"name", "blank", [] { return policy::check_create_transient_projection(" ", query, {}); }},
  {"query", "empty", [] { return policy::check_create_transient_projection("p", "", {}); }},
  {"engine", "unknown",
   [] { return policy::check_create_transient_projection("p", query, {.engine = static_cast<projection_engine>(3)}); }},
  {"properties", "an empty key",
   [] {
     return policy::check_create_transient_projection("p", query, {.properties = {{"", 1}}});
   }},
  {"deadline", "0", [] { return policy::check_create_transient_projection("p", query, {.call = impossible_call}); }},
  {"properties", "an empty key",
   [] {
     return policy::check_update_projection("p", query, {.properties = {{"", 1}}});
   }},
  {"name", "empty", [] { return policy::check_update_projection("", query, {}); }},
  {"query", "empty", [] { return policy::check_update_projection("p", "", {}); }},
  {"deadline", "0", [] { return policy::check_update_projection("p", query, {.call = impossible_call}); }},
  {"name", "empty", [] { return policy::check_projection("", {}); }},
  {"deadline", "0", [] { return policy::check_projection("p", impossible_call); }},
  {"name", "empty", [] { return policy::check_projection_state("", {}); }},
  {"partition", "no UTF-8", [] { return policy::check_projection_state("p", {.partition = "\xff"}); }},
  {"deadline", "0", [] { return policy::check_projection_state("p", {.call = impossible_call}); }},
  {"mode", "unknown", [] { return policy::check_list_projections(static_cast<projection_mode>(4), {}); }},
  {"deadline", "0", [] { return policy::check_list_projections(projection_mode::all, impossible_call); }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(projections)

BOOST_DATA_TEST_CASE(what_the_server_would_refuse_or_take_and_never_run_is_refused_here, data::make(refused), row) {
  const result<void> outcome = row.check();
  BOOST_REQUIRE(!outcome);
  const error& why = outcome.error();
  BOOST_TEST((why.code == errc::invalid_argument));
  BOOST_TEST(std::get<bad_argument>(why.detail).name == row.member);
  BOOST_TEST(why.message.find("; give ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ordinary_requests_pass) {
  BOOST_TEST(create("größe", query).has_value());
  BOOST_TEST(create("p", query, {.emit = true, .track_emitted_streams = true}).has_value());
  BOOST_TEST(create("p", query, {.emit = true, .engine = projection_engine::v2}).has_value());
  BOOST_TEST(create("p", query, {.properties = {{"a", nullptr}, {"b", property_value::list{1, "c"}}}}).has_value());
  BOOST_TEST(policy::check_create_one_time_projection(query, {}).has_value());
  BOOST_TEST(policy::check_create_transient_projection("p", query, {.engine = projection_engine::v2}).has_value());
  BOOST_TEST(policy::check_update_projection("p", query, {.emit = false}).has_value());
  BOOST_TEST(policy::check_projection("$by_category", {}).has_value());
  BOOST_TEST(policy::check_projection_state("p", {.partition = "orders-1"}).has_value());
  for (const auto mode :
       {projection_mode::all, projection_mode::continuous, projection_mode::one_time, projection_mode::transient})
    BOOST_TEST(policy::check_list_projections(mode, {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
