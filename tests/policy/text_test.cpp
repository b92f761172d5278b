// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <ostream>
#include <string>

#include <kdb/stream_metadata.hpp>

#include "libkdb/policy/groups.hpp"
#include "libkdb/policy/operations.hpp"
#include "libkdb/policy/projections.hpp"
#include "libkdb/policy/properties.hpp"
#include "libkdb/policy/users.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/policy/validate_writes.hpp"

using namespace kdb;
namespace data = boost::unit_test::data;

namespace {

/// A string that goes into a request, and the door it passes.
struct field {
  const char* member;
  result<void> (*check)(std::string text);
  bool may_be_empty = false;
};

std::ostream& operator<<(std::ostream& out, const field& row) {
  return out << row.member;
}

call_options with(credentials who) {
  return {.credentials = std::move(who)};
}

result<void> property(property_value value) {
  new_record record{.schema_name = "t"};
  record.properties["p"] = std::move(value);
  return policy::check_append_records(std::vector<stream_record>{{"s", std::move(record)}}, {}, {});
}

result<void> property_key(std::string key, bool nested) {
  new_record record{.schema_name = "t"};
  if (nested)
    record.properties["p"] = property_value::object{{std::move(key), 1}};
  else
    record.properties.emplace(std::move(key), 1);
  return policy::check_append_to_streams(std::vector<stream_append>{{.stream = "s", .records = {std::move(record)}}}, {});
}

result<void> metadata(stream_metadata what) {
  return to_json(what).transform([](const std::string&) {});
}

const field fields[] = {
  // -- streams
  {"stream", [](std::string text) { return policy::check_append(text, stream_state::any, {}); }},
  {"stream", [](std::string text) { return policy::check_read(text, {}); }},
  {"stream", [](std::string text) { return policy::check_subscribe(text, {}); }},
  {"stream", [](std::string text) { return policy::check_delete(text, stream_state::any, {}); }},
  {"events[0].type",
   [](std::string text) {
     return policy::check_append("s", stream_state::any, std::vector{new_event::json(std::move(text), "{}")});
   }},
  {"filter.expression",
   [](std::string text) { return policy::check_read({.filter = event_filter::type_regex(std::move(text))}); }},
  {"filter.expression",
   [](std::string text) { return policy::check_subscribe({.filter = event_filter::stream_regex(std::move(text))}); }},
  {"filter.prefixes",
   [](std::string text) {
     return policy::check_read({.filter = event_filter::type_prefixes({"a", std::move(text)})});
   },
   true},
  {"filter.prefixes", [](std::string text) { return policy::check_read({.filter = event_filter::category_index(text)}); }, true},
  // -- stream metadata and system settings
  {"custom",
   [](std::string text) {
     return metadata({.custom = {{std::move(text), "1"}}});
   },
   true},
  {"custom.a",
   [](std::string text) {
     return metadata({.custom = {{"a", '"' + text + '"'}}});
   },
   true},
  {"$acl.$r", [](std::string text) { return metadata({.acl = stream_acl{.read = {{std::move(text)}}}}); }, true},
  {"$acl.$mw",
   [](std::string text) {
     return metadata({.acl = stream_acl{.write_metadata = {{"a", std::move(text)}}}});
   },
   true},
  {"$userStreamAcl.$w",
   [](std::string text) {
     return to_json(system_settings{.user_stream_acl = stream_acl{.write = {{std::move(text)}}}})
       .transform([](const std::string&) {});
   },
   true},
  // -- records
  {"records[0].stream",
   [](std::string text) {
     return policy::check_append_records(std::vector<stream_record>{{std::move(text), {.schema_name = "t"}}}, {}, {});
   }},
  {"records[0].schema_name",
   [](std::string text) {
     return policy::check_append_records(std::vector<stream_record>{{"s", {.schema_name = std::move(text)}}}, {}, {});
   }},
  {"checks[0].stream",
   [](std::string text) {
     return policy::check_append_records(std::vector<stream_record>{{"s", {.schema_name = "t"}}},
                                         std::vector<consistency_check>{{.stream = std::move(text)}}, {});
   }},
  {"records[0].properties.p", [](std::string text) { return property(std::move(text)); }, true},
  {"records[0].properties.p",
   [](std::string text) {
     return property(property_value::list{1, std::move(text)});
   },
   true},
  {"records[0].properties.p.q",
   [](std::string text) {
     return property(property_value::object{{"q", std::move(text)}});
   },
   true},
  {"appends[0].records[0].properties", [](std::string text) { return property_key(std::move(text), false); }},
  {"appends[0].records[0].properties.p", [](std::string text) { return property_key(std::move(text), true); }},
  // -- persistent subscriptions
  {"group", [](std::string text) { return policy::check_create("s", text, {}); }},
  {"group", [](std::string text) { return policy::check_create(text, {}); }},
  {"group", [](std::string text) { return policy::check_update("s", text, {}); }},
  {"group", [](std::string text) { return policy::check_update(text, {}); }},
  {"group",
   [](std::string text) {
     return policy::check_change({"s", text}, {}, {});
   }},
  {"group",
   [](std::string text) {
     return policy::check_group({"s", text});
   }},
  {"group",
   [](std::string text) {
     return policy::check_parked({"$all", text}, {});
   }},
  {"group",
   [](std::string text) {
     return policy::check_consume({"s", text}, {});
   }},
  {"stream", [](std::string text) { return policy::check_create(text, "g", {}); }},
  {"stream",
   [](std::string text) {
     return policy::check_consume({text, "g"}, {});
   }},
  {"stream", [](std::string text) { return policy::check_source(text); }},
  {"filter.expression",
   [](std::string text) { return policy::check_create("g", {.filter = event_filter::type_regex(std::move(text))}); }},
  {"settings.strategy",
   [](std::string text) {
     create_group_options how;
     how.settings.strategy = std::move(text);
     return policy::check_create("s", "g", how);
   }},
  // -- users and who asks
  {"login_name", [](std::string text) { return policy::check_create_user(text, "p", {}); }},
  {"login_name", [](std::string text) { return policy::check_login(text, {}); }},
  {"password", [](std::string text) { return policy::check_create_user("u", text, {}); }},
  {"full_name", [](std::string text) { return policy::check_create_user("u", "p", {.full_name = text}); }, true},
  {"groups[0]", [](std::string text) { return policy::check_update_user("u", {.groups = {text}}); }},
  {"new_password", [](std::string text) { return policy::check_reset_password("u", text, {}); }},
  {"current_password", [](std::string text) { return policy::check_change_password("u", text, "p", {}); }},
  {"credentials.user", [](std::string text) { return policy::check_call(with(credentials::basic(text, "p"))); }},
  {"credentials.password", [](std::string text) { return policy::check_call(with(credentials::basic("u", text))); }, true},
  {"credentials", [](std::string text) { return policy::check_call(with(credentials::bearer(text))); }},
  // -- projections and scavenges
  {"name", [](std::string text) { return policy::check_projection(text, {}); }},
  {"name", [](std::string text) { return policy::check_create_projection(text, "fromAll()", {}); }},
  {"query", [](std::string text) { return policy::check_create_projection("p", text, {}); }},
  {"query", [](std::string text) { return policy::check_update_projection("p", text, {}); }},
  {"query", [](std::string text) { return policy::check_create_one_time_projection(text, {}); }},
  {"partition", [](std::string text) { return policy::check_projection_state("p", {.partition = text}); }, true},
  {"id", [](std::string text) { return policy::check_stop_scavenge(text, {}); }},
};

void expect_refused(const result<void>& checked, const std::string& member) {
  BOOST_REQUIRE(!checked);
  BOOST_TEST((checked.error().code == errc::invalid_argument));
  BOOST_REQUIRE(checked.error().get<bad_argument>());
  BOOST_TEST(checked.error().get<bad_argument>()->name == member);
  BOOST_TEST(!checked.error().get<bad_argument>()->accepted.empty());
}

property_value nested(std::size_t depth, bool objects) {
  property_value value = 1;
  for (std::size_t i = 0; i < depth; ++i)
    value = objects ? property_value{property_value::object{{"p", std::move(value)}}}
                    : property_value{property_value::list{std::move(value)}};
  return value;
}

} // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_DATA_TEST_CASE(what_is_no_utf8_is_refused_with_the_member, data::make(fields), row) {
  for (const auto* text : {"\xff", "a\xC3", "\xED\xA0\x80", "\xC0\x80"})
    expect_refused(row.check(text), row.member);
}

