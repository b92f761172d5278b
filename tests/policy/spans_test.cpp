// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <span>
#include <string>

#include "libkdb/policy/spans.hpp"

using namespace kdb;
using policy::observed_operation;

namespace {

struct row {
  observed_operation operation;
  const char* span; ///< Empty: not traced.
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << to_string(one.operation);
}

const row rows[] = {
  {observed_operation::append_to_stream, "streams.append"},
  {observed_operation::set_stream_metadata, "streams.append"},
  {observed_operation::set_system_settings, "streams.append"},
  {observed_operation::append_to_streams, "streams.multi-append"},
  {observed_operation::append_records, "streams.multi-append"},
  {observed_operation::read_stream, "streams.read"},
  {observed_operation::read_all, "streams.read"},
  {observed_operation::subscribe_to_stream, "streams.subscribe"},
  {observed_operation::subscribe_to_all, "streams.subscribe"},
  {observed_operation::consume, "streams.subscribe"},
  {observed_operation::create_user, ""},
  {observed_operation::delete_stream, ""},
};

/// "name=value …", in order.
std::string shown(std::span<const attribute> all) {
  std::string text;
  for (const auto& each : all) {
    text += text.empty() ? "" : " ";
    text += each.name;
    text += '=';
    if (const auto* words = std::get_if<std::string_view>(&each.value))
      text += *words;
    else if (const auto* number = std::get_if<std::int64_t>(&each.value))
      text += std::to_string(*number);
    else
      text += std::get<bool>(each.value) ? "true" : "false";
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(spans)

BOOST_DATA_TEST_CASE(spans_have_the_names_that_the_other_clients_give_them, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(policy::span_name(row.operation).value_or("") == row.span);
}

BOOST_AUTO_TEST_CASE(attributes_have_the_names_that_the_other_clients_give_them) {
  BOOST_TEST(shown(policy::operation_attributes("streams.append", "orders", "ada")) ==
             "db.system=kurrentdb db.operation=streams.append db.kurrentdb.stream=orders db.user=ada");
  BOOST_TEST(shown(policy::operation_attributes("streams.multi-append", "", "")) ==
             "db.system=kurrentdb db.operation=streams.multi-append");
  BOOST_TEST(shown(policy::server_attributes({"db1", 2113})) == "server.address=db1 server.port=2113");
  const error lost{.code = errc::unavailable, .message = "gone"};
  BOOST_TEST(shown(policy::retry_attributes(lost, std::chrono::milliseconds{250})) ==
             "error.type=unavailable kurrentdb.pause_ms=250");
  BOOST_TEST(shown(policy::exception_attributes(lost)) == "exception.type=unavailable exception.message=gone");
}

BOOST_AUTO_TEST_CASE(the_user_is_that_of_the_call_and_a_token_names_nobody) {
  const std::optional own{credentials::basic("ada", "secret")};
  BOOST_TEST(policy::user_of(std::nullopt, {}) == "");
  BOOST_TEST(policy::user_of(own, {}) == "ada");
  BOOST_TEST(policy::user_of(own, {.credentials = credentials::basic("bob", "secret")}) == "bob");
  BOOST_TEST(policy::user_of(own, {.credentials = credentials::bearer("t0ken")}) == "");
}

BOOST_AUTO_TEST_CASE(an_event_that_is_nearly_too_large_is_not_made_larger) {
  const auto context = parse_span_context("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331").value();
  BOOST_TEST(policy::traced_metadata(new_event::json("t", "{}"), context).has_value());
  BOOST_TEST(policy::traced_metadata(new_event::binary("t", "\x01"), context).has_value());
  BOOST_TEST(!policy::traced_metadata(new_event::json("t", std::string(16'767'000, 'x')), context).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