BOOST_DATA_TEST_CASE(empty_names_are_refused_with_the_member, data::make(fields), row) {
  if (row.may_be_empty)
    BOOST_TEST(row.check("").has_value());
  else
    expect_refused(row.check(""), row.member);
}

BOOST_DATA_TEST_CASE(ordinary_text_passes, data::make(fields), row) {
  BOOST_TEST(row.check("ordinary").has_value());
}

BOOST_AUTO_TEST_CASE(headers_that_a_server_would_close_the_connection_for_are_refused) {
  expect_refused(policy::check_call(with(credentials::basic(std::string(1025, 'u'), "p"))), "credentials.user");
  expect_refused(policy::check_call(with(credentials::basic("u", std::string(4097, 'p')))), "credentials.password");
  expect_refused(policy::check_call(with(credentials::bearer(std::string(16'001, 't')))), "credentials");
  expect_refused(policy::check_create_user(std::string(1025, 'u'), "p", {}), "login_name");
  expect_refused(policy::check_create_user("u", std::string(4097, 'p'), {}), "password");
  BOOST_TEST(policy::check_call(with(credentials::basic(std::string(1024, 'u'), std::string(4096, 'p')))).has_value());
  BOOST_TEST(policy::check_call(with(credentials::bearer(std::string(16'000, 't')))).has_value());
}

BOOST_AUTO_TEST_CASE(properties_are_nested_as_deep_as_servers_read_them) {
  for (const auto objects : {false, true}) {
    BOOST_TEST(property(nested(policy::deepest_property, objects)).has_value());
    for (const auto depth : {policy::deepest_property + 1, std::size_t{500}}) {
      const auto checked = property(nested(depth, objects));
      BOOST_REQUIRE(!checked);
      BOOST_TEST(checked.error().get<bad_argument>()->name.starts_with("records[0].properties.p"));
      BOOST_TEST(checked.error().message.find("nested") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_that_json_does_not_have_are_refused) {
  for (const auto number : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()})
    expect_refused(property(number), "records[0].properties.p");
  BOOST_TEST(property(std::numeric_limits<double>::max()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
